from odoo import models


class SaleOrder(models.Model):
    """What is sold can be complained of, and an order can carry out a compensation."""

    _name = "sale.order"
    _inherit = ["sale.order", "customer.complaint.document.mixin"]

    def _complaint_get_name(self):
        return self.name

    def _prepare_complaint_defaults(self):
        """With the product when the order is for one alone."""
        defaults = super()._prepare_complaint_defaults()
        products = self.order_line.filtered(lambda line: not line.display_type).product_id
        if len(products) == 1:
            defaults["product_id"] = products.id
        return defaults

    def _complaint_get_state(self):
        """A confirmed order is a promise: a person says when the customer has what was ordered."""
        return {"sale": "ready", "cancel": "cancelled"}.get(self.state, "open")

    def _action_cancel(self):
        result = super()._action_cancel()
        self._complaint_update_compensations()
        return result

    def action_draft(self):
        result = super().action_draft()
        self._complaint_update_compensations()
        return result
