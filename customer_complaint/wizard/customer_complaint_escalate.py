from odoo import fields, models


class CustomerComplaintEscalate(models.TransientModel):
    _name = "customer.complaint.escalate"
    _description = "Escalate Complaints"

    complaint_ids = fields.Many2many("customer.complaint", string="Complaints", required=True)
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Escalate the complaints; rights are those of the user on them."""
        self.ensure_one()
        return self.complaint_ids.action_escalate(self.reason)
