from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import CareCommon


@tagged("post_install", "-at_install")
class TestBand(CareCommon):
    def test_band_next_callback(self):
        """The band shows the earliest open callback of the company and all its contacts."""
        self._create_callback(date_planned="2026-05-02")
        self._create_callback(partner_id=self.contact.id, date_planned="2026-05-01")
        self._create_callback(date_planned="2026-01-01").action_cancel("no need")
        for partner in self.customer | self.contact:
            self.assertEqual(str(partner.care_next_callback_date), "2026-05-01")
        self.assertFalse(self._create_customer().care_next_callback_date)

    def test_band_is_there_for_the_roles_alone(self):
        """Specialists and the auditor have the band; an employee without a role opens the form without it."""
        Form(self.customer.with_user(self.specialist))
        Form(self.customer.with_user(self.auditor))
        arches = {}
        form = self.env.ref("base.view_partner_form")
        for user in (self.specialist, self.auditor, self.employee):
            arches[user] = self.env["res.partner"].with_user(user).get_view(form.id, "form")["arch"]
        self.assertIn('name="care_band"', arches[self.specialist])
        self.assertIn('name="care_band"', arches[self.auditor])
        self.assertNotIn("care_band", arches[self.employee])
        self.assertNotIn("care_finance", arches[self.specialist])
        with self.assertRaises(AccessError):
            self.customer.with_user(self.employee).read(["care_next_callback_date"])

    def test_band_needs_few_queries(self):
        """The figures of the band cost one query each, however many customers are asked."""
        partners = self.env["res.partner"].create([{"name": f"P{n}"} for n in range(50)])
        partners.mapped("commercial_partner_id.name")
        self.env.flush_all()
        with self.assertQueryCount(1):
            partners.mapped("care_next_callback_date")
            partners.mapped("care_callback_count")

    def test_band_trend_of_the_score(self):
        """The arrow compares the score with the one before; without two scores there is none."""
        for score, before, trend in ((60, 50, "up"), (50, 60, "down"), (50, 50, "same"), (50, 0, False)):
            self.customer.sudo().write({"care_score": score, "care_previous_score": before})
            self.customer.invalidate_recordset()
            self.assertEqual(self.customer.with_user(self.specialist).care_score_trend, trend)

    def test_band_plan_of_the_grade(self):
        """The band names the plan that the grade's policy proposes."""
        template = self.env["customer.care.plan.template"].create({"name": "Key accounts"})
        grade = self.env["customer.grade"].create({"name": "Test", "code": "TX"})
        grade.plan_template_id = template
        self.customer.sudo().care_grade_id = grade
        self.assertEqual(self.customer.with_user(self.specialist).care_plan_name, "Key accounts")
        self.assertFalse(self._create_customer().care_plan_name)
