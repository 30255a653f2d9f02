from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, tagged

from .common import ComplaintSurveyKit

COMPLAINT = "customer.complaint"


@tagged("post_install", "-at_install")
class TestComplaintLoop(ComplaintSurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls.hand_rule = cls._create_rule(
            name="Relation", is_complaint_opened=True, complaint_severity="serious"
        )

    def _low(self, cause="1", **values):
        """Return the follow-up of a low answer to a survey sent by hand."""
        answer = self.env["customer.survey.rule"]._send("manual", self.contact, cause=cause)
        self._answer(answer, **(values or {"csat": 1, "comment": "Never <b>again</b>"}))
        return self._get_loop(answer)

    def _get_loop(self, answer):
        return self.env["customer.survey.loop"].search([("user_input_id", "=", answer.id)])

    def _low_about(self, complaint):
        answer = self._close(complaint)[-1]
        self._answer(answer, csat=1)
        return self._get_loop(answer)

    def test_low_answer_becomes_a_complaint(self):
        """One complaint, of the rule's kind, with the words of the customer; no callback beside it."""
        team = self.env["customer.complaint.team"].create({"name": "Relations"})
        category = self.env["customer.complaint.category"].create({"name": "Relation"})
        self.hand_rule.write({"complaint_team_id": team.id, "complaint_category_id": category.id})
        loop = self._low()
        complaint = loop.linked_complaint_id
        self.assertRecordValues(
            complaint,
            [
                {
                    "partner_id": self.contact.id,
                    "channel": "survey",
                    "severity": "serious",
                    "team_id": team.id,
                    "category_id": category.id,
                    "phase": "open",
                }
            ],
        )
        self.assertIn("&lt;b&gt;", complaint.description)
        self.assertFalse(loop.callback_id or self._get_callbacks())
        self.assertTrue(loop.user_id)
        loop.user_input_id.sudo()._care_follow_up()
        self.assertEqual(self.env[COMPLAINT].search_count([("partner_id", "=", self.contact.id)]), 1)

    def test_open_complaint_is_added_to(self):
        """A customer with an open complaint gets no second one: the answer is noted on it, its handler answers."""
        complaint = self._create_complaint()
        praise = self._create_complaint(kind="praise")
        loop = self._low()
        self.assertEqual((loop.linked_complaint_id, loop.user_id), (complaint, self.handler))
        self.assertIn("Never", complaint.message_ids[0].body)
        self.assertFalse(praise.message_ids.filtered(lambda message: "Never" in (message.body or "")))

    def test_answer_about_a_complaint_opens_no_other(self):
        """Complaints and surveys about them do not go on for ever: a call, and reopening is proposed."""
        self.rule.is_complaint_opened = True
        complaint = self._create_complaint()
        loop = self._low_about(complaint)
        self.assertEqual(loop.linked_complaint_id, complaint)
        self.assertEqual(loop.callback_id, self._get_callbacks())
        self.assertEqual(self.env[COMPLAINT].search_count([("partner_id", "=", self.contact.id)]), 1)
        action = loop.with_user(self.handler).action_reopen_complaint()
        self.assertIn("0 of 100", action["context"]["default_reason"])
        complaint.with_user(self.handler).action_reopen(action["context"]["default_reason"])
        self.assertFalse(loop.can_reopen_complaint)
        with self.assertRaises(UserError):
            loop.with_user(self.handler).action_reopen_complaint()

    def test_closing_the_complaint_closes_the_follow_up(self):
        """Handling the complaint is the answer to the customer."""
        loop = self._low()
        self._close(loop.linked_complaint_id)
        self.assertRecordValues(loop, [{"state": "closed", "outcome": "complaint"}])
        self.assertIn(loop.linked_complaint_id.number, loop.told)

    def test_confidential_complaint_hides_the_follow_up(self):
        """Who does not see the complaint does not see what it came from."""
        loop = self._low()
        specialist = self.users["specialist"]
        self.assertTrue(loop.with_user(specialist).search([("id", "=", loop.id)]))
        loop.linked_complaint_id.is_confidential = True
        self.assertFalse(loop.with_user(specialist).search([("id", "=", loop.id)]))
        with self.assertRaises(AccessError):
            loop.with_user(specialist).action_in_contact()

    def test_conditions_of_a_rule(self):
        """By team, category with those below, and severity."""
        parent = self.env["customer.complaint.category"].create({"name": "Goods"})
        child = self.env["customer.complaint.category"].create({"name": "Broken", "parent_id": parent.id})
        team = self.env["customer.complaint.team"].create({"name": "T"})
        for condition, wanted, other in (
            ({"only_category_ids": parent.ids}, {"category_id": child.id}, {"category_id": False}),
            ({"only_team_ids": team.ids}, {"team_id": team.id}, {}),
            ({"only_severity": "serious"}, {"severity": "serious"}, {"severity": "general"}),
        ):
            rule = self.rule.copy({"name": "Narrow", "active": True, "state": "running", **condition})
            self.rule.active = False
            with self.subTest(condition=condition):
                self.assertFalse(self._close(self._create_complaint(**other)))
                self.assertEqual(len(self._close(self._create_complaint(**wanted))), 1)
            rule.active = False

    def test_team_of_another_company(self):
        """A rule of one company opens no complaints of another's team."""
        other = self.env["res.company"].create({"name": "Other"})
        team = self.env["customer.complaint.team"].create({"name": "T", "company_id": other.id})
        with self.assertRaises(ValidationError):
            self.hand_rule.write({"company_id": self.company.id, "complaint_team_id": team.id})
        self.hand_rule.write({"company_id": False, "complaint_team_id": team.id})
        self.assertNotEqual(self._low().linked_complaint_id.team_id, team)

    def test_send_by_hand(self):
        """A survey is sent from a done complaint once; the reason is said when nobody is asked."""
        self.rule.active = False
        complaint = self._create_complaint()
        with self.assertRaisesRegex(UserError, "resolved"):
            complaint.with_user(self.handler).action_care_send_survey()
        self._close(complaint)
        self.handler.group_ids += self.env.ref("customer_care.group_care_user")
        seen = complaint.with_user(self.handler)
        with self.assertRaisesRegex(UserError, "No survey rule"):
            seen.action_care_send_survey()
        self.rule.active = True
        self.assertIn("1", seen.action_care_send_survey()["params"]["message"])
        with self.assertRaisesRegex(UserError, "already"):
            seen.action_care_send_survey()
        with self.assertRaises(AccessError):
            complaint.with_user(self.users["auditor"]).action_care_send_survey()

    def test_answer_on_the_complaint(self):
        """What was answered stands on the complaint, low answers marked."""
        complaint = self._create_complaint()
        self._low_about(complaint)
        html = complaint.with_user(self.users["specialist"]).survey_answer_html
        self.assertIn("text-danger", html)
        self.assertIn("Satisfied?", html)

    def test_correction_reaches_the_complaint(self):
        """A corrected or voided answer changes the satisfaction of its complaint."""
        complaint = self._create_complaint()
        loop = self._low_about(complaint)
        self.assertRecordValues(complaint, [{"survey_score": 0, "satisfaction": 1}])
        manager = self.users["manager"]
        scores = loop.user_input_id.care_score_ids.with_user(manager)._correct("reversed", "Turned")
        self.assertRecordValues(
            complaint, [{"survey_score": 100, "satisfaction": 10, "is_survey_answered": True}]
        )
        scores.with_user(manager)._correct("void", "A joke")
        self.assertRecordValues(
            complaint, [{"survey_score": 0, "satisfaction": 0, "is_survey_answered": False}]
        )
