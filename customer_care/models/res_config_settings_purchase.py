from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    care_purchase_source = fields.Selection(
        related="company_id.care_purchase_source", readonly=False, required=True
    )
