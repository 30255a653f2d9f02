from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    care_greeting_hour = fields.Float(related="company_id.care_greeting_hour", readonly=False)
    care_greeting_grade_ids = fields.Many2many(related="company_id.care_greeting_grade_ids", readonly=False)
    care_greeting_notice_days = fields.Integer(related="company_id.care_greeting_notice_days", readonly=False)
    care_has_sms = fields.Boolean(related="company_id.care_has_sms", readonly=False)
