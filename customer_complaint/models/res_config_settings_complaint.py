from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    care_legal_user_id = fields.Many2one(related="company_id.care_legal_user_id", readonly=False)
    care_safety_user_id = fields.Many2one(related="company_id.care_safety_user_id", readonly=False)
    care_media_user_id = fields.Many2one(related="company_id.care_media_user_id", readonly=False)
    care_soon_hours = fields.Float(related="company_id.care_soon_hours", readonly=False)
    care_repeat_days = fields.Integer(related="company_id.care_repeat_days", readonly=False)
