from odoo import fields
from odoo.tests import TransactionCase, tagged

from .common import SurveyKit


@tagged("post_install", "-at_install")
class TestPrivacy(SurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls.purpose = cls.env.ref("customer_survey.customer_consent_purpose_survey")

    def _refuse(self):
        self.env["customer.consent"].create(
            {"partner_id": self.contact.id, "purpose_id": self.purpose.id, "state": "refused"}
        )

    def test_refused_surveys_are_not_sent(self):
        """Who refuses surveys gets none, and the request says why."""
        self._refuse()
        self.assertFalse(self._send())
        self.assertEqual(self._get_requests().outcome, "do_not_contact")

    def test_refused_surveys_do_not_stop_calls(self):
        """Consent is a matter of each purpose on its own."""
        self._refuse()
        self.assertFalse(self.contact._care_gate("callback", "phone"))

    def test_survey_sent_counts_for_the_quiet_period(self):
        """A survey is a contact nobody asked for."""
        self.assertIn("survey_sent", self.env["res.partner"]._care_get_contact_kinds())

    def test_anonymize_takes_invitations_back(self):
        """The link of a mail of long ago brings no new words, and nobody is reminded; what was answered stays."""
        sent = self._send()
        self.contact._care_anonymize()
        self.env.invalidate_all()
        self.assertEqual(sent.care_status, "cancelled")
        self.assertTrue(sent.care_cancelled_datetime)
        self.assertLessEqual(sent.deadline, fields.Datetime.now())

    def test_anonymize_empties_words_and_keeps_scores(self):
        """Comments and addresses go, the averages stay."""
        scores = self._answer(self._send(), csat=9, nps=8, ces=6, comment="Secret words")
        domain = [("id", "in", scores.ids)]
        figures = scores._read_group(domain, ["commercial_partner_id", "kind"], ["value:avg", "__count"])
        answer = scores.user_input_id
        self.contact._care_anonymize()
        self.env.invalidate_all()
        self.assertEqual(
            scores._read_group(domain, ["commercial_partner_id", "kind"], ["value:avg", "__count"]), figures
        )
        self.assertFalse(any(scores.mapped("comment")))
        self.assertFalse(any(answer.user_input_line_ids.mapped("value_text_box")))
        self.assertFalse(answer.email)
        self.assertEqual(answer.state, "done")

    def test_copy_of_the_data_is_of_one_company(self):
        """Invitations and answers that another company asked for are in its own copy."""
        answer = self._answer(self._send(), csat=9, nps=8, ces=6, comment="Fine").user_input_id
        other = self.env["res.company"].create({"name": "Other Ltd"})
        answer.care_company_id = other
        for company, count in ((self.env.company, 0), (other, 1)):
            model = self.env["customer.privacy.export"].with_context(allowed_company_ids=company.ids).sudo()
            with open("/dev/null", "w") as files:
                rows = {name: list(rows) for _label, name, rows in model._iterate(self.contact, False, files)}
            self.assertEqual(len(rows["survey.user_input"]), count)
            self.assertEqual(bool(rows["survey.user_input.line"]), bool(count))
