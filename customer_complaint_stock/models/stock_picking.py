from odoo import models


class StockPicking(models.Model):
    """What is delivered can be complained of; a delivery carries out a replacement or a gift."""

    _name = "stock.picking"
    _inherit = ["stock.picking", "customer.complaint.document.mixin"]

    def _complaint_get_name(self):
        return self.name

    def _prepare_complaint_defaults(self):
        """With product and serial number when the delivery is of one alone."""
        defaults = super()._prepare_complaint_defaults()
        products, lots = self.move_ids.product_id, self.move_line_ids.lot_id
        if len(products) == 1:
            defaults["product_id"] = products.id
            if len(lots) == 1:
                defaults["lot_id"] = lots.id
        return defaults

    def _complaint_get_state(self):
        return {"done": "done", "cancel": "cancelled"}.get(self.state, "open")

    def _action_done(self):
        result = super()._action_done()
        self._complaint_update_compensations()
        return result

    def action_cancel(self):
        result = super().action_cancel()
        self._complaint_update_compensations()
        return result
