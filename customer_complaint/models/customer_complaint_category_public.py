from odoo import fields, models


class CustomerComplaintCategory(models.Model):
    _inherit = "customer.complaint.category"

    is_public = fields.Boolean(
        "Shown to Customers", default=True, help="Customers can choose it in the portal and the public form."
    )
