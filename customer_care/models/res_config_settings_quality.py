from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    care_verify_months = fields.Integer(related="company_id.care_verify_months", readonly=False)
    care_verify_limit = fields.Integer(related="company_id.care_verify_limit", readonly=False)
    care_details_days = fields.Integer(related="company_id.care_details_days", readonly=False)
