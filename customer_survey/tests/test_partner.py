from freezegun import freeze_time
from odoo.tests import TransactionCase, tagged

from .common import SurveyKit


@tagged("post_install", "-at_install")
class TestPartner(SurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls._answer(cls._send(), csat=10, nps=0)
        cls._answer(cls._send(cause="2"), csat=1)

    def test_satisfaction_of_company_and_contacts(self):
        """Company and contact show the same average; recommendation does not spoil it."""
        partners = (self.contact | self.customer).with_user(self.users["specialist"])
        self.assertRecordValues(partners, [{"care_satisfaction": 50.0, "care_survey_count": 3}] * 2)

    def test_partner_without_scores(self):
        """No answer is zero scores, not an error; the same for no partner."""
        partner = self._create_partner("New")
        self.assertRecordValues(partner, [{"care_satisfaction": 0.0, "care_survey_count": 0}])
        self.env["res.partner"].browse()._compute_care_satisfaction()

    @freeze_time("2026-03-05 23:00:00")  # the 6th in Shanghai
    def test_twelve_months_end_with_the_day_of_the_company(self):
        """An answer of twelve months ago does not count any more when the next day has begun at the company."""
        scores = self.env["customer.survey.score"].search([("commercial_partner_id", "=", self.customer.id)])
        scores[1:].active = False
        scores[0].write({"kind": "csat", "value": 80, "date": "2025-03-06"})
        self.assertEqual(self.contact.care_satisfaction, 80)
        self.company.partner_id.tz = "Asia/Shanghai"
        self.contact.invalidate_recordset()
        self.assertEqual(self.contact.care_satisfaction, 0)

    def test_satisfaction_is_one_query_for_many(self):
        """The figures of many customers come in one query."""
        partners = self.env["res.partner"].create([{"name": f"P{n}"} for n in range(50)])
        partners.mapped("commercial_partner_id.name")
        self.company._care_get_day()  # its time zone is kept
        self.env.flush_all()
        with self.assertQueryCount(1):
            partners.mapped("care_satisfaction")

    def test_actions(self):
        """The buttons lead to the customer's scores and to the wizard."""
        contact = self.contact.with_user(self.users["specialist"])
        domain = contact.action_care_scores()["domain"]
        self.assertEqual(self.env["customer.survey.score"].search_count(domain), 3)
        action = contact.action_care_send_survey()
        self.assertEqual(action["context"]["default_partner_ids"], self.contact.ids)

    def test_partner_form_by_role(self):
        """The form opens for everybody; only the customer care sees the button."""
        for role, expected in (("specialist", True), ("auditor", True), ("employee", False)):
            arch = self.env["res.partner"].with_user(self.users[role]).get_view(view_type="form")["arch"]
            self.assertEqual("action_care_scores" in arch, expected, role)

    def test_rule_counts(self):
        """A rule shows how many were asked and how many answered."""
        rule = self.rule.with_user(self.users["specialist"])
        self.assertRecordValues(rule, [{"request_count": 2, "answer_count": 2}])
        requests = self.env["customer.survey.request"].search(rule.action_view_requests()["domain"])
        self.assertEqual(len(requests), 2)
        self.assertEqual(requests[0].action_open_document()["res_id"], self.contact.id)
        scores = self.env["customer.survey.score"].search(rule.action_view_scores()["domain"])
        self.assertEqual(scores[0].action_open_document()["res_model"], "res.partner")

    def test_last_satisfaction_is_the_newest(self):
        """The band shows the newest CSAT score and its day; recommendation does not count."""
        partners = (self.contact | self.customer).with_user(self.users["specialist"])
        scores = self.env["customer.survey.score"].search(
            [("commercial_partner_id", "=", self.customer.id), ("kind", "=", "csat")]
        )
        expected = {"care_last_satisfaction": scores[0].value, "care_last_satisfaction_date": scores[0].date}
        self.assertRecordValues(partners, [expected] * 2)
        self.assertFalse(self._create_partner("New").care_last_satisfaction_date)
