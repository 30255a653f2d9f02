from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    care_survey_report_user_ids = fields.Many2many(
        related="company_id.care_survey_report_user_ids", readonly=False
    )
