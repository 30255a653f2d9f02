from odoo.tests import HttpCase, new_test_user, tagged

from .common import SurveyKit


@tagged("post_install", "-at_install")
class TestSurveyFlow(SurveyKit, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()

    def setUp(self):
        super().setUp()
        self.answer = self._send()
        self.path = f"{self.survey.access_token}/{self.answer.access_token}"

    def _shows_questions(self, answer):
        """Open the link of the mail and tell whether it leads to the questions."""
        page = self.url_open(answer.get_start_url())
        return "o_survey_form" in page.text

    def _submit(self, **values):
        """Begin and submit the survey as the pages do; return the last reply."""
        self.make_jsonrpc_request(f"/survey/begin/{self.path}", {})
        reply = self.make_jsonrpc_request(
            f"/survey/submit/{self.path}",
            {str(getattr(self, name).id): value for name, value in values.items()},
        )
        self.env.invalidate_all()
        return reply

    def test_public_answers_by_link(self):
        """A customer opens the link without login, answers, and it becomes scores and one callback."""
        self.authenticate(None, None)
        self.assertTrue(self._shows_questions(self.answer))
        self._submit(csat="2", nps="0", ces="7", comment="Slow")
        self.assertEqual(self.answer.state, "done")
        self.assertEqual(
            {s.kind: s.value for s in self.answer.care_score_ids}, {"csat": 11.11, "nps": 0, "ces": 100}
        )
        self.assertEqual(set(self.answer.care_score_ids.mapped("comment")), {"Slow"})
        self.assertEqual(len(self._get_callbacks()), 1)

    def test_double_submit_counts_once(self):
        """A second submit of the same link changes nothing."""
        self.authenticate(None, None)
        self._submit(csat="2")
        reply = self._submit(csat="10")
        self.assertEqual(reply[1]["error"], "unauthorized")
        self.assertEqual(self.answer.care_score_ids.mapped("raw_value"), [2])
        self.assertEqual(len(self._get_callbacks()), 1)

    def test_retry_begins_nothing(self):
        """The standard link to begin again leads to what was answered."""
        self.authenticate(None, None)
        self._submit(csat="2")
        response = self.url_open(f"/survey/retry/{self.path}")
        self.assertIn("already answered", response.text)
        self.assertEqual(
            self.env["survey.user_input"].search([("survey_id", "=", self.survey.id)]), self.answer
        )

    def test_expired_link_is_refused(self):
        """After the deadline the link says so and takes no answer."""
        self.answer.deadline = "2020-01-01 00:00:00"
        self.authenticate(None, None)
        self.assertFalse(self._shows_questions(self.answer))
        self.assertEqual(self._submit(csat="2")[1]["error"], "answer_deadline")
        self.assertFalse(self.answer.care_score_ids)

    def test_archived_survey_is_refused(self):
        """A survey closed in the meantime takes no answer."""
        self.survey.active = False
        self.authenticate(None, None)
        self.assertEqual(self._submit(csat="2")[1]["error"], "survey_closed")
        self.assertFalse(self.answer.care_score_ids)

    def test_wrong_token_is_refused(self):
        """Guessing a token leads nowhere."""
        self.authenticate(None, None)
        self.path = f"{self.survey.access_token}/wrong"
        self.assertEqual(self._submit(csat="2")[1]["error"], "token_wrong")

    def test_survey_without_invitation_is_refused(self):
        """The survey's own link, without an invitation, opens nothing."""
        self.authenticate(None, None)
        response = self.url_open(f"/survey/start/{self.survey.access_token}", allow_redirects=False)
        self.assertEqual(response.status_code, 403)

    def test_logged_in_customer_and_colleague_answer(self):
        """The contact, or a colleague of the same company, may be logged in while answering."""
        colleague = self._create_partner("Bob", parent_id=self.customer.id)
        new_test_user(self.env, "bob", groups="base.group_portal", partner_id=colleague.id)
        self.authenticate("bob", "bobxxxxx")
        self.assertTrue(self._shows_questions(self.answer))
        self._submit(csat="10")
        self.assertRecordValues(self.answer.care_score_ids, [{"partner_id": self.contact.id, "value": 100.0}])

    def test_logged_in_stranger_is_refused(self):
        """Who is logged in as somebody else, customer or staff, does not answer for the customer."""
        new_test_user(self.env, "stranger", groups="base.group_portal")
        for login in ("stranger", "survey_admin"):
            self.authenticate(login, login.ljust(8, "x"))
            self.assertFalse(self._shows_questions(self.answer))
            self.assertEqual(self._submit(csat="10")[1]["error"], "answer_wrong_user")
        self.assertFalse(self.answer.care_score_ids)

    def test_colleague_is_refused_on_other_surveys(self):
        """Surveys that are not ours keep the standard rule."""
        survey = self._create_survey(survey_type="custom")
        answer = survey._create_answer(partner=self.contact, check_attempts=False)
        colleague = self._create_partner("Bob", parent_id=self.customer.id)
        new_test_user(self.env, "bob", groups="base.group_portal", partner_id=colleague.id)
        self.authenticate("bob", "bobxxxxx")
        self.assertFalse(self._shows_questions(answer))

    def test_test_link_does_not_count(self):
        """A manager tries the survey out; nothing is counted."""
        self.authenticate("survey_manager", "survey_manager")
        before = self.env["customer.survey.score"].search_count([])
        self.url_open(f"/survey/test/{self.survey.access_token}")
        test = self.env["survey.user_input"].search(
            [("test_entry", "=", True), ("survey_id", "=", self.survey.id)]
        )
        self.assertEqual(len(test), 1)
        self.path = f"{self.survey.access_token}/{test.access_token}"
        self._submit(csat="1")
        self.assertEqual(test.state, "done")
        self.assertEqual(self.env["customer.survey.score"].search_count([]), before)

    def test_shipped_survey_with_pages(self):
        """The shipped survey is answered page by page; what is mandatory is asked for until it is there."""
        self.rule.survey_id = self.env.ref("customer_survey.survey_satisfaction")
        self.survey = self.rule.survey_id
        self.answer = self._send(cause="3")
        self.path = f"{self.survey.access_token}/{self.answer.access_token}"
        csat = self.env.ref("customer_survey.survey_satisfaction_csat")
        page = self.env.ref("customer_survey.survey_satisfaction_section")
        self.authenticate(None, None)
        self.make_jsonrpc_request(f"/survey/begin/{self.path}", {})
        self.make_jsonrpc_request(f"/survey/submit/{self.path}", {"page_id": page.id})
        self.env.invalidate_all()
        self.assertNotEqual(self.answer.state, "done")
        self.make_jsonrpc_request(f"/survey/submit/{self.path}", {"page_id": page.id, str(csat.id): "9"})
        self.env.invalidate_all()
        self.assertEqual(self.answer.state, "done")
        self.assertEqual(self.answer.care_score_ids.mapped("raw_value"), [9])
