from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    care_purchase_source = fields.Selection(
        selection_add=[("sale", "Confirmed sales orders")], ondelete={"sale": "set default"}
    )
