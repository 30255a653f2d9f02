import doctest
from datetime import date

from freezegun import freeze_time
from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..tools import plan_diff
from .plan_common import TODAY, PlanCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestCarePlan(PlanCommon):
    def test_plan_template_gives_dates_people_and_cost(self):
        """Days count from the begin, roles become persons, the cost is that of the template."""
        plan = self._create_plan()
        self.assertRecordValues(
            plan.measure_ids.sorted("date"),
            [
                {"kind": "visit", "date": date(2026, 3, 12), "user_id": self.specialist.id, "cost": 300},
                {"kind": "call", "date": date(2026, 3, 22), "user_id": self.specialist.id, "cost": 0},
                {"kind": "gift", "date": date(2026, 4, 1), "user_id": self.supervisor.id, "cost": 200},
            ],
        )
        self.assertEqual((plan.budget, plan.planned_cost, plan.template_id), (500, 500, self.template))
        plan.action_fill_from_template()
        self.assertEqual(len(plan.measure_ids), 3, "a template is taken once")
        self.assertRegex(plan.number, r"^CP2026-")

    def test_plan_approval_passes_manager_and_director(self):
        """The state tells whose step is open; the last answer lets the plan run."""
        plan = self._create_plan()
        plan.action_request_approval()
        self.assertEqual((plan.state, plan.approval_state), ("manager", "pending"))
        plan.with_user(self.manager).action_approve()
        self.assertEqual(plan.state, "director")
        plan.with_user(self.director).action_approve()
        self.assertEqual((plan.state, plan.approval_state, plan.version), ("running", "approved", 1))
        self.assertEqual(plan.version_ids.mapped("decision"), ["approved"])
        kinds = self._get_kinds(self.customer)
        for kind in ("approval_requested", "plan_approved", "plan_started"):
            self.assertIn(kind, kinds)

    def test_plan_of_the_future_waits_for_its_begin(self):
        """An approved plan runs from its first day on, by the night's job."""
        plan = self._create_running(date_begin=date(2026, 4, 1), date_end=date(2026, 12, 31))
        self.assertEqual(plan.state, "approved")
        with freeze_time("2026-04-01"), self.enter_registry_test_mode():
            self.env.ref("customer_care.ir_cron_care_plan").method_direct_trigger()
        plan.invalidate_recordset()
        self.assertEqual(plan.state, "running")

    def test_plan_leader_step_is_submitted(self):
        """Where the leader's rule is on, a specialist's plan is first with the leader; a leader's own one is not."""
        self.env.ref("customer_care.customer_approval_rule_plan_leader").active = True
        plan = self._create_plan()
        plan.action_request_approval()
        self.assertEqual(plan.state, "submitted")
        plan.with_user(self.supervisor).action_approve()
        self.assertEqual(plan.state, "manager")
        other = self._create_plan(self.supervisor)
        other.action_request_approval()
        self.assertEqual(other.state, "manager")

    def test_plan_without_rules_is_approved_at_once(self):
        """Without an approval rule a submitted plan runs."""
        self.env["customer.approval.rule"].search(
            [("model_id.model", "=", "customer.care.plan")]
        ).active = False
        plan = self._create_plan()
        plan.action_request_approval()
        self.assertEqual((plan.state, plan.version_ids.decision), ("running", "approved"))

    def test_plan_sent_back_keeps_versions_with_difference(self):
        """A remark sends the plan back as a draft of the next version; the difference reads in words."""
        plan = self._create_plan()
        plan.action_request_approval()
        plan.with_user(self.manager).action_reject("Too much for gifts")
        self.assertEqual((plan.state, plan.version, plan.remark), ("draft", 2, "Too much for gifts"))
        self.assertEqual(plan.remark_user_id, self.manager)
        gift = self._get_measure(plan, "gift")
        gift.cost = 100
        self._get_measure(plan, "call").unlink()
        plan.measure_ids = [
            Command.create(
                {"kind": "report", "name": "Report", "date": "2026-05-01", "user_id": self.specialist.id}
            )
        ]
        plan.budget = 400
        plan.action_request_approval()
        versions = plan.version_ids.sorted("number")
        self.assertEqual(versions.mapped("decision"), ["sent_back", "waiting"])
        self.assertEqual(versions[0].remark, "Too much for gifts")
        text = versions[1].difference
        for part in (
            "New measure: Report",
            "Measure left out: Call",
            "Measure Gift",
            "Budget: from",
            "<table",
        ):
            self.assertIn(part, text)
        self.assertFalse(plan.remark)
        compare = self.env["customer.care.plan.compare"].create(
            {"plan_id": plan.id, "from_id": versions[1].id, "to_id": versions[1].id}
        )
        self.assertIn("Nothing was changed", compare.difference)
        names = {rule.name for rule in plan.approval_line_ids}
        self.assertEqual(len(plan.approval_line_ids), 4, names)

    def test_plan_taken_back_is_a_draft_again(self):
        """The requester takes the request back and may change the plan."""
        plan = self._create_plan()
        plan.action_request_approval()
        plan.action_cancel_approval()
        self.assertEqual((plan.state, plan.version, plan.version_ids.decision), ("draft", 2, "taken_back"))
        plan.name = "Other"

    def test_plan_submission_lists_all_that_is_missing(self):
        """One message names every obstacle."""
        plan = self._create_plan(is_filled=False, date_end=date(2026, 6, 30))
        with self.assertRaisesRegex(UserError, "no measures"):
            plan.action_request_approval()
        plan.measure_ids = [
            Command.create({"name": "Nobody's", "date": "2026-04-01", "cost": 900}),
            Command.create({"name": "Undated", "user_id": self.specialist.id, "cost": 200}),
            Command.create({"name": "Later", "user_id": self.specialist.id, "date": "2027-01-01"}),
        ]
        plan.measure_ids.filtered(lambda m: m.name == "Nobody's").responsible_role = False
        with self.assertRaises(UserError) as caught:
            plan.action_request_approval()
        text = str(caught.exception)
        for part in (
            "Without a responsible: Nobody's",
            "Without a date: Undated",
            "Not in the period of the plan: Later",
            "Over budget",
        ):
            self.assertIn(part, text)
        self.assertEqual(plan.state, "draft")
        self.assertFalse(plan.version_ids)

    def test_plan_yearly_budget_counts_other_plans_in_their_currency(self):
        """Plans of the same year and customer share the grade's budget; other years and drafts do not count."""
        self._create_running()
        plan = self._create_plan()
        plan.action_request_approval()
        plan.with_user(self.manager).action_reject("Wait")
        self.env["customer.care.measure"].browse(self._get_measure(plan, "visit").id).cost = 301
        with self.assertRaisesRegex(UserError, "Over budget"):
            plan.action_request_approval()
        rate = {"company_id": self.company.id, "name": "2026-01-01"}
        currency = self.env["res.currency"].create(
            {
                "name": "ZZZ",
                "symbol": "z",
                "rounding": 0.01,
                "rate_ids": [Command.create({**rate, "rate": 2})],
            }
        )
        dear = self._create_plan(is_filled=False, currency_id=currency.id)
        dear.measure_ids = [
            Command.create(
                {"name": "x", "kind": "gift", "date": TODAY, "user_id": self.specialist.id, "cost": 1001}
            )
        ]
        with self.assertRaisesRegex(UserError, "Over budget"):
            dear.action_request_approval()
        dear.measure_ids.cost = 1000
        dear.budget = 1000
        dear.action_request_approval()
        later = self._create_plan(date_begin=date(2027, 1, 1), date_end=date(2027, 12, 31))
        later.action_request_approval()
        self.assertEqual(later.state, "manager")

    def test_plan_budget_follows_and_must_cover_the_measures(self):
        """The budget grows with the measures; lowered below them it cannot be submitted."""
        plan = self._create_plan()
        plan.budget = 800
        self._get_measure(plan, "gift").cost = 250
        self.assertEqual(plan.budget, 800)
        plan.budget = 100
        with self.assertRaisesRegex(UserError, "more than the budget of the plan"):
            plan.action_request_approval()

    def test_plan_negative_amounts_are_refused(self):
        """Neither cost nor budget nor revenue is negative or no number."""
        plan = self._create_plan()
        gift = self._get_measure(plan, "gift")
        for record, vals in (
            (gift, {"cost": -1}),
            (gift, {"actual_cost": -1}),
            (gift, {"progress": 101}),
            (plan, {"budget": -1}),
            (plan, {"expected_revenue": -5}),
            (plan, {"date_end": "2020-01-01"}),
            (plan, {"partner_id": False}),
        ):
            with self.subTest(vals=vals), self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
                record.write(vals)
                self.env.flush_all()

    def test_plan_segment_is_frozen_at_submission(self):
        """A segment names its customers when it is submitted; cost counts for each of them."""
        others = self.env["res.partner"].create(
            [{"name": f"Seg {n}", "is_company": True, "care_grade_id": self.grade.id} for n in range(3)]
        )
        plan = self._create_plan(
            self.manager,
            is_filled=False,
            scope="segment",
            partner_id=False,
            domain=f"[('id', 'in', {others.ids})]",
        )
        self.assertEqual(plan.customer_count, 3)
        plan.measure_ids = [
            Command.create(
                {"name": "Gift", "kind": "gift", "date": TODAY, "user_id": self.specialist.id, "cost": 10}
            )
        ]
        self.assertEqual(plan.planned_cost, 30)
        plan.action_request_approval()
        self.env["res.partner"].browse(others[0].id).active = False
        plan.with_user(self.director).action_approve()
        plan.with_user(self.admin).action_approve()
        self.assertEqual(plan.member_ids.partner_id, others)
        self.assertEqual(plan.customer_count, 3)
        self.assertIn("plan_approved", self._get_kinds(others[1]))
        with self.assertRaises(AccessError):
            plan.member_ids.with_user(self.manager).write({"partner_id": self.customer.id})

    def test_plan_segment_of_nobody_or_with_a_broken_filter_is_refused(self):
        """A filter that is none is refused at once, an empty segment when it is submitted."""
        with self.assertRaises(ValidationError):
            self._create_plan(
                self.manager, is_filled=False, scope="segment", partner_id=False, domain="[('nix', '=', 1)]"
            )
        plan = self._create_plan(
            self.manager, is_filled=False, scope="segment", partner_id=False, domain="[('id', '=', 0)]"
        )
        with self.assertRaisesRegex(UserError, "No customer belongs"):
            plan.action_request_approval()

    def test_plan_progress_by_number_or_cost(self):
        """Measures count the same, or by their cost."""
        plan = self._create_running()
        self._get_measure(plan, "visit").with_user(self.specialist).action_done(
            actual_cost=250, note="Coffee"
        )
        self.assertEqual((plan.progress, plan.actual_cost), (33, 250))
        plan.sudo().progress_by = "cost"
        self.assertEqual(plan.progress, 60)

    def test_plan_bulk_creation_leaves_out_open_plans(self):
        """One plan for each customer without an open one; the others are named."""
        others = self.env["res.partner"].create(
            [
                {
                    "name": f"Bulk {n}",
                    "is_company": True,
                    "care_grade_id": self.grade.id,
                    "care_user_id": self.specialist.id,
                }
                for n in range(2)
            ]
        )
        without = self._create_customer("No grade", care_user_id=self.specialist.id)
        self._create_plan()
        wizard = (
            self.env["customer.care.plan.create"]
            .with_user(self.specialist)
            .create({"partner_ids": (self.customer | self.contact | others | without).ids, "name": "Year"})
        )
        self.assertEqual((wizard.customer_count, wizard.open_count, wizard.without_count), (2, 1, 1))
        self.assertIn("Wind AG", wizard.open_names)
        action = wizard.action_create_plans()
        self.assertIn("Wind AG", action["params"]["message"])
        plans = self.Plan.search([("partner_id", "in", others.ids)])
        self.assertEqual(
            (len(plans), plans.measure_ids.mapped("state")[0], len(plans.measure_ids)), (2, "draft", 6)
        )
        with self.assertRaisesRegex(UserError, "Nobody is left"):
            wizard.action_create_plans()

    def test_plan_differences_hold_as_their_examples_say(self):
        """The examples of the comparison are its specification."""
        failed, tried = doctest.testmod(plan_diff)
        self.assertTrue(tried)
        self.assertFalse(failed)

    def test_plan_form_works_for_a_specialist(self):
        """A specialist fills the form without errors."""
        with Form(self.Plan.with_user(self.specialist)) as form:
            form.name = "Year"
            form.partner_id = self.customer
            with form.measure_ids.new() as line:
                line.name = "Visit"
                line.kind = "visit"
                line.cost = 40
        plan = form.record
        self.assertEqual((plan.user_id, plan.team_id, plan.budget), (self.specialist, self.team, 40))

    def test_plan_hints_of_thrift_and_yearly_budget(self):
        """The form tells what the plan costs of the expected revenue, and what the grade allows."""
        plan = self._create_plan(expected_revenue=1000)
        self.assertIn("50.0 %", plan.thrift_hint)
        self.assertIn("worth", plan.thrift_hint)
        self.assertIn("1,000", plan.yearly_hint)

    def test_plan_cancelled_takes_back_open_work(self):
        """A cancelled plan leaves no activity and no call; a reason is asked."""
        plan = self._create_running()
        self.assertTrue(self._get_work(plan.measure_ids))
        self.assertEqual(plan.action_cancel()["res_model"], "customer.care.plan.cancel")
        with self.assertRaises(AccessError):
            plan.action_cancel("Bankrupt")
        plan.with_user(self.manager).action_cancel("Bankrupt")
        self.assertEqual(plan.state, "cancelled")
        self.assertFalse(self._get_work(plan.measure_ids))
        self.assertEqual(self._get_calls(plan.measure_ids).mapped("state"), ["cancelled"])
        self.assertEqual(set(plan.measure_ids.mapped("state")), {"cancelled"})

    def test_plan_band_and_count_on_the_customer(self):
        """The customer's form shows the running plan; a contact that of its company."""
        self.assertEqual(self.customer.with_user(self.specialist).care_plan_name, "One year")
        plan = self._create_running()
        self.customer.invalidate_recordset()
        for partner in (self.customer | self.contact).with_user(self.specialist):
            self.assertEqual((partner.care_plan_name, partner.care_plan_count), ("Care plan (0 %)", 1))
        self.assertEqual(self.customer.care_plan_id, plan)

    def test_plan_reports_and_workbook(self):
        """PDF in both copies hides costs from the customer; the workbook opens."""
        plan = self._create_running()
        report = self.env["ir.actions.report"].with_user(self.manager)
        html = report._render_qweb_html("customer_care.customer_care_plan_sheet_internal", plan.ids)[
            0
        ].decode()
        self.assertIn("Planned Cost", html)
        html = report._render_qweb_html("customer_care.customer_care_plan_sheet_customer", plan.ids)[
            0
        ].decode()
        self.assertNotIn("Planned Cost", html)
        for name in ("internal", "customer"):
            report._render_qweb_html(f"customer_care.customer_care_plan_evaluation_{name}", plan.ids)
        self.manager.group_ids = [Command.link(self.env.ref("base.group_allow_export").id)]
        wizard = self.env["customer.care.plan.report"].with_user(self.manager).create({})
        name, stream = wizard._get_xlsx()
        with stream:
            self.assertTrue(stream.read(4).startswith(b"PK"))
        self.assertIn("2026", name)
