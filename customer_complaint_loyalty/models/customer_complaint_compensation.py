from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

KINDS = ("discount", "gift")
# the first that exists is proposed
VOUCHER_TYPES = ("gift_card", "coupons", "ewallet")


class CustomerComplaintCompensation(models.Model):
    """Discounts and gifts are carried out by vouchers."""

    _inherit = "customer.complaint.compensation"

    can_create_voucher = fields.Boolean(compute="_compute_can_create_voucher")

    @api.depends_context("uid")
    def _compute_can_create_voucher(self):
        """Without sales or point of sale nobody has rights to vouchers, with them their managers."""
        self.can_create_voucher = self._is_voucher_creator()

    @api.model
    def _is_voucher_creator(self):
        names = ("loyalty.card", "loyalty.generate.wizard", "loyalty.history")
        return all(self.env[name].has_access("create") for name in names)

    @api.model
    def _get_document_models(self):
        kinds = super()._get_document_models()
        return {**kinds, **{kind: [*kinds.get(kind, ()), "loyalty.card"] for kind in KINDS}}

    def action_create_voucher(self):
        """Open core's dialog that generates a voucher for the customer of the compensation (singleton).

        :raises AccessError: without the right to generate vouchers
        :raises UserError: unless it is approved, open and without document
        """
        self.ensure_one()
        self._check_ready_for_document()
        if not self._is_voucher_creator():
            raise AccessError(self.env._("You may not generate vouchers."))
        customer = self.complaint_id.partner_id
        if not customer:
            raise UserError(self.env._("The complaint has no customer to give a voucher to."))
        if not self._get_voucher_program():
            raise UserError(self.env._("There is no program of gift cards, coupons or wallets."))
        action = self.env["ir.actions.act_window"]._for_xml_id("loyalty.loyalty_generate_wizard_action")
        return {
            **action,
            "context": {
                "default_compensation_id": self.id,
                "default_program_id": self._get_voucher_program().id,
                "default_mode": "selected",
                "default_customer_ids": [Command.set(customer.ids)],
                "default_description": self.display_name,
            },
        }

    def _get_voucher_program(self):
        """Return the program that is proposed: of money rather than of coupons, may be empty."""
        Program = self.env["loyalty.program"]
        for kind in VOUCHER_TYPES:
            domain = [("program_type", "=", kind), ("company_id", "in", (False, self.company_id.id))]
            if program := Program.search(domain, limit=1):
                return program
        return Program
