from odoo import models


class LoyaltyCard(models.Model):
    """A voucher that was given carries out a compensation; an archived one does not any more."""

    _name = "loyalty.card"
    _inherit = ["loyalty.card", "customer.complaint.document.mixin"]

    def _complaint_get_name(self):
        return self.display_name

    def _complaint_get_state(self):
        """Given is given: what the customer does with it is his affair."""
        return "done" if self.active else "cancelled"

    def _complaint_get_amount(self):
        """Money only where a point is one unit of the currency."""
        if self.program_type not in ("gift_card", "ewallet"):
            return None
        issued = sum(self.history_ids.mapped("issued")) or self.points
        return issued, self.currency_id, self.create_date.date()

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals:
            self._complaint_update_compensations()
        return result
