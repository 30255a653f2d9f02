import doctest
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from ..tools import chart, matrix
from .grading_common import GradingCommon


@tagged("post_install", "-at_install")
class TestGradingTour(GradingCommon, HttpCase):
    def test_chart_and_matrix_examples_hold(self):
        """The examples of the charts and tables are their specification."""
        for module in (chart, matrix):
            result = doctest.testmod(module)
            self.assertTrue(result.attempted)
            self.assertFalse(result.failed)

    def test_customer_form_shows_grade_and_timeline(self):
        """The pages of a customer read what they show when opened, and the timeline can be searched."""
        self.metric.name = "Amount of tour"
        customer = self._create_buyer("A", name="Tour customer", grade="A")
        self.scheme.action_activate()
        today = fields.Date.today()
        version = self.scheme.version_id
        for days in (30, 0):
            self.env["customer.grading.run"]._start(
                self.scheme, version.spec, version=version, date=today - timedelta(days=days)
            )
        self.env["customer.care.event"]._log(
            [
                {"partner_id": customer.id, "kind": "note", "summary": f"{n} tour note"}
                for n in ("First", "Second")
            ]
        )
        self.start_tour(
            f"/odoo/care-customers/{customer.id}", "customer_care_customer_form", login=self.specialist.login
        )

    def test_dry_run_is_tried_and_put_in_force(self):
        """An administrator sees who would move by edited rules before they count."""
        customer = self._create_buyer("A", name="Tour customer", grade="A")
        self.scheme.action_activate()
        self.scheme.threshold_ids.filtered(lambda row: row.grade_id == self.grades["A"]).min_score = 95
        self.start_tour(
            f"/odoo/care-grading-schemes/{self.scheme.id}", "customer_care_dry_run", login=self.admin.login
        )
        self.scheme.invalidate_recordset()
        self.assertEqual(self.scheme.version_id.number, 2)
        self.assertEqual(customer.care_grade_id, self.grades["A"])
