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

    def test_metrics_of_answering(self):
        """How many answers, low ones, and promoters, in the window; corrected rows do not count."""
        self.assertEqual((self._get("survey_answers_12m"), self._get("survey_low_12m")), (0, 0))
        self.assertIsNone(self._get("survey_promoters_12m"))
        self.assertIsNone(self._get("ces_12m"))
        self._score("nps", 90, nps_class="promoter")
        self._score("nps", 20, nps_class="detractor", is_low=True)
        self._score("nps", 10, nps_class="detractor", is_low=True, active=False)
        self._score("nps", 10, "2025-03-01", nps_class="detractor", is_low=True)
        self._score("ces", 40, partner_id=self.contact.id)
        self.assertEqual(self._get("survey_answers_12m"), 3)
        self.assertEqual(self._get("survey_low_12m"), 1)
        self.assertEqual(self._get("survey_promoters_12m"), 50)
        self.assertEqual(self._get("ces_12m"), 40)

    def test_metric_of_response(self):
        """Answered of sent; what waits to be sent, and tests, do not count."""
        survey = self.env.ref("customer_survey.survey_satisfaction")
        rule = self.env.ref("customer_survey.customer_survey_rule_manual")
        self.assertIsNone(self._get("survey_response_12m"))

        def invite(**vals):
            return self.env["survey.user_input"].create(
                {
                    "survey_id": survey.id,
                    "partner_id": self.contact.id,
                    "care_rule_id": rule.id,
                    "care_send_date": "2026-03-01",
                    "care_sent_datetime": "2026-03-01 08:00:00",
                    **vals,
                }
            )

        invite()
        self.assertEqual(self._get("survey_response_12m"), 0)
        invite(state="done", end_datetime="2026-03-02 08:00:00")
        invite(care_sent_datetime=False)
        invite(test_entry=True)
        invite(state="done", end_datetime="2026-04-02 08:00:00")
        invite(care_send_date="2025-03-01")
        self.assertAlmostEqual(self._get("survey_response_12m"), 100 / 3)

    def test_metric_of_response_ends_with_the_day_of_the_company(self):
        """What is answered when the next day has begun at the company is not answered by that day."""
        company = self.env.company
        company.partner_id.tz = "UTC"
        self.env["survey.user_input"].create(
            {
                "survey_id": self.env.ref("customer_survey.survey_satisfaction").id,
                "partner_id": self.contact.id,
                "care_rule_id": self.env.ref("customer_survey.customer_survey_rule_manual").id,
                "care_company_id": company.id,
                "care_send_date": "2026-03-01",
                "care_sent_datetime": "2026-03-01 08:00:00",
                "state": "done",
                "end_datetime": "2026-03-31 20:00:00",
            }
        )
        self.assertEqual(self._get("survey_response_12m"), 100)
        company.partner_id.tz = "Asia/Shanghai"
        self.assertEqual(self._get("survey_response_12m"), 0)

    def test_grading_by_answers(self):
        """The engine grades by the new metrics: low answers are better when fewer."""
        codes = (
            "survey_low_12m",
            "survey_promoters_12m",
            "ces_12m",
            "survey_response_12m",
            "survey_answers_12m",
        )
        metrics = self.env["customer.metric"].search([("code", "in", codes)])
        self.assertEqual(len(metrics), len(codes))
        self.assertEqual(metrics.filtered("is_lower_better").code, "survey_low_12m")
        self._score("nps", 90, nps_class="promoter")
        values = metrics._get_values(self.customer, date=TODAY, company=self.env.company)[self.customer.id]
        self.assertEqual(len(values), len(codes))
