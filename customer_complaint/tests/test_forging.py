from odoo import Command
from odoo.addons.customer_complaint import uninstall_hook
from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.tests import tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestForging(ComplaintCommon):
    def _hand_in(self, **values):
        """Hand in a mail as an employee without rights, with values of his own."""
        headers = "From: x@y.example", "To: z@z.example", "Subject: Forged", "Message-Id: <forged@y.example>"
        source = "\r\n".join([*headers, "", "x"])
        complaint_id = (
            self.env["mail.thread"]
            .with_user(self.employee)
            .message_process("customer.complaint", source, custom_values=values)
        )
        return self.env["customer.complaint"].browse(complaint_id)

    def test_gateway_forges_nothing(self):
        """Whoever hands in a mail gives it no number, no dates and no approved compensation."""
        complaint = self._hand_in(
            number="FORGED",
            resolved_datetime="2020-01-01 00:00:00",
            acknowledge_state="sent",
            compensation_ids=[Command.create({"amount": 99999, "approval_state": "approved"})],
            severity="serious",
        )
        self.assertNotEqual(complaint.number, "FORGED")
        self.assertRecordValues(
            complaint, [{"resolved_datetime": False, "compensation_ids": [], "severity": "serious"}]
        )

    def test_computed_fields_are_not_written(self):
        """Whose complaint it is and how urgent follow from other fields."""
        complaint = self._create_complaint(user_id=self.handler.id).with_user(self.handler)
        other = self.env["res.partner"].create({"name": "Other"})
        for name, value in (
            ("commercial_partner_id", other.id),
            ("email_normalized", "x@y.example"),
            ("priority", "3"),
        ):
            with self.subTest(name=name), self.assertRaises(AccessError):
                complaint.write({name: value})
            with self.subTest(name=name), self.assertRaises(AccessError):
                complaint.create({"name": "x", name: value})

    def test_approval_ends_with_another_customer(self):
        """What was approved for one customer is not paid to another."""
        complaint = self._create_complaint(user_id=self.handler.id)
        compensation = self._create_compensation(complaint, 5000).with_user(self.handler)
        compensation.action_request_approval()
        other = self.env["res.partner"].create({"name": "Friend"})
        with self.assertRaisesRegex(UserError, "take the request back"):
            complaint.with_user(self.handler).partner_id = other
        with self.assertRaises(AccessError):
            complaint.with_user(self.other_handler).partner_id = other
        compensation.with_user(self.manager).action_approve()
        complaint.with_user(self.handler).partner_id = self.customer  # no change
        self.assertEqual(compensation.approval_state, "approved")
        complaint.with_user(self.handler).partner_id = other
        self.assertEqual(compensation.approval_state, "draft")
        with self.assertRaises(UserError):
            compensation.action_execute()

    def test_executed_compensation_keeps_its_approval(self):
        """What the customer has got stays approved when the complaint changes."""
        complaint = self._create_complaint(user_id=self.handler.id)
        compensation = self._create_compensation(complaint, 5000).with_user(self.handler)
        compensation.action_request_approval()
        compensation.with_user(self.manager).action_approve()
        compensation.action_execute()
        complaint.partner_id = self.env["res.partner"].create({"name": "Other"})
        self.assertEqual(compensation.approval_state, "approved")

    def test_approval_ends_in_another_company(self):
        """The rules of the company that pays decide."""
        complaint = self._create_complaint()
        compensation = self._create_compensation(complaint, 5000)
        compensation.with_user(self.handler).sudo().action_request_approval()
        compensation.with_user(self.manager).action_approve()
        company = self.env["res.company"].create({"name": "Other"})
        complaint.write({"company_id": company.id, "team_id": False, "user_id": False})
        self.assertEqual(compensation.approval_state, "draft")

    def test_receipt_in_another_age_is_refused(self):
        """A date that is surely wrong is said to be wrong, and time limits can be computed."""
        for moment in ("0001-01-01 00:00:00", "1969-12-31 00:00:00"):
            with self.subTest(moment=moment), self.assertRaises(ValidationError):
                self._create_complaint(received_datetime=moment)

    def test_reason_of_any_kind_is_a_text(self):
        """Another program may send a number as the reason."""
        for reason in (5, True, ["x"]):
            complaint = self._create_complaint(stage_id=self.stage_resolved.id)
            complaint.action_reopen(reason)
            self.assertEqual(complaint.phase, "open")


@tagged("post_install", "-at_install")
class TestDeletion(ComplaintCommon):
    def test_category_in_use_is_archived_not_deleted(self):
        """A policy for one category must not become one for all, nor a complaint lose what it is about."""
        category = self.env["customer.complaint.category"].create({"name": "Noise"})
        policy = self._create_policy(response=(4, "working_hours"), category_ids=[Command.link(category.id)])
        with self.assertRaisesRegex(UserError, "Noise"):
            category.unlink()
        policy.unlink()
        child = self.env["customer.complaint.category"].create({"name": "Night", "parent_id": category.id})
        with self.assertRaisesRegex(UserError, "Noise"):
            category.unlink()
        self._create_complaint(category_id=child.id, active=False)
        with self.assertRaisesRegex(RedirectWarning, "Night"):
            child.unlink()
        child.active = False
        self.env["customer.complaint.category"].create({"name": "Free"}).unlink()

    def test_categories_of_a_tree_are_deleted_together(self):
        """A category goes with those below it."""
        parent = self.env["customer.complaint.category"].create({"name": "Noise"})
        child = self.env["customer.complaint.category"].create({"name": "Night", "parent_id": parent.id})
        (parent | child).unlink()
        self.assertFalse((parent | child).exists())

    def test_team_in_use_is_archived_not_deleted(self):
        """Complaints stay with their team, and a policy or stage of one team is not one of all teams."""
        for create in (
            lambda team: self._create_complaint(team_id=team.id, active=False),
            lambda team: self._create_policy(team_ids=[Command.link(team.id)]),
            lambda team: self.env["customer.complaint.stage"].create(
                {"name": "Own", "team_ids": [Command.link(team.id)]}
            ),
        ):
            team = self._create_team(name="Pumps")
            create(team)
            with self.assertRaisesRegex((UserError, RedirectWarning), "Pumps"):
                team.unlink()
            team.active = False
        self._create_team().unlink()


@tagged("post_install", "-at_install")
class TestSettings(ComplaintCommon):
    def test_low_satisfaction_is_set_on_the_screen(self):
        """What counts as low is a setting of the company."""
        settings = self.env["res.config.settings"]
        self.assertIn('name="care_low_satisfaction"', settings.get_view()["arch"])
        settings.create({"care_low_satisfaction": 7}).execute()
        self.assertEqual(self.env.company.care_low_satisfaction, 7)

    def test_uninstalling_removes_favourites(self):
        """A favourite on a model that is gone would stay behind."""
        favourites = self.env["ir.filters"].create(
            [
                {"name": "Mine", "model_id": "customer.complaint", "user_ids": []},
                {"name": "Mine", "model_id": "res.partner", "user_ids": []},
            ]
        )
        uninstall_hook(self.env)
        self.assertEqual(favourites.exists(), favourites[1])
