from odoo import fields, models


class SmsSms(models.Model):
    _inherit = "sms.sms"

    care_complaint_id = fields.Many2one(
        "customer.complaint",
        string="Acknowledged Complaint",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )

    def write(self, vals):
        """Have the customer told by phone when the provider could not deliver the acknowledgement."""
        result = super().write(vals)
        if vals.get("state") in ("error", "canceled"):
            self.sudo().care_complaint_id._acknowledge_failed_by_sms()
        return result
