from odoo import fields, models


class ResUsers(models.Model):
    """Who leaves hands his open complaints to the leader of the team."""

    _inherit = "res.users"

    complaint_team_ids = fields.Many2many(
        "customer.complaint.team",
        "customer_complaint_team_user_rel",
        "user_id",
        "team_id",
        string="Complaint Teams",
        groups="base.group_user",
    )

    def write(self, vals):
        leaving = self.filtered("active") if vals.get("active") is False else self.browse()
        result = super().write(vals)
        if leaving:
            self.env["customer.complaint"].sudo()._leave_to_leaders(leaving)
        return result
