from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .common import ComplaintSurveyKit


@tagged("post_install", "-at_install")
class TestComplaintFill(ComplaintSurveyKit, TransactionCase):
    """The survey about a complaint, filled in while the customer is on the phone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls.handler.group_ids += cls.env.ref("customer_care.group_care_user")
        cls.complaint = cls._create_complaint()

    def _open(self, complaint, user=None):
        action = complaint.with_user(user or self.handler).action_care_fill_survey()
        wizards = self.env["customer.survey.fill"].with_user(user or self.handler)
        return wizards.with_context(**action["context"]).create({"rule_id": self.rule.id})

    def test_answer_is_about_the_complaint(self):
        """The invitation of the closed complaint is used, and the score stands on the complaint."""
        answer = self._close(self.complaint)
        action = self._open(self.complaint).action_fill_in()
        self.assertIn(answer.access_token, action["url"])
        scores = self._answer(answer, csat=10)
        self.assertEqual(scores.mapped("channel"), ["phone"])
        self.assertEqual(self.complaint.survey_score, 100)

    def test_without_invitation_one_is_made(self):
        """Before it is closed the complaint gets an invitation of its own, about it."""
        self._open(self.complaint).action_fill_in()
        request = self._get_requests(res_model="customer.complaint", res_id=self.complaint.id)
        self.assertEqual((request.channel, request.partner_id), ("phone", self.contact))

    def test_who_may_not(self):
        """Without the complaint, the customer care, or knowing who complained, nobody fills in."""
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            self._open(self.complaint, self.users["specialist"])
        hides = patch.object(
            type(self.complaint), "_hides_any_identity", lambda complaint: not complaint.env.su
        )
        with hides, self.assertRaisesRegex(AccessError, "who complained"):
            self.complaint.with_user(self.handler).action_care_fill_survey()
        answer = self._close(self.complaint)
        with hides, self.assertRaisesRegex(AccessError, "who complained"):
            answer.with_user(self.handler).action_care_fill_in()
        nobody = self._create_complaint(partner_id=False, email_from="x@example.com")
        nobody.partner_id = False
        with self.assertRaisesRegex(UserError, "Choose the customer"):
            nobody.with_user(self.handler).action_care_fill_survey()
