from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    care_survey_quiet_days = fields.Integer(related="company_id.care_survey_quiet_days", readonly=False)
    care_survey_limit = fields.Integer(related="company_id.care_survey_limit", readonly=False)
