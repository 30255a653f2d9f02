from odoo import api, models


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Mark the invitations that did not arrive; their messages were deleted when they were sent."""
        result = super()._routing_handle_bounce(email_message, message_dict)
        answers = self.env["survey.user_input"]._care_find_bounced(
            message_dict.get("bounced_msg_ids") or [], message_dict.get("bounced_email")
        )
        answers._care_note_bounce(message_dict.get("body"))
        return result
