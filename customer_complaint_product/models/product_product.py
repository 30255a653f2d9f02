from odoo import models


class ProductProduct(models.Model):
    """How many complaints a product has, and a complaint about it."""

    _name = "product.product"
    _inherit = ["product.product", "customer.complaint.document.mixin"]

    def _compute_complaint_count(self):
        counts = dict(
            self.env["customer.complaint"]._read_group(
                self._complaint_get_domain(), ["product_id"], ["__count"]
            )
        )
        for product in self:
            product.complaint_count = counts.get(product._origin, 0)

    def _complaint_get_domain(self):
        return [("product_id", "in", self.ids)]

    def _complaint_get_partner(self):
        return self.env["res.partner"]

    def _prepare_complaint_defaults(self):
        self.ensure_one()
        return {"product_id": self.id, "product_ref": self.display_name}
