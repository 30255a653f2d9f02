from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    care_compensation_budget = fields.Selection(
        related="company_id.care_compensation_budget", readonly=False, required=True
    )
    care_review_user_id = fields.Many2one(related="company_id.care_review_user_id", readonly=False)
    care_review_days = fields.Integer(related="company_id.care_review_days", readonly=False)
