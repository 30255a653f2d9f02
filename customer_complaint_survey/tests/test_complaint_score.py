from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

from ..models.customer_complaint import SCORE_FIELDS
from .common import ComplaintSurveyKit


@tagged("post_install", "-at_install")
class TestComplaintScore(ComplaintSurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()

    def test_closing_asks_once_for_each_closing(self):
        """One closing asks once; a second closing after a reopening asks again."""
        complaint = self._create_complaint()
        self.assertEqual(len(self._close(complaint)), 1)
        self.env["customer.survey.rule"]._send("complaint_closed", complaint, cause="0")
        self.assertEqual(len(self._close(complaint)), 1)
        complaint.action_reopen("Not good")
        self.assertEqual(len(self._close(complaint)), 2)

    def test_complaint_without_customer_asks_nobody(self):
        """Nobody known, nobody asked; the closing goes through."""
        complaint = self._create_complaint(partner_id=False, email_from="who@example.com")
        self.assertFalse(self._close(complaint))
        self.assertEqual(self._get_requests().outcome, "no_customer")
        self.assertEqual(complaint.phase, "closed")

    def test_closing_many(self):
        """Complaints closed together are asked about together, each once."""
        complaints = self.env["customer.complaint"].union(*(self._create_complaint() for _n in range(3)))
        self.assertEqual(len(self._close(complaints)), 3)

    def test_company_of_complaint_decides(self):
        """A rule of a company asks about complaints of that company alone."""
        self.rule.company_id = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(self._close(self._create_complaint()))

    def test_score_is_that_of_the_last_answer(self):
        """The satisfaction with a complaint is the average of its last answer, recommendation left out."""
        complaint = self._create_complaint()
        self._answer(self._close(complaint), csat=1, nps=0)
        self.assertRecordValues(complaint, [{"is_survey_answered": True, "survey_score": 0.0}])
        complaint.action_reopen("Not good")
        self._answer(self._close(complaint)[1], csat=10)
        self.assertEqual(complaint.survey_score, 100)
        complaint.survey_score_ids.sorted("id")[-1].unlink()
        self.assertEqual(complaint.survey_score, 0)

    def test_average_leaves_out_complaints_without_answer(self):
        """No answer is not a zero."""
        complaints = self._create_complaint() | self._create_complaint()
        self._answer(self._close(complaints[0]), csat=10)
        groups = self.env["customer.complaint"]._read_group(
            [("id", "in", complaints.ids)], [], ["survey_score:avg", "__count"]
        )
        self.assertEqual(groups, [(100.0, 2)])

    def test_good_answer_leaves_no_note(self):
        """Only an unhappy answer is noted on the complaint."""
        complaint = self._create_complaint()
        before = len(complaint.message_ids)
        self._answer(self._close(complaint), csat=10)
        self.assertEqual(len(complaint.message_ids), before)
        self.assertFalse(self._get_callbacks())

    def test_unhappy_answer_is_noted_once(self):
        """Several low scores of one answer make one note, as an internal one."""
        complaint = self._create_complaint()
        answer = self._close(complaint)
        before = complaint.message_ids
        self._answer(answer, csat=1, nps=0, ces=1, comment="<b>Bad</b>")
        note = complaint.message_ids - before
        self.assertEqual(len(note), 1)
        self.assertTrue(note.is_internal or note.subtype_id.internal)
        self.assertIn("&lt;b&gt;", note.body)

    def test_answers_are_hidden_with_their_complaint(self):
        """Who sees no confidential complaint, or no complainant, reads no answer either: also who keeps surveys."""
        complaint = self._create_complaint()
        answer = self._close(complaint)
        self._answer(answer, csat=1, comment="Bad")
        groups = "customer_care.group_care_supervisor,survey.group_survey_manager"
        reader = new_test_user(self.env, "survey_reader", groups=groups)
        for name in ("is_confidential", "is_identity_protected"):
            request = self.env["customer.survey.request"].search([("key", "=", answer.care_key)])
            loop = self.env["customer.survey.loop"].search([("user_input_id", "=", answer.id)])
            self.assertTrue(request and loop)
            for record in (answer, answer.user_input_line_ids, answer.care_score_ids, request, loop):
                seen = record.with_user(reader)
                domain = [("id", "in", record.ids)]
                complaint[name] = False
                self.assertEqual(seen.search(domain), record)
                complaint[name] = True
                with self.subTest(name=name, model=record._name):
                    self.assertFalse(seen.search(domain))
                    seen.invalidate_recordset()
                    with self.assertRaises(AccessError):
                        seen.read(["display_name"])
            complaint[name] = False

    def test_complaint_shows_no_answer_of_a_hidden_complainant(self):
        """The page of a complaint tells what was answered to those alone who know the complainant."""
        complaint = self._create_complaint(user_id=self.handler.id)
        self._answer(self._close(complaint), csat=1, comment="I am Lin of the third floor")
        reader = new_test_user(
            self.env, "score_reader", groups="customer_complaint.group_complaint_supervisor"
        )
        self.assertIn("third floor", complaint.with_user(reader).survey_answer_html)
        complaint.team_id.user_id = False
        complaint.is_identity_protected = True
        self.env.invalidate_all()
        self.assertTrue(complaint.with_user(reader)._hides_any_identity())
        self.assertFalse(complaint.with_user(reader).survey_answer_html)
        self.env.invalidate_all()
        self.assertIn(
            "third floor",
            complaint.with_user(
                new_test_user(self.env, "score_manager", groups="customer_complaint.group_complaint_manager")
            ).survey_answer_html,
        )

    def test_follow_up_names_no_hidden_complainant(self):
        """A follow-up that was made into a complaint tells nobody whose it is who may not know."""
        complaint = self._create_complaint()
        answer = self._close(self._create_complaint())
        self._answer(answer, csat=1, comment="Bad")
        loop = self.env["customer.survey.loop"].search([("user_input_id", "=", answer.id)])
        loop.sudo().linked_complaint_id = complaint
        groups = "customer_care.group_care_supervisor,survey.group_survey_manager"
        reader = new_test_user(self.env, "loop_reader", groups=groups)
        seen = loop.with_user(reader)
        self.assertTrue(seen.search([("id", "=", loop.id)]))
        complaint.is_identity_protected = True
        self.assertFalse(seen.search([("id", "=", loop.id)]))

    def test_score_cannot_be_forged(self):
        """Nobody sets the satisfaction of a complaint: not by write, create or default."""
        complaint = self._create_complaint().with_user(self.handler)
        values = {"survey_score": 100, "is_survey_answered": True, "survey_score_ids": []}
        self.assertEqual(set(values), set(SCORE_FIELDS))
        for name, value in values.items():
            with self.subTest(name=name), self.assertRaises(AccessError):
                complaint.write({name: value})
        for name, value in values.items():
            with self.subTest(name=name), self.assertRaises(AccessError):
                complaint.create({"name": "X", name: value})
        forged = complaint.with_context(default_survey_score=100, default_is_survey_answered=True)
        self.assertRecordValues(
            forged.create({"name": "X"}), [{"survey_score": 0, "is_survey_answered": False}]
        )
        score = {"kind": "csat", "value": 100, "date": "2026-01-01", "res_model": "customer.complaint"}
        forged = complaint.with_context(default_survey_score_ids=[Command.create(score)]).create(
            {"name": "X"}
        )
        self.assertFalse(self.env["customer.survey.score"].search([("res_id", "=", forged.id)]))

    def test_scores_by_role(self):
        """Handlers and auditors open the scores of a complaint; a customer on the portal sees none."""
        complaint = self._create_complaint()
        scores = self._answer(self._close(complaint), csat=1)
        for user in (self.handler, self.users["auditor"]):
            action = complaint.with_user(user).action_view_survey_scores()
            found = self.env["customer.survey.score"].with_user(user).search(action["domain"])
            self.assertEqual(found.ids, scores.ids)
        with self.assertRaises(AccessError):
            complaint.with_user(self.users["portal"]).read(["survey_score"])

    def test_anonymous_survey_leaves_the_complaint_alone(self):
        """An anonymous answer does not appear on the complaint."""
        self.survey.care_is_anonymous = True
        complaint = self._create_complaint()
        complaint.with_user(self.handler).write({"stage_id": self.stage_closed.id})
        answer = self.env["survey.user_input"].search([("care_rule_id", "=", self.rule.id)])
        self.assertEqual(len(answer), 1)
        self._answer(answer, csat=1)
        self.assertFalse(complaint.is_survey_answered)
        self.assertFalse(self._get_callbacks())
