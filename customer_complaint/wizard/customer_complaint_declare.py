from odoo import fields, models


class CustomerComplaintDeclare(models.TransientModel):
    _name = "customer.complaint.declare"
    _description = "Declare Complaints Major"

    complaint_ids = fields.Many2many("customer.complaint", string="Complaints", required=True)
    is_major = fields.Boolean(default=True)
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Set the mark or take it back; rights are those of the user on the complaints."""
        self.ensure_one()
        if self.is_major:
            return self.complaint_ids.action_declare_major(self.reason)
        return self.complaint_ids.action_undeclare_major(self.reason)
