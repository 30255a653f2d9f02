from odoo import fields, models


class CustomerCarePlanCancel(models.TransientModel):
    """Ask why plans are cancelled."""

    _name = "customer.care.plan.cancel"
    _description = "Cancel Care Plans"

    plan_ids = fields.Many2many("customer.care.plan", string="Plans")
    reason = fields.Char(required=True)

    def action_confirm(self):
        """Cancel the plans; they check who may."""
        self.ensure_one()
        self.plan_ids.action_cancel(self.reason)
        return {"type": "ir.actions.act_window_close"}
