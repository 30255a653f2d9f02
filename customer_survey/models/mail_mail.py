from odoo import models


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Mark the invitations whose address our own mail server refuses."""
        if failure_type in ("mail_email_invalid", "mail_email_missing"):
            ids = self.filtered(lambda mail: mail.model == "survey.user_input").mapped("res_id")
            self.env["survey.user_input"].sudo().browse(ids).exists()._care_note_bounce(
                failure_reason or failure_type
            )
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )
