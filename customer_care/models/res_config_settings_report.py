from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    care_satisfied_from = fields.Integer(related="company_id.care_satisfied_from", readonly=False)
    care_report_user_ids = fields.Many2many(related="company_id.care_report_user_ids", readonly=False)
