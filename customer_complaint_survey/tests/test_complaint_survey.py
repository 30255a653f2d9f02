from odoo.tests import HttpCase, tagged

from .common import ComplaintSurveyKit


@tagged("post_install", "-at_install")
class TestComplaintSurvey(ComplaintSurveyKit, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()

    def test_whole_thread_of_an_unhappy_customer(self):
        """Closed, mailed, answered, scored, called back, reopened: each step is on the timeline."""
        self.rule.active = False
        self.shipped_rule.active = True
        complaint = self._create_complaint()
        answer = self._close(complaint)
        self.assertEqual(answer.survey_id, self.env.ref("customer_complaint_survey.survey_complaint"))
        self.assertIn(answer.access_token, self._get_mails(answer).body_html)

        handling = {"speed": "2", "solution": "1", "attitude": "9", "overall": "2"}
        self._submit_shipped(answer, handling, nps="3")
        scores = answer.care_score_ids
        self.assertEqual(sorted(scores.mapped("kind")), ["csat"] * 4 + ["nps"])
        self.assertEqual(set(scores.mapped("comment")), {"Never again"})
        self.assertTrue(complaint.is_survey_answered)
        self.assertAlmostEqual(complaint.survey_score, (11.11 + 0 + 88.89 + 11.11) / 4, 2)
        self.assertTrue(complaint.message_ids.filtered(lambda message: "Never again" in message.body))
        self.assertEqual((complaint.satisfaction, complaint.satisfaction_source), (3, "survey"))
        self.assertEqual(
            complaint.dissatisfaction_ids.mapped("name"), ["It took too long", "The solution was poor"]
        )

        callback = self._get_callbacks()
        self.assertRecordValues(
            callback,
            [{"partner_id": self.contact.id, "res_model": "customer.complaint", "res_id": complaint.id}],
        )
        self.assertEqual(callback.user_id, self.handler)
        callback.with_user(self.handler).action_done(
            "reached", satisfaction=1, problem_solved="no", note="Angry"
        )
        self.assertEqual(complaint.phase, "open")
        kinds = self.env["customer.care.event"].search([("partner_id", "=", self.contact.id)]).mapped("kind")
        for kind in (
            "complaint_received",
            "complaint_closed",
            "survey_sent",
            "survey_answered",
            "callback_planned",
            "callback_done",
            "complaint_reopened",
        ):
            self.assertEqual(kinds.count(kind), 1, kind)

    def _submit_shipped(self, answer, handling, nps):
        """Answer the shipped survey page by page, without login."""
        module = "customer_complaint_survey.survey_complaint"
        path = f"{answer.survey_id.access_token}/{answer.access_token}"
        self.authenticate(None, None)
        self.make_jsonrpc_request(f"/survey/begin/{path}", {})
        reason = self.env.ref(f"{module}_reason")
        values = {str(self.env.ref(f"{module}_{name}").id): value for name, value in handling.items()}
        values[str(reason.id)] = [str(choice.id) for choice in reason.suggested_answer_ids[:2]]
        self.make_jsonrpc_request(
            f"/survey/submit/{path}", {"page_id": self.env.ref(f"{module}_section_handling").id, **values}
        )
        values = {
            str(self.env.ref(f"{module}_nps").id): nps,
            str(self.env.ref(f"{module}_comment").id): "Never again",
        }
        self.make_jsonrpc_request(
            f"/survey/submit/{path}", {"page_id": self.env.ref(f"{module}_section_us").id, **values}
        )
        self.env.invalidate_all()
        self.assertEqual(answer.state, "done")

    def test_praise_is_not_asked_about(self):
        """How a complaint was handled is asked of those who complained."""
        for kind in ("praise", "inquiry", "suggestion"):
            self.assertFalse(self._close(self._create_complaint(kind=kind)), kind)
        self.assertTrue(self._close(self._create_complaint(kind="grievance")))

    def test_shipped_rule_is_active(self):
        """Closing a complaint asks the customer as soon as the addon is installed."""
        self.assertTrue(self.is_shipped_active)
        self.assertEqual(self.shipped_rule.trigger, "complaint_closed")
        self.assertFalse(self.shipped_rule.company_id)
        survey = self.shipped_rule.survey_id
        survey.check_validity()
        self.assertTrue(survey._care_is_usable())
        self.assertEqual(len(survey.page_ids), 2)
        self.assertFalse(survey.lang_ids)

    def test_reason_is_asked_of_the_unhappy(self):
        """The shipped survey asks for reasons after a low mark alone, and drops them after a better one."""
        module = "customer_complaint_survey.survey_complaint"
        survey, overall, reason = (self.env.ref(f"{module}{name}") for name in ("", "_overall", "_reason"))
        self.assertEqual(survey._care_get_problems() + survey._care_get_hints(), [])
        self.assertEqual(overall.care_mark, "CSAT · Overall")
        self.rule.survey_id = survey
        answer = self._close(self._create_complaint())
        for mark, is_asked in (("6", True), ("7", False)):
            answer._save_lines(overall, mark)
            self.assertEqual(reason not in answer._get_inactive_conditional_questions(), is_asked, mark)
        answer._save_lines(reason, [str(reason.suggested_answer_ids[0].id)])
        answer._clear_inactive_conditional_answers()
        self.assertEqual(answer.user_input_line_ids.question_id, overall)
