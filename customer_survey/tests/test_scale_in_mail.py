from lxml import html
from odoo.tests import HttpCase, tagged

from .common import SurveyKit


@tagged("post_install", "-at_install")
class TestScaleInMail(SurveyKit, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _get_links(self, answer):
        page = html.fromstring(self._get_mails(answer)[:1].body_html)
        return {link.text: link.get("href") for link in page.xpath("//td/a")}

    def _open(self, answer, choice):
        return self.url_open(f"{answer._care_get_short_url()}/{choice}")

    def _get_chosen(self, page):
        return html.fromstring(page.text).xpath("//form[@data-care]/@data-care-choice")

    def _assert_untouched(self, answer):
        self.env.invalidate_all()
        self.assertEqual((answer.state, answer.care_status), ("new", "sent"))
        self.assertFalse(answer.user_input_line_ids or answer.care_score_ids)

    def test_mail_has_the_scale(self):
        """A link for each answer of the first question, with what its ends mean."""
        self.csat.write({"scale_min_label": "Bad", "scale_max_label": "Good"})
        answer = self._send()
        links = self._get_links(answer)
        self.assertEqual(list(links), [str(number) for number in range(1, 11)])
        self.assertTrue(links["7"].endswith(f"/{self.csat.id}-7"), links["7"])
        body = self._get_mails(answer).body_html
        for text in ("Satisfied?", "Bad", "Good"):
            self.assertIn(text, body)

    def test_recommendation_from_0(self):
        """0 is an answer."""
        self.nps.sequence = 0
        answer = self._send()
        self.assertEqual(list(self._get_links(answer)), [str(number) for number in range(11)])
        self.assertEqual(self._get_chosen(self._open(answer, f"{self.nps.id}-0")), [f"{self.nps.id}_0"])

    def test_language(self):
        """The question is asked in the customer's language."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.csat.with_context(lang="zh_CN").title = "您满意吗？"
        self.contact.lang = "zh_CN"
        answer = self._send()
        self.assertIn("您满意吗？", self._get_mails(answer).body_html)

    def test_mails_without_the_scale(self):
        """Switched off; a first question that is no scale, does not measure, or is not asked of everybody."""
        self.rule.is_scale_mailed = False
        self.assertFalse(self._get_links(self._send(cause="off")))
        self.rule.is_scale_mailed = True
        self.assertTrue(self.rule.has_scale)
        for number, (question, vals) in enumerate(
            (
                (self.comment, {"sequence": 0}),
                (self.comment, {"sequence": 9}),
                (self.csat, {"care_metric": False}),
            )
        ):
            question.write(vals)
            answer = self._send(cause=str(number))
            self.assertEqual(bool(self._get_links(answer)), number == 1, vals)
        self.rule.invalidate_recordset()
        self.assertFalse(self.rule.has_scale)

    def test_existing_rules_stay_as_they_are(self):
        """An upgrade changes no mail; new rules show the scale."""
        self.assertTrue(self.rule.is_scale_mailed)
        self.assertIsNone(self.rule._init_column("is_scale_mailed"))

    def test_reminder(self):
        """The reminder shows it, too, until the customer has begun."""
        answer = self._send()
        self.assertTrue(answer._care_get_mail_scale())
        answer._mark_in_progress()
        self.assertFalse(answer._care_get_mail_scale())

    def test_looking_counts_nothing(self):
        """A program that opens all links of a mail answers nothing, whichever comes last."""
        answer = self._send()
        for link in self._get_links(answer).values():
            page = self.url_open(link)
        self.assertEqual(page.status_code, 200)
        self.assertEqual(self._get_chosen(page), [f"{self.csat.id}_10"])
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self._assert_untouched(answer)

    def test_wrong_choices(self):
        """What is no answer of this survey is left out: the survey opens as ever."""
        answer = self._send()
        other = self._create_survey(title="Other").question_ids[0]
        choices = (
            f"{self.csat.id}-0",
            f"{self.csat.id}-11",
            f"{self.csat.id}--1",
            f"{self.csat.id}-1.5",
            f"{self.csat.id}",
            f"{other.id}-5",
            f"{self.nps.id}-5",
            "x-y",
            "%00",
            "ä",
            "9" * 400 + "-5",
        )
        for choice in choices:
            with self.subTest(choice=choice[:20]):
                page = self._open(answer, choice)
                self.assertEqual(page.status_code, 200)
                self.assertIn(answer.access_token, page.url)
                self.assertFalse(self._get_chosen(page))
        page = self.url_open(f"/survey/{self.survey.access_token}/{answer.access_token}?choice=%00%27")
        self.assertFalse(self._get_chosen(page))
        self._assert_untouched(answer)

    def test_wrong_codes(self):
        """A link that belongs to nobody leads to the kind page."""
        answer = self._send()
        for code in ("x", "1-aaaaaaaaaaaa", answer._care_get_short_url()[-15:-1], "%00"):
            with self.subTest(code=code):
                self.assertEqual(self.url_open(f"/q/{code}/{self.csat.id}-5").status_code, 404)

    def test_after_the_answer(self):
        """A click afterwards shows that the customer has answered, and changes nothing."""
        answer = self._send()
        self._answer(answer, csat=3)
        page = self._open(answer, f"{self.csat.id}-9")
        self.assertFalse(self._get_chosen(page))
        self.env.invalidate_all()
        self.assertEqual(answer.care_score_ids.mapped("raw_value"), [3])

    def test_tour(self):
        """In the browser the answer is chosen, what depends on it is asked, and it counts when it is sent."""
        (self.nps | self.ces | self.comment).unlink()
        self.env["survey.question"].create(
            {
                "survey_id": self.survey.id,
                "sequence": 5,
                "title": "Praise",
                "question_type": "text_box",
                "care_condition_question_id": self.csat.id,
                "care_condition_min": 9,
                "care_condition_max": 10,
            }
        )
        answer = self._send()
        url = self._get_links(answer)["9"]
        self.start_tour(url.removeprefix(answer.get_base_url()), "customer_survey_choice")
        self.env.invalidate_all()
        self.assertEqual((answer.state, answer.care_score_ids.mapped("raw_value")), ("done", [9]))
