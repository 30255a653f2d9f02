from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    care_is_qualification_needed = fields.Boolean(
        related="company_id.care_is_qualification_needed", readonly=False
    )
    care_weight_speed = fields.Integer(related="company_id.care_weight_speed", readonly=False)
    care_weight_limit = fields.Integer(related="company_id.care_weight_limit", readonly=False)
    care_weight_satisfaction = fields.Integer(related="company_id.care_weight_satisfaction", readonly=False)
    care_weight_volume = fields.Integer(related="company_id.care_weight_volume", readonly=False)
    care_weight_first = fields.Integer(related="company_id.care_weight_first", readonly=False)
    care_card_minimum = fields.Integer(related="company_id.care_card_minimum", readonly=False)
    care_objection_days = fields.Integer(related="company_id.care_objection_days", readonly=False)
