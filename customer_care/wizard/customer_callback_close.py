from odoo import fields, models
from odoo.exceptions import UserError


class CustomerCallbackClose(models.TransientModel):
    _name = "customer.callback.close"
    _description = "Cancel or Refuse a Callback"

    callback_ids = fields.Many2many("customer.callback", required=True)
    mode = fields.Selection([("cancel", "Cancel"), ("refuse", "Refused")], required=True, default="cancel")
    reason = fields.Char()
    is_do_not_call = fields.Boolean(
        string="Do not call again", help="The customer wants no calls at all: none will be planned any more."
    )

    def action_confirm(self):
        """Cancel the callbacks, or finish them as refused; with the rights of the user."""
        self.ensure_one()
        if self.mode == "refuse":
            self.callback_ids.action_done("refused", note=self.reason or None)
            if self.is_do_not_call:
                self.callback_ids.partner_id.write({"care_do_not_call": True})
        elif not (self.reason or "").strip():
            raise UserError(self.env._("Please say why the callback is cancelled."))
        else:
            self.callback_ids.action_cancel(self.reason)
        return {"type": "ir.actions.act_window_close"}
