from freezegun import freeze_time
from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .plan_common import TODAY, PlanCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestCarePlanEvaluation(PlanCommon):
    def test_plan_goals_are_measured_at_approval_and_evaluation(self):
        """Before and after come from the figures, the verdict from the goals; another one needs a reason."""
        transaction = self.env["customer.transaction"]
        transaction.create(
            {"partner_id": self.customer.id, "date": "2026-02-01", "amount": 100, "reference": "a"}
        )
        plan = self._create_plan()
        plan.goal_ids = [
            Command.create({"kind": "purchases", "target": 150}),
            Command.create({"kind": "grade", "target_grade_id": self.grade.id}),
            Command.create({"kind": "satisfaction", "target": 80}),
        ]
        plan.action_request_approval()
        self._approve(plan)
        bought, grade, satisfied = plan.goal_ids
        self.assertEqual((bought.value_before, grade.grade_before_id), (100, self.grade))
        self.assertFalse(satisfied.is_known_before)
        transaction.create(
            {"partner_id": self.customer.id, "date": "2026-03-01", "amount": 100, "reference": "b"}
        )
        plan.action_evaluate()
        self.assertEqual(plan.state, "evaluated")
        self.assertEqual(
            (bought.value_after, bought.is_reached, grade.is_reached, satisfied.is_reached),
            (200, True, True, False),
        )
        self.assertEqual((plan.verdict, plan.verdict_proposed), ("partly", "partly"))
        with self.assertRaisesRegex(ValidationError, "Say why"):
            plan.verdict = "achieved"
        plan.write({"verdict": "achieved", "verdict_reason": "No callback was answered"})
        with self.assertRaises(AccessError):
            plan.action_close()
        manager = plan.with_user(self.manager)
        with self.assertRaisesRegex(UserError, "Write down"):
            manager.action_close()
        plan.lessons = "Visits help"
        manager.action_close()
        self.assertEqual(plan.state, "closed")
        self.assertEqual(self._get_measure(plan, "visit").state, "cancelled")
        with self.assertRaises(UserError):
            plan.name = "Later"

    def test_plan_lessons_go_to_the_template_once(self):
        """A click puts the lessons before what the template knows."""
        plan = self._create_running()
        plan.action_evaluate()
        with self.assertRaisesRegex(UserError, "no lessons"):
            plan.action_copy_lessons()
        plan.lessons = "Visits help"
        plan.action_copy_lessons()
        self.assertIn("Visits help", self.template.lessons)
        self.assertIn(plan.number, self.template.lessons)
        with self.assertRaisesRegex(UserError, "already"):
            plan.action_copy_lessons()

    def test_plan_next_one_follows(self):
        """The next plan begins after this one, with shifted measures; it is made once."""
        plan = self._create_running()
        plan.action_evaluate()
        action = plan.action_make_next()
        following = self.Plan.browse(action["res_id"])
        self.assertEqual(
            (following.state, following.date_begin), ("draft", fields.Date.add(plan.date_end, days=1))
        )
        shift = following.date_begin - plan.date_begin
        self.assertEqual(
            following.measure_ids.mapped("date"), [day + shift for day in plan.measure_ids.mapped("date")]
        )
        self.assertEqual(plan.action_make_next()["res_id"], following.id)

    def test_plan_closing_plans_callbacks_of_its_trigger(self):
        """Rules of the trigger get the closed plans."""
        self._create_rule(trigger="plan_closed", name="How was the plan?", team_id=self.team.id)
        plan = self._create_running()
        plan.action_evaluate()
        plan.lessons = "x"
        plan.with_user(self.manager).action_close()
        calls = self.env["customer.callback"].search(
            [("res_model", "=", plan._name), ("res_id", "=", plan.id)]
        )
        self.assertEqual(calls.partner_id, self.customer)

    def test_plan_evaluation_is_asked_once(self):
        """After the last day the responsible gets one activity."""
        plan = self._create_running()
        with freeze_time("2026-09-03"), self.enter_registry_test_mode():
            cron = self.env.ref("customer_care.ir_cron_care_plan")
            cron.method_direct_trigger()
            cron.method_direct_trigger()
        activity = self.env["mail.activity"].search(
            [("res_model", "=", plan._name), ("res_id", "=", plan.id)]
        )
        self.assertEqual(activity.user_id, self.specialist)
        self.assertEqual(len(activity), 1)
