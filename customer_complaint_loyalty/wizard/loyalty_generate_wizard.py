from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.customer_complaint_compensation import VOUCHER_TYPES

MONEY_TYPES = ("gift_card", "ewallet")


class LoyaltyGenerateWizard(models.TransientModel):
    """A voucher that carries out a compensation is worth what was approved and is linked to it."""

    _inherit = "loyalty.generate.wizard"

    compensation_id = fields.Many2one("customer.complaint.compensation", readonly=True)

    def _compute_confirmation_message(self):
        """Core cannot name the type of a program that is not chosen."""
        chosen = self.filtered("program_type")
        (self - chosen).confirmation_message = False
        return super(LoyaltyGenerateWizard, chosen)._compute_confirmation_message()

    @api.onchange("program_id")
    def _onchange_program_id(self):
        """Propose the approved amount where points are money."""
        compensation = self.compensation_id
        if compensation and self.program_id.program_type in MONEY_TYPES:
            self.points_granted = compensation.currency_id._convert(
                compensation.amount,
                self.program_id.currency_id,
                compensation.company_id,
                fields.Date.context_today(self),
            )

    def generate_coupons(self):
        for wizard in self.filtered("compensation_id"):
            wizard._check_compensation()
        coupons = super().generate_coupons()
        for wizard in self.filtered("compensation_id"):
            wizard.compensation_id._link_document(
                coupons.filtered(lambda coupon, wizard=wizard: coupon.program_id == wizard.program_id)
            )
        return coupons

    def _check_compensation(self):
        """:raises UserError: before anything is generated, when that cannot carry out the compensation"""
        self.ensure_one()
        compensation = self.compensation_id
        compensation._check_ready_for_document()
        if self.mode != "selected" or self._get_partners() != compensation.complaint_id.partner_id:
            raise UserError(self.env._("A compensation is one voucher for the customer of the complaint."))
        if self.program_type not in VOUCHER_TYPES:
            raise UserError(self.env._("Programs of this type give no vouchers."))
        if self.program_type in MONEY_TYPES:
            program = self.program_id
            value = program.currency_id._convert(
                self.points_granted,
                compensation.currency_id,
                compensation.company_id,
                fields.Date.context_today(self),
            )
            if compensation.currency_id.compare_amounts(value, compensation.amount) > 0:
                raise UserError(
                    self.env._(
                        "The voucher is worth %(given)s, approved are %(approved)s.",
                        given=compensation.currency_id.format(value),
                        approved=compensation.currency_id.format(compensation.amount),
                    )
                )
