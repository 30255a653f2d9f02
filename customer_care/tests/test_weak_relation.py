from freezegun import freeze_time
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .plan_common import TODAY, PlanCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestWeakRelation(PlanCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules = {rule.kind: rule for rule in cls.env["customer.weak.rule"].search([])}
        cls.Weak = cls.env["customer.weak.relation"]
        cls.customer.write({"care_score": 60, "care_previous_score": 60, "care_grade_date": TODAY})

    def _find(self, partner=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.Weak.with_user(self.specialist).search(
            [("partner_id", "=", (partner or self.customer).id)]
        )

    def _only(self, kind):
        for name, rule in self.rules.items():
            rule.active = name == kind

    def _get_kinds_found(self):
        return set(self._find().rule_ids.mapped("kind"))

    def test_weak_nothing_found_for_a_good_relation(self):
        """A customer whom no rule names is not in the list."""
        self.assertFalse(self._find())

    def test_weak_score_rules_at_their_limits(self):
        """Below the limit counts as low; a fall of the limit counts as a fall."""
        self.customer.write({"care_score": 30, "care_previous_score": 39})
        self.assertFalse(self._find())
        self.customer.write({"care_score": 29.5, "care_previous_score": 39.5})
        self.assertEqual(self._get_kinds_found(), {"score_low", "score_falling"})
        row = self._find()
        self.assertEqual((row.weight, row.reason_count), (3, 2))
        self.assertIn("Score fell by 10", row.reason_text)
        self.assertIn("Call: is everything in order?", row.action_text)
        self.rules["score_low"].threshold = 20
        self.assertEqual(self._get_kinds_found(), {"score_falling"})

    def test_weak_satisfaction_and_contact(self):
        """Answers of a year count by their average; without contact the day of the grade counts."""
        call = self._create_callback(partner_id=self.contact.id)
        call.action_done("reached", satisfaction=6)
        self.assertEqual(self._get_kinds_found(), {"satisfaction_low"})
        self._only("no_contact")
        self.customer.care_grade_date = "2025-01-01"
        self.assertFalse(self._find(), "the call was a contact")
        logs = self.env["customer.contact.log"].search([("commercial_partner_id", "=", self.customer.id)])
        logs.sudo().date_start = "2025-06-01 10:00:00"
        self.assertEqual(self._get_kinds_found(), {"no_contact"})
        self.assertIn("days", self._find().reason_text)

    def test_weak_dormant_and_grade_fell(self):
        """Who bought long ago is dormant; a later rise takes back a fall of the grade."""
        self._only("dormant")
        self.env["customer.transaction"].create(
            {"partner_id": self.customer.id, "date": "2025-03-03", "amount": 10, "reference": "r"}
        )
        self.assertFalse(self._find())
        self.rules["dormant"].threshold = 364
        self.assertTrue(self._find())
        self._only("grade_fell")
        result = self.env["customer.grading.result"].sudo()
        version = self.env["customer.grading.version"].search([], limit=1)
        fell = {
            "partner_id": self.customer.id,
            "date": "2026-02-01",
            "state": "applied",
            "levels": -1,
            "grade_id": self.worse.id,
        }
        names = result._fields
        vals = {name: value for name, value in {**fell, "version_id": version.id}.items() if name in names}
        result.create(vals)
        self.assertEqual(self._get_kinds_found(), {"grade_fell"})
        result.create({**vals, "date": "2026-02-15", "levels": 1})
        self.assertFalse(self._find())

    def test_weak_makes_plans_and_measures(self):
        """A click makes a draft with the proposed measures; who has a plan says so."""
        self.customer.write({"care_score": 10, "care_previous_score": 50})
        row = self._find()
        self.assertFalse(row.has_plan)
        action = row.action_create_plans()
        wizard = (
            self.env["customer.care.plan.create"]
            .with_user(self.specialist)
            .with_context(**action["context"])
            .create({})
        )
        wizard.action_create_plans()
        plan = self.Plan.search([("partner_id", "=", self.customer.id)])
        self.assertEqual(set(plan.measure_ids.mapped("kind")), {"call", "report"})
        self.assertEqual(plan.measure_ids.user_id, self.specialist)
        self.assertTrue(self._find().has_plan)
        action = self._find().action_add_measure()
        add = (
            self.env["customer.care.measure.add"]
            .with_user(self.specialist)
            .with_context(**action["context"])
            .create({})
        )
        add.action_add()
        self.assertEqual(len(plan.measure_ids), 3)

    def test_weak_sheet_prints_and_rules_are_the_administrators(self):
        """The sheet renders; only administrators change limits."""
        self.customer.write({"care_score": 10, "care_previous_score": 10})
        html = (
            self.env["ir.actions.report"]
            .with_user(self.specialist)
            ._render_qweb_html("customer_care.customer_weak_relation_sheet", self._find().ids)[0]
        )
        self.assertIn(b"Wind AG", html)
        with self.assertRaises(AccessError):
            self.rules["score_low"].with_user(self.manager).threshold = 1

    def test_weak_hides_customers_of_other_companies(self):
        """A customer of another company is not listed."""
        company = self.env["res.company"].create({"name": "Second"})
        other = self._create_customer(
            "Far", is_company=True, company_id=company.id, care_grade_id=self.grade.id, care_score=5
        )
        self.assertFalse(self._find(other))
