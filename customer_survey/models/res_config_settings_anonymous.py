from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    care_survey_min_answers = fields.Integer(related="company_id.care_survey_min_answers", readonly=False)
