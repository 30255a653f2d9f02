from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    care_callback_policy_id = fields.Many2one(related="company_id.care_callback_policy_id", readonly=False)
    care_claim_minutes = fields.Integer(related="company_id.care_claim_minutes", readonly=False)
    care_overdue_days = fields.Integer(related="company_id.care_overdue_days", readonly=False)
