from odoo import api, fields, models


class CustomerCallback(models.Model):
    """Before the call the gate is asked once more, now with the moment."""

    _inherit = "customer.callback"

    contact_warning = fields.Char(compute="_compute_contact_warning")

    @api.depends("partner_id", "state")
    def _compute_contact_warning(self):
        planned = self.filtered(lambda callback: callback.state == "planned")
        reasons = planned.partner_id._care_gate_map("callback", "phone", fields.Datetime.now())
        for callback in self:
            found = reasons.get(callback.partner_id.id) if callback in planned else None
            callback.contact_warning = " ".join(found or []) or False
