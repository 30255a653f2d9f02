from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class CustomerLifecycleSet(models.TransientModel):
    """Set the life-cycle stage of customers by hand: with a reason, and up to a day."""

    _name = "customer.lifecycle.set"
    _description = "Set Life-Cycle Stage"

    partner_ids = fields.Many2many("res.partner", string="Customers", required=True)
    stage_id = fields.Many2one("customer.lifecycle.stage", required=True)
    reason = fields.Char(required=True)
    date_until = fields.Date(
        string="Keep until",
        required=True,
        default=lambda self: self._default_date_until(),
        help="Up to this day the rules leave the stage alone; afterwards they decide again.",
    )

    def _default_date_until(self):
        return fields.Date.add(fields.Date.context_today(self), months=3)

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        context = self.env.context
        if (
            "partner_ids" in fields
            and "partner_ids" not in values
            and context.get("active_model") == "res.partner"
        ):
            partners = self.env["res.partner"].browse(context.get("active_ids") or ())
            values["partner_ids"] = [Command.set(partners.commercial_partner_id.ids)]
        return values

    def action_apply(self):
        """Set the stage.

        :raises UserError: without a customer or a reason, or when the last day is over
        """
        self.ensure_one()
        if not self.partner_ids:
            raise UserError(self.env._("Please choose the customers."))
        if not self.reason.strip():
            raise UserError(self.env._("Please give a reason."))
        if self.date_until < fields.Date.context_today(self):
            raise UserError(self.env._("The last day lies in the past."))
        self.partner_ids.check_access("write")
        self.partner_ids._care_set_lifecycle(self.stage_id, self.reason.strip(), self.date_until)
        return {"type": "ir.actions.act_window_close"}
