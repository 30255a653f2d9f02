from odoo import fields, models

from .customer_complaint_stage_closing import GATES


class CustomerComplaintTeam(models.Model):
    _inherit = "customer.complaint.team"

    major_partner_ids = fields.Many2many(
        "res.partner", "customer_complaint_team_major_partner_rel", string="Gets Reports on Major Complaints"
    )

    def _get_needs(self, stage):
        labels = stage.fields_get(GATES, attributes=("string",))
        return super()._get_needs(stage) + [labels[gate]["string"] for gate in GATES if stage[gate]]
