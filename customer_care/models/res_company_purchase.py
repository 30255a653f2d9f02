from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    care_purchase_source = fields.Selection(
        [("transaction", "Imported purchases")],
        string="Purchases of Customers",
        required=True,
        default="transaction",
        help="What counts as a purchase in figures of customers. Imported purchases always count as well.",
    )
