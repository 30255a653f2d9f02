import doctest
from datetime import datetime, timedelta

from odoo import Command
from odoo.addons.customer_complaint.tools import held
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common_investigation import InvestigationCommon


@tagged("post_install", "-at_install")
class TestResponsibility(InvestigationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supplier = cls.env["res.partner"].create({"name": "Seals Ltd"})

    def _split(self):
        """Return shares of the department (of ``employee``), of ``handler`` and of a supplier, 100 % together."""
        return (
            self._add_share(50, party="department", department_id=self.department.id)
            + self._add_share(30, party="person", user_id=self.handler.id)
            + self._add_share(20, party="supplier", partner_id=self.supplier.id)
        )

    def test_sum(self):
        """A draft may differ; it is put to people with 100 % only, also 33.33 three times and a bit."""
        shares = self._split()
        complaint = self.complaint.with_user(self.handler)
        shares[2].percent = 19.99
        with self.assertRaisesRegex(UserError, "99.99 % together"):
            complaint.action_propose_split()
        self.assertIn("99.99", "".join(complaint._get_gaps()[complaint.id]))
        shares[0].percent, shares[1].percent, shares[2].percent = 33.33, 33.33, 33.34
        complaint.action_propose_split()
        self.assertEqual(shares.mapped("state"), ["asked", "asked", "stated"])
        empty = self._create_complaint(user_id=self.handler.id).with_user(self.handler)
        with self.assertRaisesRegex(UserError, "nothing to put"):
            empty.action_propose_split()

    @mute_logger("odoo.sql_db")
    def test_bad_shares(self):
        """Nothing, more than all, nobody and the same twice are refused."""
        for percent in (0, -5, 100.01):
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self._add_share(percent, party="customer")
        with self.assertRaisesRegex(ValidationError, "who is responsible"):
            self._add_share(10, party="person")
        self._add_share(10, party="customer")
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._add_share(10, party="customer")
        share = self._add_share(10, party="person", user_id=self.handler.id, department_id=self.department.id)
        self.assertFalse(share.department_id)
        share.write({"party": "department", "department_id": self.department.id})
        self.assertFalse(share.user_id)

    def test_answers(self):
        """Each answers for himself, in person or as leader of the department, an employee without complaints too."""
        shares = self._split()
        self.assertFalse(shares[0].with_user(self.employee).has_access("read"))
        self.complaint.with_user(self.handler).action_propose_split()
        self.assertEqual(shares[0].activity_ids.user_id, self.employee)
        theirs = shares[0].with_user(self.employee)
        self.assertTrue(theirs.is_mine)
        self.assertEqual(theirs.number, self.complaint.number)
        self.assertFalse(shares[1].with_user(self.employee).has_access("read"))
        self.assertFalse(self.complaint.with_user(self.employee).has_access("read"))
        for attack in (
            lambda: shares[1].with_user(self.employee).action_accept(),
            lambda: theirs.write({"percent": 1}),
            lambda: shares[0].with_user(self.handler).action_accept(),
            lambda: shares[0].with_user(self.handler).write({"state": "accepted"}),
            lambda: shares[0].with_user(self.handler).action_decide("I say so"),
        ):
            with self.assertRaises(AccessError):
                attack()
        with self.assertRaisesRegex(UserError, "say why"):
            theirs.action_dispute(" ")
        theirs.action_accept()
        self.assertRecordValues(shares[0], [{"state": "accepted", "answered_by_id": self.employee.id}])
        self.assertFalse(shares[0].activity_ids)
        with self.assertRaisesRegex(UserError, "Not possible now"):
            theirs.action_dispute("after all")

    def test_dispute_is_decided(self):
        """By a manager, not about himself; before that the investigation cannot be completed."""
        shares = self._split()
        self.team.manager_id = self.manager
        self.complaint.with_user(self.handler).action_propose_split()
        shares[0].with_user(self.employee).action_accept()
        wizard = self.env["customer.complaint.responsibility.answer"].with_user(self.handler)
        action = shares[1].with_user(self.handler).action_open_dispute()
        wizard.with_context(**action["context"]).create({"reason": "I was on leave"}).action_confirm()
        self.assertEqual(shares[1].state, "disputed")
        self.assertEqual(shares[1].activity_ids.user_id, self.manager)
        self.assertIn("decision", "".join(self.complaint._get_gaps()[self.complaint.id]))
        with self.assertRaisesRegex(UserError, "say why"):
            shares[1].with_user(self.manager).action_decide("")
        shares[1].with_user(self.manager).action_decide("The plan says otherwise")
        self.assertRecordValues(shares[1], [{"state": "decided", "decided_by_id": self.manager.id}])
        self.assertNotIn("decision", "".join(self.complaint._get_gaps()[self.complaint.id]))
        own = self._create_complaint(user_id=self.handler.id)
        share = self._add_share(100, own, party="person", user_id=self.manager.id)
        own.action_propose_split()
        with self.assertRaisesRegex(AccessError, "not about himself"):
            share.with_user(self.manager).action_decide("No")

    def test_locked(self):
        """What was put to people is changed, added to or deleted after it was taken back only."""
        shares = self._split()
        complaint = self.complaint.with_user(self.handler)
        complaint.action_propose_split()
        mine = shares[2].with_user(self.handler)
        for attack in (
            lambda: mine.write({"percent": 10}),
            lambda: mine.write({"reason": "x"}),
            mine.unlink,
            lambda: mine.create({"complaint_id": complaint.id, "party": "customer", "percent": 1}),
        ):
            with self.assertRaisesRegex(UserError, "Revise the Split"):
                attack()
        shares[0].with_user(self.manager).action_decide("Clear")
        with self.assertRaisesRegex(AccessError, "only a manager"):
            complaint.action_revise_split()
        self.complaint.with_user(self.manager).action_revise_split()
        self.assertEqual(set(shares.mapped("state")), {"draft"})
        self.assertFalse(shares.activity_ids)
        self.assertFalse(shares[0].decision)
        mine.percent = 10

    def test_confidential(self):
        """Whoever must not know of a confidential complaint is not told; a manager decides."""
        self.complaint.write({"is_confidential": True, "accused_ids": [Command.link(self.employee.id)]})
        share = self._add_share(100, party="person", user_id=self.employee.id)
        self.complaint.action_propose_split()
        self.assertFalse(share.with_user(self.employee).has_access("read"))
        self.assertFalse(share.activity_ids)
        share.with_user(self.manager).action_decide("Heard by me")
        self.assertEqual(share.state, "decided")

    def test_new_leader_answers(self):
        """What the leader of a department has not answered goes to the next one."""
        shares = self._split()
        self.complaint.action_propose_split()
        self.department.user_id = self.supervisor
        self.assertEqual(shares[0].answer_user_id, self.supervisor)
        shares[0].with_user(self.supervisor).action_accept()
        self.department.user_id = self.employee
        self.assertEqual(shares[0].answer_user_id, self.supervisor)


@tagged("post_install", "-at_install")
class TestHeldShares(InvestigationCommon):
    """The time is that of Monday to Friday, 9 to 17 o'clock."""

    def _begin(self, **vals):
        with self._at(2, 9):
            complaint = self._create_complaint(received_datetime=datetime(2026, 3, 2, 9), **vals)
            self.flush_tracking()
            return complaint

    def flush_tracking(self):
        self.env.flush_all()
        self.env.cr.flush()

    def _give(self, complaint, user, day, hour):
        with self._at(day, hour):
            complaint.user_id = user
            self.flush_tracking()
        # The messages of a test are all of the present.
        message = complaint.message_ids.filtered("tracking_value_ids")[:1]
        message.sudo().date = datetime(2026, 3, day, hour)

    def _get(self, complaint, day, hour):
        with self._at(day, hour):
            shares = complaint._get_held_shares()[complaint.id]
        return [(share.kind, share.name, share.seconds / 3600, share.percent) for share in shares]

    def test_doctests(self):
        """The arithmetic is specified by its doctests."""
        self.assertEqual(doctest.testmod(held).failed, 0)

    def test_handlers(self):
        """Nobody, then one, then the other: each for his time."""
        complaint = self._begin(user_id=False)
        self._give(complaint, self.handler, 2, 11)
        self._give(complaint, self.other_handler, 3, 11)
        self.assertEqual(
            self._get(complaint, 3, 13),
            [
                ("handler", self.handler.name, 8.0, 66.7),
                ("handler", "Nobody", 2.0, 16.7),
                ("handler", self.other_handler.name, 2.0, 16.6),
            ],
        )

    def test_task_and_waiting(self):
        """A department holds it from the handing over to the answer, the customer while we wait for him."""
        complaint = self._begin(user_id=self.handler.id)
        task = self._add("task", complaint, name="t", department_id=self.department.id)
        with self._at(2, 10):
            task.action_hand_over()
        with self._at(2, 12):
            task.action_done("Done")
        with self._at(2, 14):
            complaint.write({"stage_id": self.stage_waiting.id})
        with self._at(2, 16):
            complaint.write({"stage_id": self.stage_accepted.id})
        with self._at(3, 9):
            complaint.write({"stage_id": self.stage_resolved.id})
        expected = [
            ("handler", self.handler.name, 4.0, 50.0),
            ("department", "Assembly", 2.0, 25.0),
            ("waiting", "Waiting: Customer", 2.0, 25.0),
        ]
        self.assertEqual(sorted(self._get(complaint, 20, 9)), sorted(expected))

    def test_nothing_yet(self):
        """Without working time there are no shares, and none are asked of no complaint."""
        with self._at(1, 9):
            complaint = self._create_complaint(received_datetime=datetime(2026, 3, 1, 9))
            self.assertEqual(complaint._get_held_shares(), {complaint.id: []})
            self.assertIn("No working time", complaint.held_table)
        self.assertEqual(self.env["customer.complaint"]._get_held_shares(), {})

    def test_many(self):
        """One query for all."""
        complaints = self.env["customer.complaint"].create(
            [
                self._prepare_complaint(received_datetime=datetime(2026, 3, 2, 9) - timedelta(days=index))
                for index in range(20)
            ]
        )
        complaints[:1]._get_held_shares()
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        complaints._get_held_shares()
        self.assertLessEqual(self.env.cr.sql_log_count - before, 5)
