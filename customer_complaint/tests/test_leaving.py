from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_solution import SolutionCommon

NOBODY = "Nobody is left"


@tagged("post_install", "-at_install")
class TestLeaving(SolutionCommon):
    """Somebody or something goes between a request and its answer, or after the execution: nothing stays silently."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules.active = False
        cls.group = cls.env.ref("customer_complaint.group_complaint_manager")
        cls.second = cls._create_user("second_manager_t", "customer_complaint.group_complaint_manager")
        cls.rule = cls._create_rule("compensation", group_id=cls.group.id)
        cls._create_rule("plan", group_id=cls.group.id)
        # Of the data of the database nobody else may answer.
        others = cls.group.all_user_ids - cls.manager - cls.second
        cls.env["res.users"].browse(others.ids).filtered(
            lambda user: cls.group in user.group_ids
        ).group_ids = [Command.unlink(cls.group.id)]

    @classmethod
    def _create_rule(cls, model, **vals):
        model_id = cls.env["ir.model"]._get_id(f"customer.complaint.{model}")
        return cls.env["customer.approval.rule"].create({"name": "Rule", "model_id": model_id, **vals})

    def _ask(self, **vals):
        offer = self._create_compensation(self.complaint, **vals).with_user(self.handler)
        offer.action_request_approval()
        return offer

    def _summaries(self, record, user):
        return [one.summary or "" for one in record.sudo().activity_ids if one.user_id == user]

    def _restrict(self, offer):
        """Let nobody but the two managers be asked."""
        line = offer.sudo().approval_line_ids
        line.approver_ids = self.manager | self.second
        return line

    def test_one_of_two_approvers_leaves(self):
        """The other one answers; nobody is told of anything."""
        offer = self._ask()
        self._restrict(offer)
        self.manager.active = False
        self.assertFalse(self._summaries(offer, self.handler))
        self.assertFalse(self._summaries(offer, self.manager))
        offer.with_user(self.second).action_approve()
        self.assertEqual(offer.approval_state, "approved")

    def test_last_approver_leaves(self):
        """Who requested is told, takes the request back, and the next one is asked."""
        for name, leave in (
            ("archived", lambda user: user.write({"active": False})),
            ("group", lambda user: user.write({"group_ids": [Command.unlink(self.group.id)]})),
        ):
            with self.subTest(way=name), self.env.cr.savepoint() as point:
                offer = self._ask()
                line = self._restrict(offer)
                leave(self.manager)
                self.assertTrue(line.has_active_approver)
                leave(self.second)
                self.assertFalse(line.has_active_approver)
                self.assertIn(NOBODY, "".join(self._summaries(offer, self.handler)))
                self.assertEqual(offer.approval_state, "pending")
                with self.assertRaises(UserError):
                    offer.with_user(self.second).action_approve()
                with self.assertRaises(UserError):
                    offer.action_execute()
                offer.action_cancel_approval()
                self.other_handler.group_ids = [Command.link(self.group.id)]
                offer.action_request_approval()
                offer.with_user(self.other_handler).action_approve()
                self.assertEqual(offer.approval_state, "approved")
                point.rollback()

    def test_lost_group_with_deputy(self):
        """Who has no vote any more has none to hand on."""
        offer = self._ask()
        self._restrict(offer)
        today = self.env["customer.approval.deputy"]._fields["date_from"].today()
        self.env["customer.approval.deputy"].create(
            {
                "user_id": self.manager.id,
                "deputy_id": self.employee.id,
                "date_from": today,
                "date_to": today,
            }
        )
        self.assertTrue(offer.sudo().approval_line_ids.with_user(self.employee).is_mine)
        self.manager.group_ids = [Command.unlink(self.group.id)]
        with self.assertRaises(UserError):
            offer.with_user(self.employee).action_approve()
        self.assertEqual(offer.approval_state, "pending")

    def test_named_person_keeps_his_vote(self):
        """Who is asked by name is asked whatever groups he has."""
        self.rule.user_ids = self.employee
        offer = self._ask()
        self.assertFalse(offer.sudo().approval_line_ids.group_id)
        offer.with_user(self.employee).action_approve()
        self.assertEqual(offer.approval_state, "approved")

    def test_requester_leaves(self):
        """The request stands; a manager takes it back; nobody left is told to who handles the complaint now."""
        offer = self._ask()
        self._restrict(offer)
        self.complaint.user_id = self.supervisor
        self.handler.active = False
        (self.manager | self.second).active = False
        self.assertIn(NOBODY, "".join(self._summaries(offer, self.supervisor)))
        (self.manager | self.second).active = True
        offer.with_user(self.manager).action_cancel_approval()
        offer.with_user(self.supervisor).action_request_approval()
        offer.with_user(self.manager).action_approve()
        self.assertEqual(offer.approval_state, "approved")

    def test_team_is_archived(self):
        """What its people were asked is answered and carried out all the same."""
        offer = self._ask()
        plan = self._create_plan()
        plan.action_request_approval()
        self.team.active = False
        offer.with_user(self.manager).action_approve()
        plan.with_user(self.manager).action_approve()
        self.assertEqual(plan.state, "approved")
        offer.action_execute()
        self.assertEqual((offer.state, self.complaint.phase), ("executed", "open"))

    def test_company_changes(self):
        """What others are asked about does not go to another company; what is approved there is asked anew."""
        company = self.env["res.company"].create({"name": "Other"})
        offer = self._ask()
        move = {"company_id": company.id, "team_id": False, "user_id": False}
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.complaint.write(move)
        offer.with_user(self.manager).action_approve()
        self.complaint.write(move)
        self.assertEqual(offer.sudo().company_id, company)
        self.assertEqual(offer.sudo().approval_state, "draft")

    # The document that carries it out

    def _execute_with_document(self, plan=False):
        """Return an executed compensation whose document is gone."""
        offer = self._create_compensation(self.complaint, plan_id=plan and plan.id)
        offer.sudo().write(
            {
                "approval_state": "approved",
                "document_model": "customer.complaint.nothing",
                "document_id": 4711,
                "document_name": "RINV/1",
            }
        )
        if plan:
            plan.write({"approval_state": "approved", "state": "approved"})
        offer.sudo()._set_executed()
        return offer

    def test_lost_document_opens_the_plan(self):
        """A plan that was done goes on when something of it has to be carried out again."""
        plan = self._create_plan(measures=())
        offer = self._execute_with_document(plan.sudo())
        self.assertEqual(plan.state, "done")
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=1):
            offer._cron_follow_documents()
        self.assertRecordValues(
            offer, [{"state": "proposed", "document_id": False, "executed_user_id": False}]
        )
        self.assertRecordValues(plan, [{"state": "approved", "done_datetime": False}])
        self.assertIn("RINV/1", "".join(self._summaries(self.complaint, self.handler)))

    def test_lost_document_of_a_closed_complaint(self):
        """It is told although the complaint is closed, also when its handler has left."""
        offer = self._execute_with_document()
        self.complaint.sudo().stage_id = self.stage_closed
        self.handler.active = False
        offer.sudo()._follow_documents()
        self.assertEqual(offer.state, "proposed")
        activities = self.complaint.activity_ids.filtered(lambda one: "RINV/1" in (one.summary or ""))
        self.assertTrue(activities)
        self.assertTrue(activities.user_id.active)
        with self.assertRaises(AccessError):
            offer.with_user(self.auditor).action_execute()

    def test_reopened_after_the_handler_left(self):
        """A complaint that was done goes to the leader when it is opened again, who is told why."""
        self.complaint.sudo().stage_id = self.stage_closed
        self.handler.active = False
        self.complaint.with_user(self.manager).action_reopen("It leaks again")
        self.assertEqual(self.complaint.user_id, self.supervisor)
        self.assertIn("It leaks again", "".join(self._summaries(self.complaint, self.supervisor)))
