from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestSatisfaction(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.slow = cls.env.ref("customer_complaint.customer_complaint_dissatisfaction_slow")
        cls.poor = cls.env.ref("customer_complaint.customer_complaint_dissatisfaction_solution")
        cls.complaint = cls._create_complaint(user_id=cls.handler.id)

    def _call(self, complaint, points, reasons=None):
        callback = self.env["customer.callback"].create(
            {"partner_id": self.customer.id, "subject": "How was it?", "user_id": self.manager.id}
        )
        callback.sudo().write({"res_model": complaint._name, "res_id": complaint.id})
        callback.dissatisfaction_ids = reasons or self.slow.browse()
        callback.action_done("reached", satisfaction=points, note="-")
        return callback

    def test_rating_is_the_answer(self):
        """A face in the portal is an answer of 2, 6 or 10 points, with the reasons that were ticked."""
        self._move(self.complaint, self.stage_resolved)
        self.complaint._customer_act("rate", "Lin Wei", rating=1, reasons={self.slow.id, 999999})
        self.assertEqual(self.complaint.satisfaction, 2)
        self.assertEqual(self.complaint.satisfaction_source, "portal")
        self.assertEqual(self.complaint.dissatisfaction_ids, self.slow)
        self.assertTrue(self.complaint.satisfaction_datetime)
        self.complaint._customer_act("rate", "Lin Wei", rating=5)
        self.assertEqual((self.complaint.satisfaction, self.complaint.dissatisfaction_ids.ids), (10, []))

    def test_archived_reasons_are_not_offered(self):
        """What is archived cannot be chosen, nor forged."""
        self.poor.active = False
        self._move(self.complaint, self.stage_resolved)
        self.complaint._customer_act("rate", "Lin Wei", rating=3, reasons={self.poor.id})
        self.assertEqual((self.complaint.satisfaction, self.complaint.dissatisfaction_ids.ids), (6, []))

    def test_last_answer_counts(self):
        """What the customer says in a later call takes the place of his rating."""
        self._move(self.complaint, self.stage_resolved)
        self.complaint._customer_act("rate", "Lin Wei", rating=5)
        self._call(self.complaint, 6, self.poor)
        self.assertEqual((self.complaint.satisfaction, self.complaint.satisfaction_source), (6, "callback"))
        self.assertEqual(self.complaint.dissatisfaction_ids, self.poor)

    def test_answer_of_a_call_stays_when_it_reopens(self):
        """A call that reopens the complaint is an answer all the same."""
        self._move(self.complaint, self.stage_resolved)
        self._call(self.complaint, 1, self.slow)
        self.assertEqual(self.complaint.reopen_count, 1)
        self.assertEqual(self.complaint.satisfaction, 1)

    def test_handler_does_not_praise_himself(self):
        """The handler notes no satisfaction with the own handling; a supervisor does, and the source says so."""
        with self.assertRaises(AccessError):
            self.complaint.with_user(self.handler).satisfaction = 10
        self.complaint.with_user(self.supervisor).satisfaction = 7
        self.assertEqual(self.complaint.satisfaction_source, "staff")
        self.complaint.with_user(self.supervisor).satisfaction = 0
        self.assertFalse(self.complaint.satisfaction_source)
        self.assertFalse(self.complaint.satisfaction_datetime)

    def test_source_is_noted_by_the_program(self):
        """Nobody says by RPC where an answer came from, in a new complaint neither."""
        Complaint = self.env["customer.complaint"].with_user(self.manager)
        for vals in ({"satisfaction_source": "portal"}, {"satisfaction_datetime": "2026-01-01 00:00:00"}):
            with self.assertRaises(AccessError):
                self.complaint.with_user(self.manager).write(vals)
            with self.assertRaises(AccessError):
                Complaint.create(self._prepare_complaint(**vals))
        forged = Complaint.with_context(default_satisfaction_source="portal").create(
            self._prepare_complaint()
        )
        self.assertFalse(forged.satisfaction_source)

    def test_only_one_to_ten(self):
        """Other numbers are refused by the database."""
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.complaint.satisfaction = 11
            self.complaint.flush_recordset()

    def test_reasons_in_use_stay(self):
        """A reason that was given cannot be deleted, only archived; others can."""
        self.complaint.dissatisfaction_ids = self.slow
        self._call(self._create_complaint(), 3, self.poor)
        for reason in (self.slow, self.poor):
            with self.assertRaises(UserError):
                reason.with_user(self.manager).unlink()
        self.env["customer.complaint.dissatisfaction"].create({"name": "x"}).with_user(self.manager).unlink()

    def test_who_keeps_the_reasons(self):
        """Managers and administrators keep the list; handlers and auditors read it."""
        for user in (self.handler, self.auditor, self.supervisor):
            self.assertTrue(self.slow.with_user(user).name)
            with self.assertRaises(AccessError):
                self.slow.with_user(user).name = "x"
        self.slow.with_user(self.manager).name = "Too slow"

    def test_upgrade_takes_over_earlier_answers(self):
        """A database that had ratings and calls before has the last one of each complaint; others stay empty."""
        other, silent = self._create_complaint(), self._create_complaint()
        self._move(self.complaint | other, self.stage_resolved)
        self._call(self.complaint, 9)
        self._call(other, 7)
        with self._at(1, month=1):
            other._customer_act("rate", "Lin Wei", rating=1)
        complaints = self.complaint | other | silent
        complaints.sudo().write(
            {"satisfaction": 0, "satisfaction_source": False, "satisfaction_datetime": False}
        )
        self.env.flush_all()
        self.env["rating.rating"].flush_model()
        self.env.cr.execute(
            "UPDATE rating_rating SET write_date = '2001-01-01' WHERE res_model = 'customer.complaint'"
        )
        self.env.cr.execute(self.env["customer.complaint"]._get_known_answers())
        self.env.invalidate_all()
        self.assertEqual(complaints.mapped("satisfaction"), [9, 7, 0])
        self.assertEqual(other.satisfaction_source, "callback")

    def test_copy_takes_no_answer_along(self):
        """A copied complaint has no answer yet."""
        self.complaint.write({"satisfaction": 3, "dissatisfaction_ids": self.slow})
        copy = self.complaint.copy()
        self.assertEqual((copy.satisfaction, copy.satisfaction_source), (0, False))
        self.assertFalse(copy.dissatisfaction_ids)
