from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    care_plan_manager_id = fields.Many2one(related="company_id.care_plan_manager_id", readonly=False)
    care_plan_director_id = fields.Many2one(related="company_id.care_plan_director_id", readonly=False)
    care_is_cost_evidence_required = fields.Boolean(
        related="company_id.care_is_cost_evidence_required", readonly=False
    )
    care_has_unplanned_measures = fields.Boolean(
        related="company_id.care_has_unplanned_measures", readonly=False
    )
    care_escalation_days = fields.Integer(related="company_id.care_escalation_days", readonly=False)
    care_thrift_percent = fields.Float(related="company_id.care_thrift_percent", readonly=False)
