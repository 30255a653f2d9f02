from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestComplaintCallback(ComplaintCommon):
    def _create_call(self, complaint=None):
        callback = self.env["customer.callback"].create(
            {"partner_id": self.customer.id, "subject": "Is the pump dry?", "user_id": self.handler.id}
        )
        if complaint:
            callback.write({"res_model": complaint._name, "res_id": complaint.id})
        return callback.with_user(self.handler)

    def test_call_that_says_not_solved_reopens_the_complaint(self):
        """The follow-up call is finished on the desk; the complaint hears of it."""
        complaint = self._create_complaint(user_id=self.handler.id)
        self._move(complaint, self.stage_resolved)
        callback = self._create_call(complaint)
        callback.problem_solved = "no"
        callback.satisfaction = 2
        callback.action_desk_reached()
        self.assertEqual(complaint.reopen_count, 1)
        self.assertNotIn(complaint.phase, ("resolved", "closed"))

    def test_unanswered_call_leaves_the_complaint(self):
        """What nobody answered changes nothing."""
        complaint = self._create_complaint(user_id=self.handler.id)
        self._move(complaint, self.stage_resolved)
        self._create_call(complaint).action_desk_no_answer()
        self.assertEqual(complaint.reopen_count, 0)

    def test_complaint_from_a_call_is_prefilled(self):
        """The form of the new complaint knows the customer, the channel and what was said."""
        callback = self._create_call()
        callback.note = "It leaks again"
        context = callback.action_new_complaint()["context"]
        complaint = self.env["customer.complaint"].with_user(self.handler).with_context(**context).create({})
        self.assertRecordValues(
            complaint,
            [{"partner_id": self.customer.id, "channel": "callback", "name": "Is the pump dry?"}],
        )
        self.assertIn("leaks again", complaint.description)
        self.assertTrue(callback.can_complain)

    def test_complaint_from_a_call_needs_the_role(self):
        """Who takes no complaints is offered none."""
        caller = self._create_user("caller", "customer_care.group_care_user")
        callback = self._create_call()
        callback.sudo().user_id = caller
        callback = callback.with_user(caller)
        self.assertFalse(callback.can_complain)
        with self.assertRaises(AccessError):
            callback.action_new_complaint()
