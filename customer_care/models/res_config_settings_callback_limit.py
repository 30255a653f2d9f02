from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    care_callback_limit = fields.Integer(related="company_id.care_callback_limit", readonly=False)
