from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    care_low_satisfaction = fields.Integer(related="company_id.care_low_satisfaction", readonly=False)
    care_complaint_reopen_days = fields.Integer(
        related="company_id.care_complaint_reopen_days", readonly=False
    )
    care_complaint_colleagues = fields.Selection(
        related="company_id.care_complaint_colleagues", readonly=False
    )
    care_complaint_privacy = fields.Html(related="company_id.care_complaint_privacy", readonly=False)
