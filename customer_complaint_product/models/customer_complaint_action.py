from odoo import api, fields, models
from odoo.tools import SQL


class CustomerComplaintAction(models.Model):
    """The product of the catalogue that an action is about: what agrees in it comes back, whatever it is called."""

    _inherit = "customer.complaint.action"

    product_id = fields.Many2one(
        "product.product",
        string="Product of the Catalogue",
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
    )

    @api.onchange("product_id")
    def _onchange_product_id(self):
        """Keep the name as text, which outlives the product."""
        if self.product_id and not self.product_ref:
            self.product_ref = self.product_id.display_name

    def _get_same_product(self):
        """A complaint agrees in the product, or in how it is named."""
        products = self.product_id or (
            self.complaint_ids.product_id if not self.product_ref else self.product_id
        )
        parts = [super()._get_same_product()]
        if products:
            parts.append(SQL("complaint.product_id IN %s", tuple(products.ids)))
        parts = [part for part in parts if part]
        return SQL("(%s)", SQL(" OR ").join(parts)) if parts else None
