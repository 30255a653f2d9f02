from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .common import SurveyKit


@tagged("post_install", "-at_install")
class TestAnsweringPages(SurveyKit, HttpCase):
    """What each state of a link says, and to whom."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls.company.write({"email": "help@care.example.com", "phone": "+32 2 123"})

    def setUp(self):
        super().setUp()
        self.answer = self._send()
        self.authenticate(None, None)

    def _path(self, answer=None):
        return f"{self.survey.access_token}/{(answer or self.answer).access_token}"

    def _open(self, answer=None):
        return self.url_open((answer or self.answer).get_start_url())

    def _assert_page(self, response, status, text):
        """The page has the status and the words, a way to reach us, and nothing of the customer."""
        self.assertEqual(response.status_code, status)
        self.assertIn(text, response.text)
        self.assertIn("help@care.example.com", response.text)
        self.assertIn(f"/logo.png?company={self.company.id}", response.text)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
        self.assertNotIn("o_survey_form_content", response.text)
        for secret in (self.contact.name, self.contact.email, self.customer.name):
            self.assertNotRegex(response.text, rf"\b{secret}\b")

    def _get_counts(self):
        """Return what must not change by looking: scores, states, lines."""
        self.env.invalidate_all()
        answers = self.env["survey.user_input"].search([("survey_id", "=", self.survey.id)], order="id")
        return (
            self.env["customer.survey.score"].search_count([]),
            answers.mapped("state"),
            answers.mapped("start_datetime"),
            answers.user_input_line_ids.ids,
            self._get_events("survey_answered").ids,
        )

    # States

    def test_link_opens_questions(self):
        """An open invitation shows its survey and is not kept by anybody on the way."""
        response = self._open()
        self.assertEqual(response.status_code, 200)
        self.assertIn("o_survey_form_content", response.text)
        self.assertEqual(response.headers["Cache-Control"], "no-store")

    def test_expired(self):
        """After the deadline the page says so."""
        self.answer.deadline = fields.Datetime.now() - timedelta(days=1)
        self._assert_page(self._open(), 410, "Your link has expired")

    def test_withdrawn(self):
        """A withdrawn invitation says so and takes nothing."""
        self.answer._care_cancel("Not needed")
        self._assert_page(self._open(), 410, "We have withdrawn this invitation")
        for route in ("begin", "submit"):
            reply = self.make_jsonrpc_request(f"/survey/{route}/{self._path()}", {str(self.csat.id): "3"})
            self.assertEqual(reply[1]["error"], "care_cancelled")
        self.assertFalse(self.answer.care_score_ids)

    def test_answered(self):
        """Who comes back reads when the answers came, also after the deadline."""
        self._answer(self.answer, csat=9)
        for deadline in (False, fields.Datetime.now() - timedelta(days=1)):
            self.answer.deadline = deadline
            self._assert_page(self._open(), 200, "you have already answered")
        self.answer.care_company_id.partner_id.tz = "Asia/Shanghai"
        self.answer.end_datetime = "2026-12-31 16:30:00"
        self.assertIn("We received your answers on <strong>01/01/2027</strong>", self._open().text)
        self.assertEqual(self.url_open(self.answer.get_print_url() + "&review=True").status_code, 200)
        self.assertNotIn("/survey/retry", self._open().text)

    def test_closed(self):
        """An archived survey takes no answers."""
        self.survey.active = False
        self._assert_page(self._open(), 410, "This survey is closed")

    def test_empty(self):
        """A survey whose questions were removed says so."""
        self.survey.question_and_page_ids.unlink()
        self._assert_page(self._open(), 404, "no questions yet")

    def test_foreign_and_tampered_tokens(self):
        """Wrong addresses say nothing, not even which survey it is."""
        other = self._create_survey(title="Secret title")
        known, foreign = self.survey.access_token, other.access_token
        token = self.answer.access_token
        for path in (
            f"/survey/start/{known}?answer_token=x",
            f"/survey/start/{known}?answer_token={token[:-1]}",
            f"/survey/start/{known}?answer_token={token.upper()}",
            f"/survey/start/{foreign}?answer_token={token}",
            f"/survey/{foreign}/{token}",
            f"/survey/{known}/x",
            "/survey/start/x",
            f"/survey/start/x?answer_token={token}",
            f"/survey/x/{token}",
            f"/survey/retry/{foreign}/{token}",
            f"/survey/start/{known}?answer_token=%00",
            f"/survey/{known}/%00",
            f"/survey/{known}/%E5%93%A6",
            f"/survey/print/{foreign}?answer_token={token}",
        ):
            with self.subTest(path=path):
                response = self.url_open(path)
                self._assert_page(response, 404, "This link does not work")
                self.assertNotIn("Secret title", response.text)
                self.assertNotIn(self.survey.title, response.text)

    def test_own_link_needed(self):
        """The survey's own address asks for the link of the invitation."""
        response = self.url_open(f"/survey/start/{self.survey.access_token}")
        self._assert_page(response, 403, "Please use your own link")

    def test_other_surveys_keep_standard_pages(self):
        """Surveys that are not ours are not touched."""
        survey = self._create_survey(survey_type="custom")
        response = self.url_open(f"/survey/start/{survey.access_token}?answer_token=x")
        self.assertIn("Survey Access Error", response.text)

    # Who is signed in

    def test_stranger_may_sign_out(self):
        """Another customer reads that the link is not his, with a way out, and not whose it is."""
        new_test_user(self.env, "stranger", groups="base.group_portal", name="Sam Stranger")
        self.authenticate("stranger", "stranger")
        response = self._open()
        self._assert_page(response, 403, "signed in as somebody else")
        self.assertIn("Sam Stranger", response.text)
        self.assertIn("/web/session/logout?redirect=%2Fsurvey%2F", response.text)

    def test_staff_do_not_answer_by_accident(self):
        """Staff read whose kind of link it is; who works in the customer care may fill it in."""
        for role, can_fill in (("specialist", True), ("employee", False), ("auditor", False)):
            with self.subTest(role=role):
                self.authenticate(self.users[role].login, self.users[role].login)
                response = self._open()
                self._assert_page(response, 403, "This is a customer")
                self.assertEqual('action="/care/survey/fill"' in response.text, can_fill)
                reply = self.make_jsonrpc_request(f"/survey/submit/{self._path()}", {str(self.csat.id): "3"})
                self.assertEqual(reply[1]["error"], "answer_wrong_user")
        self.env.invalidate_all()
        self.assertEqual(self.answer.state, "new")

    def test_staff_do_not_answer_anonymous(self):
        """Nobody of us answers an anonymous survey by a link he happens to see."""
        self.survey.care_is_anonymous = True
        answer = self._send(cause="2")
        self.authenticate("survey_specialist", "survey_specialist")
        response = self._open(answer)
        self._assert_page(response, 403, "This is a customer")
        self.assertNotIn("/care/survey/fill", response.text)

    # Looking changes nothing

    def test_scanners_answer_nothing(self):
        """No route of a link changes anything that counts by being fetched, whatever it carries."""
        self.make_jsonrpc_request(f"/survey/begin/{self._path()}", {})
        before = self._get_counts()
        survey, answer = self.survey.access_token, self.answer.access_token
        query = f"{self.csat.id}=1&answer=1&value=1&token={answer}"
        paths = [
            f"/survey/start/{survey}?answer_token={answer}&{query}",
            f"/survey/{survey}/{answer}?{query}",
            f"/survey/{survey}/{answer}?previous_page_id={self.csat.id}",
            f"/survey/retry/{survey}/{answer}?{query}",
            f"/survey/print/{survey}?answer_token={answer}&{query}",
            f"/survey/{survey}/get_background_image",
            f"/survey/begin/{survey}/{answer}?{query}",
            f"/survey/submit/{survey}/{answer}?{query}",
            f"/survey/next_question/{survey}/{answer}?{query}",
            f"/care/survey/fill?survey_token={survey}&answer_token={answer}",
        ]
        for path in paths:
            for method in ("GET", "HEAD"):
                with self.subTest(path=path, method=method):
                    response = self.url_open(path, method=method)
                    self.assertLess(response.status_code, 500)
                    self.assertEqual(self._get_counts(), before)

    def test_time_limit_is_not_ended_by_looking(self):
        """When the time is over, opening the link does not finish the answer."""
        self.survey.write({"is_time_limited": True, "time_limit": 1})
        self.make_jsonrpc_request(f"/survey/begin/{self._path()}", {})
        self.env.invalidate_all()
        self.answer.start_datetime -= timedelta(minutes=5)
        before = self._get_counts()
        self._assert_page(self._open(), 410, "within a certain time")
        self.assertEqual(self._get_counts(), before)

    def test_foreign_page_is_not_shown(self):
        """Asking for a page of another survey shows none of it."""
        other = self._create_survey(questions_layout="page_per_question")
        other.question_ids[0].title = "Question of others"
        self.survey.questions_layout = "page_per_question"
        self.make_jsonrpc_request(f"/survey/begin/{self._path()}", {})
        for place in (other.question_ids[0].id, "x", "-1", "", "999999999999"):
            response = self.url_open(f"/survey/{self._path()}?previous_page_id={place}")
            self.assertEqual(response.status_code, 200)
            self.assertNotIn("Question of others", response.text)

    # Going on

    def test_partial_answers_are_kept(self):
        """Who goes away after a page finds it filled in, and goes on where he was."""
        self.survey.write({"questions_layout": "page_per_question", "users_can_go_back": True})
        self.make_jsonrpc_request(f"/survey/begin/{self._path()}", {})
        self.make_jsonrpc_request(
            f"/survey/submit/{self._path()}", {"question_id": self.csat.id, str(self.csat.id): "7"}
        )
        page = self._open().text
        self.assertIn("Recommend?", page)
        self.assertNotIn("Satisfied?", page)
        back = self.url_open(f"/survey/{self._path()}?previous_page_id={self.csat.id}").text
        self.assertRegex(back, r'(?s)checked="checked"[^>]*value="7"')

    def test_language_of_invitation(self):
        """The pages speak the language of the invitation; the customer may choose another one to begin with."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.survey.lang_ids = False
        self.contact.lang = "fr_FR"
        self.survey.with_context(lang="fr_FR").title = "Comment allez-vous ?"
        answer = self._send(cause="2")
        page = self._open(answer).text
        self.assertIn("Comment allez-vous ?", page)
        self.assertIn('value="en_US"', page)
        self.make_jsonrpc_request(f"/survey/begin/{self._path(answer)}", {"lang_code": "en_US"})
        self.env.invalidate_all()
        self.assertEqual(answer.lang_id.code, "en_US")
        other = self._send(cause="3")
        for code in ("xx_XX", "", None, 5, ["en_US"]):
            reply = self.make_jsonrpc_request(f"/survey/begin/{self._path(other)}", {"lang_code": code})
            self.assertEqual(len(reply), 2)
        self.env.invalidate_all()
        self.assertEqual(other.lang_id.code, "fr_FR")
