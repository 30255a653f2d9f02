from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.callback import get_tel


class CustomerCallbackClose(models.TransientModel):
    """What a button of a callback asks before it does its work, with the rights of the user."""

    _name = "customer.callback.close"
    _description = "Cancel, Refuse or Move a Callback"

    callback_ids = fields.Many2many("customer.callback", required=True)
    mode = fields.Selection(
        [
            ("cancel", "Cancel"),
            ("refuse", "Refused"),
            ("wrong_number", "Wrong number"),
            ("later", "Call later"),
        ],
        required=True,
        default="cancel",
    )
    reason = fields.Char()
    is_do_not_call = fields.Boolean(
        string="Do not call again", help="The customer wants no calls at all: none will be planned any more."
    )
    new_phone = fields.Char(
        string="Right Number", help="Written to the customer; the call is planned again for today."
    )
    moment = fields.Datetime(string="Call at", default=lambda self: self._default_moment())
    is_desk = fields.Boolean(string="Go on to the Next Call")

    def _default_moment(self):
        return fields.Datetime.add(fields.Datetime.now(), hours=2).replace(minute=0, second=0)

    @api.constrains("new_phone")
    def _check_new_phone(self):
        for wizard in self:
            if wizard.new_phone and not get_tel(wizard.new_phone):
                raise UserError(self.env._("“%(phone)s” is not a telephone number.", phone=wizard.new_phone))

    def action_confirm(self):
        """Do what was asked for; on the desk go on to the next customer."""
        self.ensure_one()
        getattr(self, f"_confirm_{self.mode}")()
        if self.is_desk:
            return self.env["customer.callback"].action_open_desk()
        return {"type": "ir.actions.act_window_close"}

    def _confirm_refuse(self):
        self.callback_ids.action_done("refused", note=self.reason or None)
        if self.is_do_not_call:
            self.callback_ids.partner_id.write({"care_do_not_call": True})

    def _confirm_cancel(self):
        if not (self.reason or "").strip():
            raise UserError(self.env._("Please say why the callback is cancelled."))
        self.callback_ids.action_cancel(self.reason)

    def _confirm_wrong_number(self):
        """Write the right number and call again today; without one, have the record verified."""
        self.callback_ids.action_done("wrong_number", note=self.reason or None)
        if self.new_phone:
            self.callback_ids.partner_id.write({"phone": self.new_phone.strip()})
            self.callback_ids._call_again_today()
        else:
            self.callback_ids._ask_for_number()

    def _confirm_later(self):
        self.callback_ids.action_move(self.moment)
