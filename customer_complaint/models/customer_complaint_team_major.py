from odoo import fields, models


class CustomerComplaintTeam(models.Model):
    _inherit = "customer.complaint.team"

    major_partner_ids = fields.Many2many(
        "res.partner", "customer_complaint_team_major_partner_rel", string="Gets Reports on Major Complaints"
    )
