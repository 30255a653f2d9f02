from odoo import fields, models


class CustomerComplaintTaskReturn(models.TransientModel):
    _name = "customer.complaint.task.return"
    _description = "Return a Department Task"

    task_id = fields.Many2one("customer.complaint.task", required=True, readonly=True, ondelete="cascade")
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Return the task; rights are those of the user on it."""
        self.ensure_one()
        self.task_id.action_return(self.reason)
        return {"type": "ir.actions.act_window_close"}
