from odoo import fields, models


class CustomerComplaintReopen(models.TransientModel):
    _name = "customer.complaint.reopen"
    _description = "Reopen Complaints"

    complaint_ids = fields.Many2many("customer.complaint", string="Complaints", required=True)
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Reopen the complaints; rights are those of the user on them."""
        self.ensure_one()
        return self.complaint_ids.action_reopen(self.reason)
