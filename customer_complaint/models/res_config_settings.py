from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    care_low_satisfaction = fields.Integer(related="company_id.care_low_satisfaction", readonly=False)
