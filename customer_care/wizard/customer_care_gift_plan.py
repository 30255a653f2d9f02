from odoo import fields, models
from odoo.exceptions import UserError


class CustomerCareGiftPlan(models.TransientModel):
    """Plans the same gift for each of several greetings."""

    _name = "customer.care.gift.plan"
    _description = "Plan Gifts"

    greeting_ids = fields.Many2many("customer.care.greeting", required=True)
    article_id = fields.Many2one("customer.care.gift.article", string="Gift", required=True)
    quantity = fields.Integer(string="Number for Each", default=1, required=True)

    _check_quantity = models.Constraint("CHECK(quantity > 0)", "At least one is given.")

    def action_confirm(self):
        """Make one draft for each greeting that has no gift yet, and show them.

        :raises UserError: all have a gift, or a greeting cannot be changed by the user
        """
        self.ensure_one()
        self.greeting_ids.check_access("write")
        Gift = self.env["customer.care.gift"]
        Gift.check_access("create")
        open_greetings = self.greeting_ids.filtered(
            lambda greeting: not greeting.sudo().gift_ids.filtered(lambda gift: gift.state != "cancelled")
        )
        if not open_greetings:
            raise UserError(self.env._("All of these have a gift already."))
        # sudo: the greeting is named by the program
        gifts = Gift.sudo().create([self._prepare_gift_vals(greeting) for greeting in open_greetings])
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_care_gift_action"),
            "domain": [("id", "in", gifts.ids)],
            "context": {},
        }

    def _prepare_gift_vals(self, greeting):
        """Return the values of the gift of one greeting. Override to add a key."""
        return {
            "partner_id": greeting.partner_id.id,
            "company_id": greeting.company_id.id,
            "user_id": (greeting.user_id or self.env.user).id,
            "article_id": self.article_id.id,
            "quantity": self.quantity,
            "date": max(greeting.date_action, fields.Date.context_today(self)),
            "greeting_id": greeting.id,
        }
