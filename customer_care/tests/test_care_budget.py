from datetime import date

from freezegun import freeze_time
from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .plan_common import TODAY, PlanCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestCareBudget(PlanCommon):
    """One yearly budget (1,000) of a customer for plans and gifts, each cost once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Gift = cls.env["customer.care.gift"]

    def _create_gift(self, amount, user=None, **vals):
        vals = {"partner_id": self.contact.id, "name": "Tea set", "amount": amount, "date": TODAY, **vals}
        return self.Gift.with_user(user or self.specialist).create(vals)

    def _create_plan_of(self, cost):
        plan = self._create_plan(is_filled=False)
        plan.measure_ids = [
            Command.create(
                {"name": "x", "kind": "visit", "date": TODAY, "user_id": self.specialist.id, "cost": cost}
            )
        ]
        return plan

    def _get_costs(self, plans=None):
        found = self.env["res.partner"]._care_get_yearly_costs(self.customer.ids, [2026], plans)
        return sum(found.get((self.customer.id, 2026), {}).values())

    def test_budget_of_gifts_counts_plans(self):
        """A plan at approval takes its part: 500 of 1,000 are left for gifts, of contacts of the company too."""
        plan = self._create_plan()
        gift = self._create_gift(500)
        self.assertEqual((gift.budget_left, gift.is_over_budget), (500, False))
        plan.action_request_approval()
        gift.amount = 501
        self.assertEqual((gift.budget_left, gift.is_over_budget), (-1, True))
        with self.assertRaisesRegex(UserError, "Plans and gifts for Wind AG in 2026"):
            gift.action_request_approval()
        gift.amount = 500
        gift.action_request_approval()
        self.assertFalse(gift.is_over_budget)
        self._create_gift(900, date="2027-01-01").action_request_approval()

    def test_budget_of_plans_counts_gifts(self):
        """Gifts that are not cancelled take their part of what plans may cost in the year."""
        gift, other = self._create_gift(400), self._create_gift(900, date="2027-02-01")
        self.assertTrue(other)
        plan = self._create_plan_of(601)
        self.assertIn("400", plan.yearly_hint)
        with self.assertRaisesRegex(UserError, "Over budget"):
            plan.action_request_approval()
        gift.action_cancel()
        plan.action_request_approval()
        self.assertEqual(plan.state, "manager")

    def test_budget_counts_cancelled_and_working_versions_not(self):
        """A cancelled plan gives its part back; a working version takes none beside its plan."""
        plan = self._create_running()
        plan.with_user(self.specialist).action_change()
        self.assertEqual(self._get_costs(), 500)
        plan.open_change_id.measure_ids[:1].cost = 900
        self.assertEqual(self._get_costs(), 500)
        plan.with_user(self.manager).action_cancel("No")
        self.assertEqual(self._get_costs(), 0)

    def test_budget_of_a_closed_plan_is_what_it_cost(self):
        """Closed, a plan counts with its actual cost."""
        plan = self._create_running()
        self._get_measure(plan, "visit").with_user(self.specialist).action_done(actual_cost=90, note="x")
        plan.with_user(self.specialist).action_evaluate()
        plan.lessons = "x"
        plan.with_user(self.manager).action_close()
        self.assertEqual(self._get_costs(), 90)

    def test_budget_converts_currencies(self):
        """Amounts of another currency are converted: a gift of a company, a budget of the grade."""
        currency = self.env["res.currency"].create(
            {
                "name": "ZZZ",
                "symbol": "z",
                "rounding": 0.01,
                "rate_ids": [
                    Command.create({"company_id": self.company.id, "name": "2026-01-01", "rate": 2})
                ],
            }
        )
        plan = self._create_plan(is_filled=False, currency_id=currency.id, budget=1200)
        plan.measure_ids = [
            Command.create(
                {"name": "x", "kind": "visit", "date": TODAY, "user_id": self.specialist.id, "cost": 1200}
            )
        ]
        plan.action_request_approval()
        self.assertEqual(self._create_gift(400).budget_left, 0)
        self.grade.write({"currency_id": currency.id, "yearly_budget": 2200, "plan_template_id": False})
        gift = self._create_gift(101)
        self.assertEqual(gift.budget_left, -1)

    def test_budget_of_a_segment_is_shared(self):
        """Each customer of a segment takes an equal share; a gift is that of its customer alone."""
        other = self._create_customer("Sun", care_user_id=self.specialist.id, care_grade_id=self.grade.id)
        plan = self._create_plan(
            is_filled=False,
            scope="segment",
            partner_id=False,
            grade_ids=self.grade.ids,
            domain=str([("id", "in", (self.customer | other).ids)]),
        )
        vals = {"name": "x", "kind": "visit", "date": TODAY, "user_id": self.specialist.id, "cost": 700}
        plan.measure_ids = [Command.create(vals)]
        gift = self._create_gift(301, partner_id=other.id)
        with self.assertRaisesRegex(UserError, r"for Sun.*300\.00.* is left|for Sun"):
            plan.action_request_approval()
        gift.amount = 300
        plan.action_request_approval()
        self.assertEqual(self._get_costs(), 700)

    # Gifts that a plan planned

    def _create_planned_gift(self, amount=200, **vals):
        self.plan = self._create_running()
        self.measure = self._get_measure(self.plan, "gift")
        return self._create_gift(amount, user=self.supervisor, measure_id=self.measure.id, **vals)

    def test_budget_counts_a_planned_gift_once(self):
        """The gift of a plan is in the plan's amount; what it costs more counts by itself."""
        gift = self._create_planned_gift()
        self.assertEqual(self._get_costs(), 500)
        self.assertEqual(gift.budget_left, 500)
        gift.amount = 250
        self.assertEqual(self._get_costs(), 550)
        self.assertEqual(self._get_costs(self.plan), 50, "left out with its plan")
        new = self.Gift.new(
            {"partner_id": self.contact.id, "measure_id": self.measure.id, "amount": 260, "date": TODAY}
        )
        gift.measure_id = False
        self.assertEqual(new.budget_left, 1000 - 500 - 250 - 60)
        self.assertEqual(self._get_costs(), 750)

    def test_budget_counts_the_gift_when_its_plan_is_cancelled(self):
        """Without its plan a gift that was made counts by itself."""
        self._create_planned_gift()
        self.plan.with_user(self.manager).action_cancel("No")
        self.assertEqual(self._get_costs(), 200)

    def test_planned_gift_handed_over_does_the_measure(self):
        """With the evidence of the gift the measure is done, at its cost, and logged once."""
        gift = self._create_planned_gift(180)
        gift.action_request_approval()
        gift.evidence = "Parcel 7"
        gift.action_hand_over()
        self.assertRecordValues(
            self.measure,
            [{"state": "done", "actual_cost": 180, "progress": 100, "date_done": TODAY, "note": "Parcel 7"}],
        )
        self.assertFalse(self._get_work(self.measure))
        log = self.env["customer.contact.log"].search([("commercial_partner_id", "=", self.customer.id)])
        self.assertEqual(log.mapped("kind"), ["gift"])
        self.assertEqual(self.plan.actual_cost, 180)

    def test_planned_gifts_of_a_segment_do_the_measure_together(self):
        """One gift for each customer; ended by hand, those without one are logged with the measure."""
        other = self._create_customer("Sun", care_user_id=self.specialist.id, care_grade_id=self.grade.id)
        plan = self._create_plan(
            is_filled=False,
            scope="segment",
            partner_id=False,
            domain=str([("id", "in", (self.customer | other).ids)]),
        )
        vals = {"name": "Tea", "kind": "gift", "date": TODAY, "user_id": self.specialist.id, "cost": 50}
        plan.measure_ids = [Command.create(vals)]
        plan.action_request_approval()
        self._approve(plan)
        measure = plan.measure_ids
        gift = self._create_gift(60, measure_id=measure.id)
        gift.action_request_approval()
        gift.evidence = "Parcel 8"
        gift.action_hand_over()
        self.assertEqual((measure.state, measure.progress, measure.actual_cost), ("planned", 50, 60))
        measure.with_user(self.specialist).action_done()
        Log = self.env["customer.contact.log"]
        for partner in self.customer | other:
            self.assertEqual(Log.search_count([("commercial_partner_id", "=", partner.id)]), 1, partner.name)

    def test_planned_gift_from_its_measure(self):
        """The button of the measure fills in the gift; one customer has one gift of a measure."""
        plan = self._create_running()
        measure = self._get_measure(plan, "gift").with_user(self.supervisor)
        action = measure.action_create_gift()
        gift = Form(self.Gift.with_user(self.supervisor).with_context(**action["context"])).save()
        self.assertRecordValues(
            gift,
            [
                {
                    "partner_id": self.customer.id,
                    "name": "Gift",
                    "amount": 200,
                    "date": date(2026, 4, 1),
                    "measure_id": measure.id,
                }
            ],
        )
        self.assertEqual(measure.gift_count, 1)
        self.assertEqual(self.Gift.search(measure.action_open_gifts()["domain"]), gift)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self._create_gift(1, user=self.supervisor, measure_id=measure.id)
        with self.assertRaises(AccessError):
            measure.with_user(self.auditor).action_create_gift()
        with self.assertRaisesRegex(UserError, "not open work"):
            self._get_measure(plan, "visit").with_user(self.supervisor).action_create_gift()

    def test_planned_gift_only_of_its_customer(self):
        """Gifts belong to gift measures of approved plans for the same customer."""
        plan = self._create_running()
        other = self._create_customer("Sun", care_user_id=self.specialist.id)
        draft = self._create_plan(name="Draft")
        for measure, partner in (
            (self._get_measure(plan, "gift"), other),
            (self._get_measure(plan, "visit"), self.customer),
            (self._get_measure(draft, "gift"), self.customer),
        ):
            with self.subTest(measure=measure.name), self.assertRaises(ValidationError):
                self._create_gift(1, user=self.manager, measure_id=measure.id, partner_id=partner.id)

    def test_planned_gift_is_once_in_the_care_report(self):
        """The cost of a planned gift is that of its measure in the figures of the care report."""
        gift = self._create_planned_gift(180)
        gift.action_request_approval()
        gift.evidence = "Parcel 7"
        gift.action_hand_over()
        self.env.flush_all()
        Row = self.env["customer.care.report.row"]
        for name, cost in (("_get_gift_sql", 0), ("_get_measure_sql", 180)):
            rows = self.env.execute_query_dict(getattr(Row, name)(date(2026, 1, 1), date(2026, 12, 31)))
            own = [row["actual_cost"] for row in rows if row["partner_id"] == self.customer.id]
            self.assertEqual(sum(own), cost, name)
