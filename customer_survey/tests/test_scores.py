from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import SurveyKit


@tagged("post_install", "-at_install")
class TestScores(SurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()

    def test_answer_becomes_scores(self):
        """Each marked question becomes one score, with the comment beside it."""
        answer = self._send()
        scores = self._answer(answer, csat=10, nps=7, ces=4, comment="Fine")
        shared = {
            "partner_id": self.contact.id,
            "commercial_partner_id": self.customer.id,
            "company_id": self.company.id,
            "date": fields.Date.today(),
            "comment": "Fine",
            "rule_id": self.rule.id,
            "survey_id": self.survey.id,
            "res_model": "res.partner",
            "res_id": self.contact.id,
        }
        self.assertRecordValues(
            scores.sorted("kind"),
            [
                {"kind": "ces", "value": 50.0, "raw_value": 4, "nps_class": False, "is_low": True, **shared},
                {
                    "kind": "csat",
                    "value": 100.0,
                    "raw_value": 10,
                    "nps_class": False,
                    "is_low": False,
                    **shared,
                },
                {
                    "kind": "nps",
                    "value": 70.0,
                    "raw_value": 7,
                    "nps_class": "passive",
                    "is_low": False,
                    **shared,
                },
            ],
        )
        self.assertEqual(self._get_events("survey_answered").summary, "CES 50, CSAT 100, NPS 70")

    def test_zero_is_an_answer_and_skipped_is_none(self):
        """The worst recommendation counts; a question left out does not."""
        scores = self._answer(self._send(), nps=0)
        self.assertRecordValues(scores, [{"kind": "nps", "value": 0.0, "nps_class": "detractor"}])

    def test_done_twice_counts_once(self):
        """Time limit and submit may both finish an answer; it counts once and makes one callback."""
        answer = self._send()
        self._answer(answer, csat=1)
        answer._mark_done()
        self.assertEqual(len(answer.care_score_ids), 1)
        self.assertEqual(len(self._get_callbacks()), 1)
        self.assertEqual(len(self._get_events("survey_answered")), 1)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            answer.care_score_ids.copy().flush_recordset()

    def test_low_scores_make_one_callback(self):
        """Several low answers of one survey make one callback to the responsible person."""
        self._answer(self._send(), csat=1, nps=0, ces=1)
        callback = self._get_callbacks()
        self.assertRecordValues(
            callback,
            [
                {
                    "partner_id": self.contact.id,
                    "user_id": self.users["specialist"].id,
                    "res_model": "res.partner",
                    "res_id": self.contact.id,
                }
            ],
        )

    def test_good_scores_make_no_callback(self):
        """The limit itself is low, what is above is not."""
        self.rule.low_score = 50
        self.assertFalse(self._answer(self._send(), csat=6).is_low)
        self.assertFalse(self._get_callbacks())
        self.assertTrue(self._answer(self._send(cause="2"), nps=5).is_low)
        self.assertTrue(self._get_callbacks())

    def test_document_hears_of_lowest_score_once(self):
        """The document is told once for each answer, with the lowest score."""
        heard = []
        partner_class = type(self.env["res.partner"])
        self.patch(partner_class, "_care_low_score", lambda document, score: heard.append((document, score)))
        scores = self._answer(self._send(), csat=4, nps=0)
        self.assertEqual(heard, [(self.contact, scores.filtered(lambda score: score.kind == "nps"))])

    def test_test_entry_does_not_count(self):
        """Who tries a survey out gives no score."""
        answer = self._send()
        answer.test_entry = True
        self.assertFalse(self._answer(answer, csat=1))
        self.assertFalse(self._get_callbacks())

    def test_answer_without_rule_on_public_survey_names_no_customer(self):
        """On a public link nobody is proven to be the customer: the score has none and calls nobody."""
        self.survey.access_mode = "public"
        answer = self.survey.sudo()._create_answer(partner=self.contact, check_attempts=False)
        score = self._answer(answer, csat=1)
        self.assertRecordValues(
            score, [{"partner_id": False, "res_id": False, "is_low": False, "value": 0.0}]
        )
        self.assertFalse(self._get_callbacks())

    def test_answer_without_rule_on_closed_survey_does_not_count(self):
        """Who was invited cannot answer again and again beside the invitation."""
        answer = self.survey.sudo()._create_answer(partner=self.contact, check_attempts=False)
        self.assertFalse(self._answer(answer, csat=10))

    def test_scores_outlive_the_customer(self):
        """Who is erased takes the name along; the figures stay."""
        scores = self._answer(self._send(), csat=10)
        self._get_callbacks().unlink()
        (self.contact | self.customer).sudo().unlink()
        self.env.invalidate_all()
        self.assertRecordValues(
            scores, [{"partner_id": False, "commercial_partner_id": False, "value": 100.0}]
        )

    def test_survey_of_other_type_does_not_count(self):
        """Other people's surveys are none of ours, also with marked questions."""
        survey = self._create_survey(survey_type="custom")
        answer = survey._create_answer(partner=self.contact, check_attempts=False)
        self.assertFalse(self._answer(answer, csat=1))

    def test_anonymous_keeps_no_customer(self):
        """An anonymous survey is mailed, but nothing says afterwards who has answered."""
        self.survey.care_is_anonymous = True
        answer = self._send()
        self.assertEqual(len(self._get_mails(answer)), 0)
        mail = self.env["mail.mail"].search([("body_html", "ilike", answer.access_token)])
        self.assertEqual(len(mail), 1)
        self.assertFalse(self._send(), "still once")
        scores = self._answer(answer.with_user(self.users["specialist"]).sudo(), csat=1)
        self.assertRecordValues(
            scores,
            [{"partner_id": False, "commercial_partner_id": False, "res_model": False, "res_id": False}],
        )
        for record in (answer, answer.user_input_line_ids, scores):
            self.assertNotIn(self.users["specialist"], record.create_uid | record.write_uid)
        self.assertFalse(answer.partner_id or answer.email or answer.nickname or answer.care_res_id)
        self.assertFalse(self._get_callbacks())
        self.assertFalse(self._get_events("survey_answered"))
        self.assertTrue(self._get_events("survey_sent"))

    def test_anonymous_with_delay(self):
        """The customer is forgotten when the mail is made, not before."""
        self.survey.care_is_anonymous = True
        self.rule.delay_days = 1
        answer = self._send()
        self.assertEqual(answer.partner_id, self.contact)
        answer._care_send_mail()
        self.assertFalse(answer.partner_id)

    def test_scores_outlive_the_survey(self):
        """A deleted survey leaves its scores."""
        scores = self._answer(self._send(), csat=10, nps=10)
        self.rule.unlink()
        self.survey.unlink()
        self.env.invalidate_all()
        self.assertRecordValues(scores, [{"survey_id": False, "value": 100.0}] * 2)

    def test_display_name(self):
        """A score is shown with its kind and value."""
        self.assertEqual(self._answer(self._send(), csat=10).display_name, "Satisfaction (CSAT) 100")

    def test_averages_by_kind(self):
        """Lists and pivots average the scores of a kind."""
        self._answer(self._send(), csat=10)
        self._answer(self._send(cause="2"), csat=1)
        groups = self.env["customer.survey.score"]._read_group(
            [("commercial_partner_id", "=", self.customer.id)], ["kind"], ["value:avg"]
        )
        self.assertEqual(groups, [("csat", 50.0)])
