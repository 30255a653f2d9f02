from datetime import date

from odoo.addons.base.tests.common import BaseCommon
from odoo.tests import tagged

from ..tools import scores

TODAY = date(2026, 3, 31)


@tagged("post_install", "-at_install")
class TestMetric(BaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create({"name": "Acme"})
        cls.contact = cls.env["res.partner"].create({"name": "Ann", "parent_id": cls.customer.id})

    def _score(self, kind, value, day="2026-03-01", **vals):
        vals = {"partner_id": self.customer.id, "kind": kind, "value": value, "date": day, **vals}
        return self.env["customer.survey.score"].sudo().create(vals)

    def _get(self, code, **kwargs):
        metric = self.env.ref(f"customer_survey.customer_metric_{code}")
        return metric._get_values(self.customer, date=TODAY, **kwargs)[self.customer.id][metric.id]

    def test_metric_average_by_kind(self):
        """Each kind has its own average, contacts included; without an answer it is unknown."""
        self.assertIsNone(self._get("csat_12m"))
        self._score("csat", 60)
        self._score("csat", 90, partner_id=self.contact.id)
        self._score("nps", 30)
        self.assertEqual(self._get("csat_12m"), 75)
        self.assertEqual(self._get("nps_12m"), 30)

    def test_metric_window_and_anonymous_answers(self):
        """Answers before the window, after the day, or of nobody do not count."""
        self._score("csat", 10, "2025-03-31")
        self._score("csat", 20, "2026-04-01")
        self._score("csat", 30, partner_id=False)
        self.assertIsNone(self._get("csat_12m"))
        self._score("csat", 0, "2025-04-01")
        self.assertEqual(self._get("csat_12m"), 0)

    def test_metric_companies(self):
        """An answer counts in its company; one of no company in each."""
        other = self.env["res.company"].create({"name": "Other"})
        self._score("csat", 100, company_id=other.id)
        self._score("csat", 50)
        self.assertEqual(self._get("csat_12m"), 75)
        self.assertEqual(self._get("csat_12m", company=other), 75)
        self.assertEqual(self._get("csat_12m", company=self.env.company), 50)

    def test_care_report_counts_satisfied_answers(self):
        """Answers from the number of the settings on are satisfied, on any scale; other kinds do not count."""
        self.customer.is_company = True
        self.env.company.care_satisfied_from = 8
        for answer, low, high in ((8, 1, 10), (7, 1, 10), (4, 1, 5), (3, 1, 5)):
            self._score("csat", scores.linear(answer, low, high))
        self._score("nps", 100)
        self._score("csat", 100, "2026-04-01")
        self._score("csat", 100, partner_id=False)
        self.env.flush_all()
        rows = self.env["customer.care.report.row"].with_context(
            care_date_from="2026-03-01", care_date_to="2026-03-31"
        )
        row = rows.search([("partner_id", "=", self.customer.id)])
        self.assertEqual((row.answer_count, row.satisfied_count), (4, 2))
