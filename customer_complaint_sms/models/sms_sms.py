from odoo import models


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def write(self, vals):
        """Have the customer told by phone when the provider could not deliver the acknowledgement."""
        result = super().write(vals)
        if vals.get("state") in ("error", "canceled"):
            self.sudo()._get_acknowledged_complaints()._acknowledge_failed_by_sms()
        return result

    def _get_acknowledged_complaints(self):
        """Return the complaints that these acknowledge."""
        complaints = self.env["customer.complaint"]
        messages = self.mail_message_id.filtered(lambda message: message.model == complaints._name)
        uuids = set(self.mapped("uuid"))
        return complaints.browse(messages.mapped("res_id")).filtered(
            lambda complaint: complaint.acknowledge_sms in uuids
        )
