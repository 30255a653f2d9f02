from odoo import fields, models


class CustomerCareGreetingSkip(models.TransientModel):
    """Asks why greetings are left out."""

    _name = "customer.care.greeting.skip"
    _description = "Leave Out Greetings"

    greeting_ids = fields.Many2many("customer.care.greeting", required=True)
    reason = fields.Char(required=True)

    def action_confirm(self):
        """Leave the greetings out with the reason."""
        self.ensure_one()
        self.greeting_ids.action_skip(self.reason)
        return {"type": "ir.actions.act_window_close"}
