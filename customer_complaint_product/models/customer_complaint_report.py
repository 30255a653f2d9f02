from odoo import api, fields, models
from odoo.tools import SQL


class CustomerComplaintReport(models.Model):
    """Product and category of products as dimensions; not named where the complaint is confidential."""

    _inherit = "customer.complaint.report"
    _depends = {"customer.complaint": ["product_id"]}

    product_id = fields.Many2one("product.product", string="Product of the Catalogue", readonly=True)
    product_categ_id = fields.Many2one(
        "product.category",
        string="Product Category",
        readonly=True,
        help="The category that the product has now.",
    )

    @api.model
    def _get_columns(self, case):
        columns = super()._get_columns(case)
        product = SQL("CASE WHEN %s THEN %s.product_id END", self._get_naming_sql(case), case)
        columns["product_id"] = product
        columns["product_categ_id"] = SQL(
            "(SELECT template.categ_id FROM product_product product"
            " JOIN product_template template ON template.id = product.product_tmpl_id WHERE product.id = %s)",
            product,
        )
        return columns
