from odoo import models


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def write(self, vals):
        """Mark the invitations that the provider could not deliver."""
        result = super().write(vals)
        if vals.get("state") in ("error", "canceled"):
            answers = self.env["survey.user_input"].sudo()
            answers = answers.search([("care_message_key", "in", self.mapped("uuid"))])
            answers._care_note_bounce(vals.get("failure_type") or vals["state"])
        return result
