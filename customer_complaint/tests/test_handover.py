from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestHandover(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._create_complaint(user_id=cls.handler.id)

    def _offer(self, complaints=None, user=None, by=None, **vals):
        complaints = complaints or self.complaint
        user = self.other_handler if user is None else user
        by = by or self.handler
        action = complaints.with_user(by).action_hand_over()
        values = {"user_id": user.id, "note": "Please call him", **vals}
        wizard = self.env[action["res_model"]].with_user(by).with_context(**action["context"]).create(values)
        wizard.action_confirm()

    def test_offer_changes_nothing_until_accepted(self):
        """The first stays responsible, the other sees the complaint and has a to-do with the note."""
        deadline = self.complaint.next_deadline
        self._offer()
        self.assertRecordValues(
            self.complaint, [{"user_id": self.handler.id, "handover_user_id": self.other_handler.id}]
        )
        self.assertEqual(self.complaint.next_deadline, deadline)
        seen = self.complaint.with_user(self.other_handler)
        self.assertTrue(seen.is_offered_to_me)
        self.assertFalse(self.complaint.with_user(self.handler).is_offered_to_me)
        activity = self.complaint.activity_ids.filtered(lambda one: one.user_id == self.other_handler)
        self.assertIn("Please call him", activity.summary)

    def test_accept(self):
        self._offer()
        self.complaint.with_user(self.other_handler).action_accept_handover()
        self.assertRecordValues(
            self.complaint,
            [{"user_id": self.other_handler.id, "handover_user_id": False, "handler_reason": "handover"}],
        )
        self.assertRecordValues(
            self.complaint.handover_ids,
            [{"state": "accepted", "from_user_id": self.handler.id, "user_id": self.other_handler.id}],
        )
        self.assertFalse(self.complaint.activity_ids.filtered(lambda one: one.user_id == self.other_handler))
        with self.assertRaises(AccessError):
            self.complaint.with_user(self.other_handler).action_accept_handover()

    def test_decline(self):
        """Without a reason it is asked for; the first is told and can offer again."""
        self._offer()
        offered = self.complaint.with_user(self.other_handler)
        action = offered.action_decline_handover()
        wizard = self.env[action["res_model"]].with_user(self.other_handler).with_context(**action["context"])
        wizard.create({"reason": "I do not speak Finnish"}).action_confirm()
        self.assertRecordValues(self.complaint, [{"user_id": self.handler.id, "handover_user_id": False}])
        self.assertRecordValues(
            self.complaint.handover_ids, [{"state": "declined", "answer": "I do not speak Finnish"}]
        )
        told = self.complaint.activity_ids.filtered(lambda one: one.user_id == self.handler)
        self.assertIn("Finnish", told.summary)
        self.assertFalse(self.complaint.with_user(self.other_handler).has_access("read"))
        self._offer(user=self.supervisor)
        self.assertEqual(len(self.complaint.handover_ids), 2)

    def test_only_whom_it_is_offered_answers(self):
        self._offer()
        for user in (self.handler, self.supervisor, self.manager, self.auditor, self.employee, self.portal):
            for name in ("action_accept_handover", "action_decline_handover"):
                with self.subTest(user=user.login, method=name), self.assertRaises(AccessError):
                    getattr(self.complaint.with_user(user), name)()

    def test_rights_to_offer(self):
        """Whoever may not write the complaint offers it to nobody, nor takes an offer back."""
        for user in (self.other_handler, self.director, self.auditor, self.employee, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.complaint.with_user(user).action_hand_over()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["customer.complaint.hand.over"].with_user(user).create(
                    {"complaint_ids": self.complaint.ids, "user_id": user.id, "note": "x"}
                ).action_confirm()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.complaint.with_user(user).action_withdraw_handover()

    def test_to_another_team(self):
        """Without a person the leader answers; the complaint comes to a stage the team uses."""
        own = self.env["customer.complaint.stage"].create(
            {"name": "Only here", "team_ids": [Command.link(self.team.id)], "sequence": 99}
        )
        self.complaint.stage_id = own
        other = self._create_team(name="Other", user_id=self.manager.id)
        self._offer(user=self.env["res.users"], team_id=other.id)
        self.assertEqual(self.complaint.handover_user_id, self.manager)
        self.complaint.with_user(self.manager).action_accept_handover()
        self.assertRecordValues(self.complaint, [{"team_id": other.id, "user_id": self.manager.id}])
        self.assertTrue(self.complaint.stage_id._is_open_to(other))
        empty = self._create_team(name="Empty")
        with self.assertRaisesRegex(UserError, "with a leader"):
            self._offer(user=self.env["res.users"], by=self.manager, team_id=empty.id)

    def test_impossible_offers(self):
        """Twice, to oneself, to somebody without rights, of a done complaint, to another company."""
        company = self.env["res.company"].create({"name": "Second"})
        foreign = self._create_team(company_id=company.id, user_id=False)
        with self.assertRaisesRegex(UserError, "does not handle"):
            self._offer(user=self.employee)
        with self.assertRaisesRegex(UserError, self.complaint.number):
            self._offer(user=self.handler)
        with self.assertRaisesRegex(UserError, self.complaint.number):
            self._offer(team_id=foreign.id)
        self._offer()
        with self.assertRaisesRegex(UserError, self.complaint.number):
            self._offer(user=self.supervisor)
        done = self._create_complaint(user_id=self.handler.id)
        done.stage_id = self.stage_resolved
        with self.assertRaisesRegex(UserError, done.number):
            self._offer(complaints=done)

    def test_offer_ends(self):
        """Withdrawn, given to somebody directly, or closed: nobody can accept any more."""
        for end in (
            lambda complaint: complaint.with_user(self.handler).action_withdraw_handover(),
            lambda complaint: complaint.with_user(self.supervisor).write({"user_id": self.supervisor.id}),
            lambda complaint: complaint.with_user(self.handler).write({"stage_id": self.stage_closed.id}),
        ):
            complaint = self._create_complaint(user_id=self.handler.id)
            self._offer(complaint)
            end(complaint)
            self.assertFalse(complaint.handover_user_id)
            self.assertEqual(complaint.handover_ids.state, "withdrawn")
            with self.assertRaises(AccessError):
                complaint.with_user(self.other_handler).action_accept_handover()

    def test_many_at_once(self):
        complaints = self.complaint + self._create_complaint(user_id=self.handler.id)
        self._offer(complaints)
        complaints.with_user(self.other_handler).action_accept_handover()
        self.assertEqual(complaints.user_id, self.other_handler)

    def test_whoever_leaves_is_offered_nothing(self):
        self._offer()
        self.other_handler.active = False
        self.assertFalse(self.complaint.handover_user_id)
        with self.assertRaisesRegex(UserError, "does not handle"):
            self.complaint._hand_over(self.other_handler, self.team.browse(), "x")

    def test_nobody_forges_a_handover(self):
        """Rows are the program's, and seen with their complaint."""
        self._offer()
        handover = self.complaint.handover_ids
        for user in (self.handler, self.manager, self.auditor):
            self.assertTrue(handover.with_user(user).has_access("read"))
            with self.assertRaises(AccessError):
                handover.with_user(user).write({"state": "accepted"})
            with self.assertRaises(AccessError):
                handover.with_user(user).unlink()
            with self.assertRaises(AccessError):
                handover.with_user(user).create(
                    {"complaint_id": self.complaint.id, "user_id": user.id, "note": "x"}
                )
        stranger = self._create_user("stranger_t", "customer_complaint.group_complaint_user")
        self.assertFalse(handover.with_user(stranger).has_access("read"))
        self.assertFalse(self.env[handover._name].with_user(stranger).search([("id", "=", handover.id)]))


@tagged("post_install", "-at_install")
class TestReceiver(ComplaintCommon):
    def test_who_registers(self):
        """Staff on the phone is the first receiver, also when a colleague handles it."""
        complaint = (
            self.env["customer.complaint"]
            .with_user(self.handler)
            .create({"name": "a", "team_id": self.team.id, "user_id": self.supervisor.id})
        )
        self.assertEqual(complaint.sudo().receiver_id, self.handler)
        complaint.sudo().user_id = self.manager
        self.assertEqual(complaint.sudo().receiver_id, self.handler)

    def test_first_handler_of_a_mail(self):
        """What came by mail is first received by who takes it first."""
        complaint = self._create_complaint(channel="mail")
        self.assertFalse(complaint.receiver_id)
        complaint.with_user(self.handler).action_assign_to_me()
        complaint.user_id = self.supervisor
        self.assertEqual(complaint.receiver_id, self.handler)

    def test_stays_responsible(self):
        """He is told of a hand-over and the closing, and others cannot remove him."""
        self.team.receiver_stays = True
        complaint = self._create_complaint(user_id=self.handler.id)
        complaint._hand_over(self.supervisor, self.team.browse(), "x")
        complaint.with_user(self.supervisor).action_accept_handover()
        self.assertIn(self.handler.partner_id, complaint.message_partner_ids)
        with self.assertRaisesRegex(UserError, "took this complaint first"):
            complaint.with_user(self.supervisor).message_unsubscribe(self.handler.partner_id.ids)
        complaint.with_user(self.supervisor).write({"stage_id": self.stage_closed.id})
        told = self.env["mail.message"].search(
            [
                ("model", "=", complaint._name),
                ("res_id", "=", complaint.id),
                ("message_type", "=", "user_notification"),
            ]
        )
        bodies = " ".join(
            told.filtered(lambda one: self.handler.partner_id in one.partner_ids).mapped("body")
        )
        self.assertIn("now handled by", bodies)
        self.assertIn("was closed", bodies)

    def test_without_the_setting(self):
        """Others can remove him, and nobody is told."""
        complaint = self._create_complaint(user_id=self.handler.id)
        complaint.user_id = self.supervisor
        complaint.with_user(self.supervisor).message_unsubscribe(self.handler.partner_id.ids)
        self.assertNotIn(self.handler.partner_id, complaint.message_partner_ids)

    def test_helpers(self):
        """They see and write the complaint and what belongs to it, and follow; others do not."""
        complaint = self._create_complaint(user_id=self.supervisor.id)
        compensation = self._create_compensation(complaint)
        helper = complaint.with_user(self.other_handler)
        self.assertFalse(helper.has_access("read"))
        complaint.with_user(self.supervisor).write({"helper_ids": [Command.link(self.other_handler.id)]})
        self.assertTrue(helper.has_access("write"))
        for record in (compensation, complaint.clock_ids, complaint.stage_history_ids):
            self.assertTrue(record.with_user(self.other_handler).has_access("read"), record._name)
        self.assertIn(self.other_handler.partner_id, complaint.message_partner_ids)
        found = self.env["customer.complaint"].with_user(self.other_handler)
        self.assertIn(complaint, found.search([("helper_ids", "in", [self.other_handler.id])]))
        with self.assertRaisesRegex(ValidationError, "employees"):
            complaint.helper_ids = [Command.link(self.portal.id)]

    def test_service_manager_joins_once(self):
        """A major complaint, a very high priority or a key customer's brings him in; removed, he stays away."""
        self.team.manager_id = self.manager
        grade = self.env["customer.grade"].create({"name": "Key", "code": "KEYT", "is_complaint_key": True})
        key = self.env["res.partner"].create({"name": "Key"})
        key.sudo().care_grade_id = grade
        plain = self._create_complaint()
        self.assertFalse(plain.helper_ids)
        for complaint in (
            self._create_complaint(severity="major"),
            self._create_complaint(is_major=True),
            self._create_complaint(severity="serious", urgency="high"),
            self._create_complaint(partner_id=key.id),
        ):
            self.assertEqual(complaint.helper_ids, self.manager)
            self.assertEqual(len(complaint.activity_ids.filtered(lambda one: one.user_id == self.manager)), 1)
            complaint.helper_ids = False
            complaint.severity = "minor"
            complaint.severity = "major"
            self.assertFalse(complaint.helper_ids)
        plain.severity = "major"
        self.assertEqual(plain.helper_ids, self.manager)
