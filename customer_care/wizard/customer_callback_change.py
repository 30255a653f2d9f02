from odoo import fields, models
from odoo.exceptions import UserError


class CustomerCallbackChange(models.TransientModel):
    """Hand planned callbacks over to a colleague or move them to another day, with the rights of the user."""

    _name = "customer.callback.change"
    _description = "Hand over or Move Callbacks"

    callback_ids = fields.Many2many("customer.callback", required=True)
    user_id = fields.Many2one("res.users", string="New Caller", domain="[('share', '=', False)]")
    team_id = fields.Many2one("customer.care.team", string="New Team")
    date_planned = fields.Date(string="New Day")
    priority = fields.Selection([("0", "Normal"), ("1", "Urgent")], string="New Priority")

    def action_confirm(self):
        """Change the callbacks.

        :raises UserError: nothing to change, or a callback is finished or being made
        """
        self.ensure_one()
        names = ("user_id", "team_id", "date_planned", "priority")
        vals = {name: self._fields[name].convert_to_write(self[name], self) for name in names if self[name]}
        if not vals:
            raise UserError(self.env._("Please choose what to change."))
        if self.date_planned and self.date_planned < fields.Date.context_today(self):
            raise UserError(self.env._("Callbacks cannot be moved into the past."))
        self.callback_ids._lock_planned()
        self.callback_ids.write(vals)
        return {"type": "ir.actions.act_window_close"}
