from datetime import date

from freezegun import freeze_time
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .plan_common import TODAY, PlanCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestCarePlanChange(PlanCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_running()
        cls.visit = cls._get_measure(cls.plan, "visit")
        cls.call = cls._get_measure(cls.plan, "call")
        cls.gift = cls._get_measure(cls.plan, "gift")

    def _change(self):
        return self.Plan.with_user(self.specialist).browse(self.plan.action_change()["res_id"])

    def test_change_goes_on_beside_the_running_plan(self):
        """A working version is a draft of its own; the plan runs on, and there is one version at a time."""
        change = self._change()
        self.assertEqual((change.state, change.version, change.origin_id), ("draft", 2, self.plan))
        self.assertEqual(change.number, self.plan.number)
        self.assertEqual((self.plan.state, self.plan.version), ("running", 1))
        self.assertEqual(self._change(), change)
        self.assertFalse(change.measure_ids.filtered("is_live"))
        with self.assertRaises(UserError):
            change.action_change()

    def test_change_approved_passes_its_content_on(self):
        """Dates move the work, new measures become work, left out ones are taken back, done ones stay."""
        self.visit.with_user(self.specialist).action_done(actual_cost=100, note="Fine")
        activity = self._get_work(self.gift)
        call = self._get_calls(self.call)
        change = self._change()
        self.assertEqual(self._get_measure(change, "visit").state, "done")
        with self.assertRaises(UserError):
            self._get_measure(change, "visit").name = "Other"
        with self.assertRaises(UserError):
            self._get_measure(change, "visit").unlink()
        self._get_measure(change, "gift").write({"date": "2026-05-05", "cost": 250})
        self._get_measure(change, "call").unlink()
        change.measure_ids = [
            Command.create(
                {"kind": "report", "name": "Report", "date": "2026-06-01", "user_id": self.specialist.id}
            )
        ]
        change.budget = 600
        change.action_request_approval()
        self.assertEqual((change.state, self.plan.state), ("manager", "running"))
        self.assertEqual(self.gift.cost, 200, "the approved plan holds until the change is approved")
        self._approve(change)
        self.plan.invalidate_recordset()
        self.assertRecordValues(
            self.plan, [{"state": "running", "version": 2, "budget": 600, "approval_state": "approved"}]
        )
        self.assertEqual((self.gift.date, self.gift.cost), (date(2026, 5, 5), 250))
        self.assertEqual((self._get_work(self.gift), activity.date_deadline), (activity, date(2026, 5, 5)))
        self.assertEqual((self.call.state, call.state), ("cancelled", "cancelled"))
        self.assertEqual((self.visit.state, self.visit.actual_cost), ("done", 100))
        report = self._get_measure(self.plan, "report")
        self.assertEqual((report.state, len(self._get_work(report))), ("planned", 1))
        self.assertEqual(self.plan.version_ids.sorted("number").mapped("decision"), ["approved", "approved"])
        self.assertFalse(change.active)
        self.assertFalse(self.plan.open_change_id)
        lines = self.plan.approval_line_ids
        self.assertEqual(sorted(lines.mapped("state")), ["approved", "approved", "superseded", "superseded"])
        self.assertIn("plan_changed", self._get_kinds(self.customer))
        text = self.plan.version_ids.filtered(lambda version: version.number == 2).difference
        self.assertIn("New measure: Report", text)
        self.plan.with_user(self.manager).write({"priority": "1"})
        self.assertEqual(self.plan.approval_state, "approved", "the passed approval covers the plan")

    def test_change_sees_what_was_done_meanwhile(self):
        """A measure done while its change waits stays as it was done."""
        change = self._change()
        self._get_measure(change, "gift").cost = 300
        change.action_request_approval()
        self.gift.with_user(self.supervisor).action_done(actual_cost=180, note="Wine")
        self._approve(change)
        self.assertRecordValues(self.gift, [{"state": "done", "cost": 200, "actual_cost": 180}])

    def test_change_own_plan_does_not_count_twice(self):
        """The budget of the running plan is not added to that of its change."""
        change = self._change()
        change.measure_ids[:1].cost = 700
        change.action_request_approval()
        self.assertEqual(change.state, "manager")
        change.with_user(self.manager).action_reject("No")
        change.measure_ids[:1].cost = 900
        with self.assertRaisesRegex(UserError, "Over budget"):
            change.action_request_approval()

    def test_change_sent_back_goes_on_as_the_next_version(self):
        """What was sent back becomes version 3; the plan takes over the number that was approved."""
        change = self._change()
        change.action_request_approval()
        change.with_user(self.manager).action_reject("Say more")
        self.assertEqual((change.version, self.plan.version), (3, 1))
        change.action_request_approval()
        self._approve(change)
        self.plan.invalidate_recordset()
        self.assertEqual(self.plan.version, 3)
        self.assertEqual(
            self.plan.version_ids.sorted("number").mapped("decision"), ["approved", "sent_back", "approved"]
        )

    def test_change_of_an_ended_plan_is_refused(self):
        """Closing or cancelling the plan puts its working version away."""
        change = self._change()
        change.action_request_approval()
        self.plan.with_user(self.manager).action_cancel("Over")
        change.invalidate_recordset()
        self.assertEqual((change.state, change.active), ("cancelled", False))
        with self.assertRaises(UserError):
            self.plan.action_change()

    def test_change_of_goals(self):
        """Goals of the version take the place of those of the plan."""
        change = self._change()
        change.goal_ids = [Command.create({"kind": "grade", "target_grade_id": self.grade.id})]
        change.action_request_approval()
        self._approve(change)
        self.assertEqual(self.plan.goal_ids.grade_before_id, self.grade)

    def test_added_measure_goes_where_it_belongs(self):
        """Into a new version of what runs, directly where the company allows it, else into a new draft."""

        def add(partner, **vals):
            wizard = (
                self.env["customer.care.measure.add"]
                .with_user(self.specialist)
                .with_context(**partner.with_user(self.specialist).action_care_add_measure()["context"])
                .create({"name": "Small talk", "kind": "visit", "date": "2026-04-04", **vals})
            )
            return self.Plan.browse(wizard.action_add()["res_id"])

        change = add(self.contact, cost=10)
        self.assertEqual((change.origin_id, len(change.measure_ids)), (self.plan, 4))
        self.assertEqual(add(self.customer), change)
        change.with_user(self.specialist).action_request_approval()
        with self.assertRaisesRegex(UserError, "waits for approval"):
            add(self.customer)
        self.company.care_has_unplanned_measures = True
        self.assertEqual(add(self.customer), self.plan)
        measure = self.plan.measure_ids.filtered("is_unplanned")
        self.assertEqual((measure.state, len(self._get_work(measure))), ("planned", 1))
        other = self._create_customer("New one", care_user_id=self.specialist.id)
        draft = add(other)
        self.assertEqual((draft.state, draft.measure_ids.user_id), ("draft", self.specialist))
        self.assertEqual(add(other), draft)

    def test_change_needs_the_right_to_write(self):
        """Nobody changes the plans of others."""
        with self.assertRaises(AccessError):
            self.plan.with_user(self.other_specialist).action_change()
        with self.assertRaises(AccessError):
            self.plan.with_user(self.auditor).action_change()
