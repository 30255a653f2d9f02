from odoo.tests import HttpCase, tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestMoveTour(ComplaintCommon, HttpCase):
    def test_clicks_and_drags(self):
        """Stages clicked and cards dragged ask in a dialog for what is missing, and go on from there."""
        self.stage_waiting.needs_reason = True
        self.stage_received.requirement_ids = self.env.ref(
            "customer_complaint.customer_complaint_requirement_verdict"
        )
        complaint = self._create_complaint(name="Tour move", user_id=self.handler.id)
        self.start_tour("/odoo/my-complaints", "customer_complaint_move", login=self.handler.login)
        self.assertEqual((complaint.stage_id, complaint.verdict), (self.stage_received, "partly"))
        self.assertEqual(len(complaint.stage_history_ids), 5)
