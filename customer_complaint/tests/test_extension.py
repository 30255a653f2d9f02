from datetime import datetime
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestExtension(ComplaintCommon):
    """More time for a limit: approved, told to the customer, part of what a deadline follows from."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._at(cls, 2):
            cls.complaint = cls._create_complaint(user_id=cls.handler.id)

    def _extend(self, amount=5, user=None, **vals):
        values = {"complaint_id": self.complaint.id, "amount": amount, "reason": "A part is missing", **vals}
        return self.env["customer.complaint.extension"].with_user(user or self.handler).create(values)

    def _approve(self, extension):
        extension.with_user(self.handler).action_request_approval()
        extension.with_user(self.manager).action_approve()

    def test_approved_extension_moves_the_deadline(self):
        """Ten working days and five more are fifteen, whatever calendar or pauses bring later."""
        self.assertEqual(self._clock(self.complaint).deadline, datetime(2026, 3, 16, 17))
        with self._at(4):
            extension = self._extend()
            self.assertEqual((extension.unit, extension.approval_state), ("working_days", "draft"))
            self.assertEqual(extension.expected_deadline, datetime(2026, 3, 23, 17))
            extension.with_user(self.handler).action_request_approval()
            self.assertEqual(extension.approval_state, "pending")
            self.assertEqual(self._clock(self.complaint).deadline, datetime(2026, 3, 16, 17))
            self.assertTrue(self.complaint.has_pending_extension)
        number = self.complaint.escalation_round
        with self._at(5):
            extension.with_user(self.manager).action_approve()
        self.assertEqual(self._clock(self.complaint).deadline, datetime(2026, 3, 23, 17))
        self.assertEqual(self.complaint.escalation_round, number + 1, "its levels count for the new deadline")
        self.assertRecordValues(
            extension,
            [{"previous_deadline": datetime(2026, 3, 16, 17), "new_deadline": datetime(2026, 3, 23, 17)}],
        )
        self.assertEqual(self._clock(self.complaint).limit_seconds, 16 * 8 * 3600)
        self.assertEqual(self._clock(self.complaint, "response").deadline, datetime(2026, 3, 4, 17))
        with self._at(5):
            self.calendar.attendance_ids.filtered(lambda line: line.dayofweek == "1").unlink()
        self.assertEqual(self._clock(self.complaint).deadline, datetime(2026, 3, 27, 17))

    def test_two_extensions_add_up(self):
        """Each counts, of each target alone."""
        with self._at(3):
            for vals in ({}, {"amount": 1}, {"target": "response", "amount": 3.5}):
                self._approve(self._extend(**vals))
        self.assertEqual(self._clock(self.complaint).deadline, datetime(2026, 3, 24, 17))
        self.assertEqual(self._clock(self.complaint, "response").deadline, datetime(2026, 3, 5, 12, 30))

    def test_asked_in_time_counts_in_time(self):
        """A slow approver does not make a limit exceeded; a late request does not undo that it is."""
        with self._at(16, 16):
            early = self._extend()
            early.with_user(self.handler).action_request_approval()
        with self._at(18):
            self.complaint._refresh_clocks()
            self.assertEqual(self._clock(self.complaint).state, "breached")
            early.with_user(self.manager).action_approve()
            self.assertEqual(self._clock(self.complaint).state, "running")
        with self._at(25):
            self._approve(self._extend())
            line = self._clock(self.complaint)
            self.assertEqual((line.state, line.breach_datetime), ("breached", datetime(2026, 3, 23, 17)))
            self.assertEqual(line.deadline, datetime(2026, 3, 30, 17))
            self._move(self.complaint, self.stage_resolved)
            self.assertEqual(self._clock(self.complaint).state, "missed")

    def test_rejected_extension_changes_nothing(self):
        """A rejected one keeps the deadline and can be asked for again."""
        with self._at(4):
            extension = self._extend()
            extension.with_user(self.handler).action_request_approval()
            extension.with_user(self.manager).action_reject("No reason")
            self.assertEqual(self._clock(self.complaint).deadline, datetime(2026, 3, 16, 17))
            extension.with_user(self.handler).amount = 2
            self._approve(extension)
        self.assertEqual(self._clock(self.complaint).deadline, datetime(2026, 3, 18, 17))

    def test_raising_needs_a_new_approval(self):
        """An approved extension that is changed counts no longer, until it is approved again."""
        with self._at(4):
            extension = self._extend()
            self._approve(extension)
            extension.with_user(self.handler).amount = 20
            self.assertEqual(extension.approval_state, "draft")
            self.assertEqual(self._clock(self.complaint).deadline, datetime(2026, 3, 16, 17))
            extension.with_user(self.handler).action_request_approval()
            with self.assertRaises(UserError):
                extension.with_user(self.handler).amount = 30
            with self.assertRaises(UserError):
                self.complaint.sudo().company_id = self.env["res.company"].create({"name": "Other"})

    def test_without_rules_it_is_approved_at_once(self):
        """Without a rule there is nobody to ask; a change afterwards counts at once."""
        self.env.ref("customer_complaint.customer_approval_rule_extension_manager").active = False
        with self._at(4):
            extension = self._extend()
            extension.action_request_approval()
            self.assertEqual(extension.approval_state, "approved")
            self.assertEqual(self._clock(self.complaint).deadline, datetime(2026, 3, 23, 17))
            extension.amount = 1
            self.assertEqual(self._clock(self.complaint).deadline, datetime(2026, 3, 17, 17))

    def test_attacks(self):
        """Nobody writes an approval, a date, or the moment of the request; nobody approves his own."""
        with self._at(4):
            extension = self._extend()
            for vals in (
                {"approval_state": "approved"},
                {"requested_datetime": "2026-03-02 09:00:00"},
                {"new_deadline": "2027-01-01 00:00:00"},
                {"previous_deadline": False},
                {"unit": "calendar_days"},
                {"approval_requester_id": self.manager.id},
            ):
                with self.subTest(vals=vals), self.assertRaises(AccessError):
                    extension.write(vals)
                with self.subTest(create=vals), self.assertRaises(AccessError):
                    self._extend(**vals)
            forged = extension.with_context(
                default_approval_state="approved", default_requested_datetime="2026-03-02 09:00:00"
            ).create({"complaint_id": self.complaint.id, "reason": "x", "amount": 1})
            self.assertEqual((forged.approval_state, forged.requested_datetime), ("draft", False))
            extension.action_request_approval()
            with self.assertRaises(AccessError):
                extension.action_approve()
            mine = self._extend(user=self.manager)
            mine.action_request_approval()
            with self.assertRaises(AccessError):
                mine.action_approve()

    def test_roles(self):
        """Who may not see the complaint does not see its extensions; auditors and directors only read."""
        extension = self._extend()
        Extension = self.env["customer.complaint.extension"]
        for user in (self.other_handler, self.employee, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                extension.with_user(user).read(["reason"])
            with self.subTest(create=user.login), self.assertRaises(AccessError):
                self._extend(user=user)
        for user in (self.auditor, self.director):
            self.assertEqual(extension.with_user(user).reason, "A part is missing")
            for call in (
                lambda user=user: extension.with_user(user).write({"reason": "x"}),
                lambda user=user: extension.with_user(user).unlink(),
                lambda user=user: extension.with_user(user).action_request_approval(),
                lambda user=user: self._extend(user=user),
            ):
                with self.assertRaises(AccessError):
                    call()
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self._create_complaint(
            company_id=other.id, team_id=self._create_team(company_id=other.id).id
        )
        theirs = Extension.create({"complaint_id": foreign.id, "reason": "x"})
        self.assertFalse(Extension.with_user(self.manager).search([("id", "=", theirs.id)]))

    def test_only_drafts_are_deleted(self):
        """What was asked for stays as an explanation."""
        with self._at(4):
            draft, asked = self._extend(), self._extend()
            self._approve(asked)
            with self.assertRaises(UserError):
                asked.unlink()
            draft.unlink()

    def test_bad_input(self):
        """Nothing to extend, no such limit, and amounts that are none are refused with words."""
        with self._at(4):
            with self.assertRaises(ValidationError):
                self._extend(target="solution")
            with self.assertRaises(ValidationError):
                self._extend(amount=1.5)
            with self.assertRaises(ValidationError):
                self._extend(amount=99999)
            for amount in (0, -1):
                with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    self._extend(amount=amount)
            answered = self._extend(target="response", amount=1)
            self.complaint.action_mark_responded()
            with self.assertRaisesRegex(UserError, "nothing left to extend"):
                answered.action_request_approval()
            extension = self._extend()
            self._move(self.complaint, self.stage_resolved)
            with self.assertRaisesRegex(UserError, "nothing left to extend"):
                extension.action_request_approval()

    def test_other_unit_after_a_change_of_policy(self):
        """An extension keeps its own unit when another policy counts in another."""
        with self._at(2):
            self._approve(self._extend(amount=2))
            self._create_policy(resolution=(4, "working_hours"))
        line = self._clock(self.complaint)
        self.assertEqual(line.limit_seconds / 3600, 4 + 16)
        self.assertEqual(line.deadline, datetime(2026, 3, 4, 13))

    def test_customer_is_told(self):
        """The notice names the number and the new date in the customer's language; switched off it is not sent."""
        self.customer.lang = "en_US"
        self.customer.tz = "UTC"
        with self._at(4):
            self._approve(self._extend(customer_note="We wait for a part."))
        mail = self.env["mail.mail"].search(
            [("email_to", "=", "lin.wei@customer.example")], order="id desc", limit=1
        )
        self.assertIn(self.complaint.number, mail.subject)
        for part in (self.complaint.number, "3/23/26", "We wait for a part."):
            self.assertIn(part, mail.body_html)
        self.assertNotIn("A part is missing", mail.body_html)
        before = self.env["mail.mail"].search_count([])
        with self._at(4):
            self._approve(self._extend(is_notified=False))
        self.assertEqual(
            self.env["mail.mail"].search_count([("email_to", "=", "lin.wei@customer.example")]), 1
        )
        self.assertGreaterEqual(self.env["mail.mail"].search_count([]), before)

    def test_customer_without_address_is_rung(self):
        """Without an address, or with a broken template, somebody has to ring; the approval holds."""
        for vals, patched in (({"email_from": False}, False), ({"email_from": "a@b.example"}, True)):
            with self.subTest(vals=vals), self._at(4), mute_logger("odoo.addons.customer_complaint"):
                self.customer.email = False
                complaint = self._create_complaint(user_id=self.handler.id, **vals)
                extension = self._extend(complaint_id=complaint.id)
                broken = patch.object(
                    type(self.env["mail.template"]), "send_mail_batch", side_effect=ValueError("broken")
                )
                extension.with_user(self.handler).action_request_approval()
                if patched:
                    with broken:
                        extension.with_user(self.manager).action_approve()
                else:
                    extension.with_user(self.manager).action_approve()
                self.assertEqual(extension.approval_state, "approved")
                self.assertIn("Tell the customer the new date", complaint.activity_ids.mapped("summary"))

    def test_explanation_and_timeline(self):
        """The form says by how much and when; the customer's story tells it."""
        with self._at(4):
            self._approve(self._extend())
        self.assertIn("Extended by 5 working days", self.complaint.clock_explanation)
        events = self.env["customer.care.event"].search([("partner_id", "=", self.customer.id)])
        self.assertIn("extension_approved", events.mapped("kind"))

    def test_button_proposes_the_next_target(self):
        """The button opens a form that is about what is due next."""
        action = self.complaint.with_user(self.handler).action_extend()
        self.assertEqual(action["context"]["default_target"], "response")
        with self.assertRaises(AccessError):
            self.complaint.with_user(self.auditor).action_extend()

    def test_privacy(self):
        """Reasons are erased with the customer."""
        extension = self._extend(customer_note="You")
        models = self.env["res.partner"]._care_privacy_models()
        self.assertIn("customer.complaint.extension", models)
        self.assertEqual(set(models["customer.complaint.extension"]["erase"]), {"reason", "customer_note"})
        self.assertTrue(extension)


@tagged("post_install", "-at_install")
class TestNextUpdate(ComplaintCommon):
    """After each word to the customer the next is owed in time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.line_ids = [Command.create({"target": "update", "limit": 3, "unit": "working_days"})]

    def _post(self, complaint, user):
        return complaint.with_user(user).message_post(
            body="x", message_type="comment", subtype_xmlid="mail.mt_comment", partner_ids=self.customer.ids
        )

    def test_clock_begins_with_the_first_answer_and_anew_with_each(self):
        """Nothing is owed before the first answer; each message begins anew; a note among colleagues does not."""
        with self._at(2):
            complaint = self._create_complaint(user_id=self.handler.id)
            self.assertFalse(self._clock(complaint, "update"))
        with self._at(3):
            complaint.with_user(self.handler).action_mark_responded()
            self.assertEqual(self._clock(complaint, "update").deadline, datetime(2026, 3, 6, 17))
            self.assertEqual(complaint.next_target, "update")
        with self._at(5):
            complaint.with_user(self.handler).message_post(body="x", subtype_xmlid="mail.mt_note")
            self.assertEqual(self._clock(complaint, "update").deadline, datetime(2026, 3, 6, 17))
            complaint.with_user(self.handler).action_mark_informed()
        self.assertEqual(self._clock(complaint, "update").deadline, datetime(2026, 3, 10, 17))
        self.assertEqual(complaint.responded_datetime, datetime(2026, 3, 3, 9))

    def test_messages_begin_anew(self):
        """A message of the staff to the customer counts, one of the customer does not."""
        complaint = self._create_complaint(user_id=self.handler.id)
        self._post(complaint, self.handler)
        first = complaint.informed_datetime
        self.assertEqual(first, complaint.responded_datetime)
        complaint.sudo().informed_datetime = datetime(2026, 3, 2, 9)
        complaint.sudo().message_post(
            body="x", message_type="email", subtype_xmlid="mail.mt_comment", author_id=self.customer.id
        )
        self.assertEqual(complaint.informed_datetime, datetime(2026, 3, 2, 9))
        self._post(complaint, self.handler)
        self.assertGreater(complaint.informed_datetime, datetime(2026, 3, 2, 9))

    def test_runs_only_while_open(self):
        """It pauses while the customer is waited for, ends with the resolution, goes on after a reopening."""
        with self._at(2):
            complaint = self._create_complaint(user_id=self.handler.id)
            complaint.action_mark_responded()
            self._move(complaint, self.stage_waiting)
            self.assertEqual(self._clock(complaint, "update").state, "paused")
            self._move(complaint, self.stage_investigating)
        with self._at(3):
            self._move(complaint, self.stage_resolved)
            self.assertEqual(self._clock(complaint, "update").state, "met")
        with self._at(9):
            complaint.action_reopen("Again")
            self.assertEqual(self._clock(complaint, "update").state, "running")
            with self.assertRaises(UserError):
                self._move(complaint, self.stage_closed)
                complaint.action_mark_informed()

    def test_a_message_costs_one_update(self):
        """Without a limit for updates, a further message writes one row and asks for nothing."""
        self.policy.line_ids.filtered(lambda line: line.target == "update").unlink()
        complaint = self._create_complaint(user_id=self.handler.id)
        complaint.sudo()._set_informed(datetime(2026, 3, 2, 9))
        self.env.flush_all()
        complaint.sudo()._set_informed(datetime(2026, 3, 2, 10))
        with self.assertQueryCount(1):
            self.env.flush_all()

    def test_guarded(self):
        """Nobody writes when the customer was informed."""
        complaint = self._create_complaint(user_id=self.handler.id)
        for name, value in (("informed_datetime", "2026-03-02 09:00:00"), ("next_target", "update")):
            with self.subTest(name=name), self.assertRaises(AccessError):
                complaint.with_user(self.handler).write({name: value})
            with self.subTest(create=name), self.assertRaises(AccessError):
                complaint.with_user(self.handler).create(self._prepare_complaint(**{name: value}))
        with self.assertRaises(AccessError):
            complaint.with_user(self.auditor).action_mark_informed()
