from odoo import fields, models
from odoo.exceptions import UserError


class AccountMoveReversal(models.TransientModel):
    """A reversal that carries out a compensation credits what was approved and is linked to it."""

    _inherit = "account.move.reversal"

    compensation_id = fields.Many2one("customer.complaint.compensation", readonly=True)

    def reverse_moves(self, is_modify=False):
        compensation = self.compensation_id
        if compensation:
            self._check_compensation(is_modify)
        action = super().reverse_moves(is_modify=is_modify)
        if compensation:
            compensation._limit_credit_note(self.new_move_ids)
            compensation._link_document(self.new_move_ids)
        return action

    def _check_compensation(self, is_modify):
        """:raises UserError: before anything is reversed, when that cannot carry out the compensation"""
        self.ensure_one()
        self.compensation_id._check_ready_for_document()
        if is_modify:
            raise UserError(self.env._("A compensation is credited without another invoice."))
        if self.move_ids != self.compensation_id._get_invoice():
            raise UserError(self.env._("This is not the invoice that the complaint is about."))
