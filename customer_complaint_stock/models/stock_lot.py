from odoo import models


class StockLot(models.Model):
    """The complaints about one lot or serial number."""

    _name = "stock.lot"
    _inherit = ["stock.lot", "customer.complaint.document.mixin"]

    def _compute_complaint_count(self):
        counts = dict(
            self.env["customer.complaint"]._read_group(self._complaint_get_domain(), ["lot_id"], ["__count"])
        )
        for lot in self:
            lot.complaint_count = counts.get(lot._origin, 0)

    def _complaint_get_domain(self):
        return [("lot_id", "in", self.ids)]

    def _complaint_get_partner(self):
        return self.env["res.partner"]

    def _prepare_complaint_defaults(self):
        self.ensure_one()
        product = self.product_id
        return {
            "lot_id": self.id,
            "product_id": product.id,
            "product_ref": f"{product.display_name} / {self.name}",
        }
