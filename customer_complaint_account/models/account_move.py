from odoo import models

PAID_STATES = ("in_payment", "paid", "reversed")


class AccountMove(models.Model):
    """What is invoiced can be complained of; a credit note carries out a refund."""

    _name = "account.move"
    _inherit = ["account.move", "customer.complaint.document.mixin"]

    def _complaint_get_name(self):
        return self.name if self.name and self.name != "/" else self.display_name

    def _prepare_complaint_defaults(self):
        """With the product when the invoice is for one alone."""
        defaults = super()._prepare_complaint_defaults()
        products = self.invoice_line_ids.product_id
        if len(products) == 1:
            defaults["product_id"] = products.id
        return defaults

    def _complaint_get_state(self):
        """A credit note is done once it is paid out or set off; posted, a person may call it done."""
        if self.move_type not in ("out_refund", "in_invoice", "entry"):
            return "cancelled" if self.state == "cancel" else "open"
        if self.state != "posted":
            return "cancelled" if self.state == "cancel" else "open"
        return "done" if self.payment_state in PAID_STATES else "ready"

    def _complaint_get_amount(self):
        return self.amount_total, self.currency_id, self.invoice_date or self.date

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self._complaint_update_compensations()
        return result

    def _invoice_paid_hook(self):
        result = super()._invoice_paid_hook()
        self._complaint_update_compensations()
        return result
