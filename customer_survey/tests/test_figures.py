from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from ..models.res_partner_survey import FIGURES
from ..tools import scores as formulas
from .common import SurveyKit


@tagged("post_install", "-at_install")
class TestFigures(SurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls.today = fields.Date.today()

    def _score(self, partner, kind, raw, days=0, **vals):
        value = formulas.score(kind, raw, 1, 10)
        return (
            self.env["customer.survey.score"]
            .sudo()
            .create(
                {
                    "partner_id": partner.id,
                    "kind": kind,
                    "value": value,
                    "raw_value": raw,
                    "nps_class": kind == "nps" and formulas.nps_class(raw),
                    "date": self.today - timedelta(days=days),
                    **vals,
                }
            )
        )

    def _update(self):
        self.customer._care_update_survey_figures()

    def test_answer_writes_the_figures(self):
        """With the answer company, contacts and later contacts show class, day and number."""
        self._answer(self._send(), csat=8, nps=9)
        expected = {"care_nps_class": "promoter", "care_last_answer_date": self.today, "care_answer_count": 1}
        partners = self.contact | self.customer | self._create_partner("Cy", parent_id=self.customer.id)
        self.assertRecordValues(partners, [{**expected, "care_satisfaction_trend": False}] * 3)
        self._answer(self._send(cause="2"), csat=1, nps=3)
        expected = {"care_nps_class": "detractor", "care_answer_count": 2, "care_satisfaction_trend": "worse"}
        self.assertRecordValues(partners, [expected] * 3)

    def test_trend_is_that_of_the_formula(self):
        """Last answer against the average of the twelve months before it, in SQL as in the formula."""
        for last, before in ((10, [5, 6]), (6, [6, 6]), (2, [9]), (7, [])):
            with self.subTest(last=last, before=before):
                self.env["customer.survey.score"].sudo().search(
                    [("partner_id", "=", self.contact.id)]
                ).unlink()
                scores = [
                    self._score(self.contact, "csat", raw, 30 + number) for number, raw in enumerate(before)
                ]
                self._score(self.contact, "csat", 1, 500)
                newest = self._score(self.contact, "csat", last)
                self._update()
                average = sum(score.value for score in scores) / len(scores) if scores else None
                self.assertEqual(
                    self.customer.care_satisfaction_trend, formulas.trend(newest.value, average) or False
                )

    def test_average_of_twelve_months(self):
        """Older satisfaction does not stay in the average."""
        self._score(self.contact, "csat", 1, 400)
        self._score(self.contact, "csat", 10, 10)
        self.assertEqual(self.contact.care_satisfaction, 100)

    def test_merge_before_and_after_an_answer(self):
        """Merged customers have the figures of all their answers; a late answer counts for the one that stays."""
        double = self._create_partner("Acme 2", is_company=True)
        self._answer(self._send(double), nps=2)
        self._answer(self._send(), nps=10)
        late = self._send(double, cause="2")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((double | self.customer).ids, self.customer)
        self.env.invalidate_all()
        self.assertRecordValues(self.customer, [{"care_answer_count": 2, "care_nps_class": "promoter"}])
        scores = self.env["customer.survey.score"].search([("commercial_partner_id", "=", self.customer.id)])
        self.assertEqual(len(scores), 2)
        self.assertNotIn(double.id, scores.mapped("res_id"))
        loop = self.env["customer.survey.loop"].search([("kind", "=", "low"), ("value", "=", 20)])
        self.assertEqual((loop.partner_id, loop.commercial_partner_id), (self.customer, self.customer))
        self._answer(late, nps=0)
        self.assertRecordValues(self.customer, [{"care_answer_count": 3, "care_nps_class": "detractor"}])

    def test_contact_takes_the_answers_along(self):
        """Who goes to another company takes the answers along: both have the right figures."""
        self._answer(self._send(), nps=9)
        other = self._create_partner("Globex", is_company=True)
        self.contact.parent_id = other
        self.assertRecordValues(
            self.customer | other | self.contact,
            [
                {"care_answer_count": 0, "care_nps_class": False},
                {"care_answer_count": 1, "care_nps_class": "promoter"},
                {"care_answer_count": 1, "care_nps_class": "promoter"},
            ],
        )

    def test_removed_score_leaves_the_figures(self):
        """An administrator removes a spoiled row; the figures follow."""
        scores = self._answer(self._send(), csat=9, nps=9)
        scores.filtered("nps_class").sudo(False).with_user(self.users["admin"]).unlink()
        self.assertRecordValues(self.customer, [{"care_answer_count": 1, "care_nps_class": False}])

    def test_nobody_forges_figures(self):
        """Neither by write, create nor default."""
        values = {
            "care_nps_class": "promoter",
            "care_satisfaction_trend": "better",
            "care_last_answer_date": "2026-01-01",
            "care_answer_count": 9,
        }
        self.assertEqual(set(values), set(FIGURES))
        partners = self.env["res.partner"].with_user(self.users["manager"])
        for name, value in values.items():
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.contact.with_user(self.users["manager"]).write({name: value})
            with self.subTest(name=name), self.assertRaises(AccessError):
                partners.create({"name": "X", name: value})
        partner = partners.with_context(default_care_answer_count=9).create({"name": "X"})
        self.assertFalse(partner.care_answer_count)

    def test_employee_adds_a_contact(self):
        """Who may not see satisfaction adds contacts to companies that have some."""
        self._answer(self._send(), nps=9)
        employee = self.users["employee"]
        employee.group_ids += self.env.ref("base.group_partner_manager")
        contact = (
            self.env["res.partner"].with_user(employee).create({"name": "Y", "parent_id": self.customer.id})
        )
        self.assertEqual(contact.sudo().care_nps_class, "promoter")

    def test_filters(self):
        """Not asked for some months: also who was never asked; detractors by group."""
        self._answer(self._send(), nps=1)
        never = self._create_partner("Never")
        Partner = self.env["res.partner"].with_user(self.users["specialist"])
        mine = [("id", "in", (self.contact | never).ids)]
        before = [*mine, ("care_last_asked_date", "<", "today -6m")]
        self.assertEqual(Partner.search(before).ids, never.ids)
        self.assertEqual(Partner.search([*mine, ("care_last_asked_date", "=", False)]).ids, never.ids)
        self.assertEqual(Partner.search([*mine, ("care_last_asked_date", "!=", False)]).ids, self.contact.ids)
        self.assertEqual(
            Partner.search([*mine, ("care_last_asked_date", ">=", self.today)]).ids, self.contact.ids
        )
        groups = Partner._read_group(mine, ["care_nps_class"], ["__count"])
        self.assertEqual(dict(groups), {"detractor": 1, False: 1})

    def test_page(self):
        """The page draws the scores over time once there are two days with some."""
        self.assertFalse(self.contact.care_satisfaction_history)
        self._score(self.contact, "csat", 5, 40)
        self._score(self.contact, "csat", 9)
        self.env.invalidate_all()
        self.assertIn("<svg", self.contact.with_user(self.users["specialist"]).care_satisfaction_history)

    def test_database_with_older_answers(self):
        """Answers from before the figures count with the upgrade."""
        self._score(self.contact, "nps", 9)
        self.env["res.partner"]._care_init_survey_figures()
        self.assertEqual(self.customer.care_nps_class, "promoter")
