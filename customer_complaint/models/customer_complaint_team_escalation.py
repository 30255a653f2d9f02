from odoo import fields, models

from .customer_complaint_stage import OPEN_PHASES


class CustomerComplaintTeam(models.Model):
    """Escalated complaints on the overview of teams."""

    _inherit = "customer.complaint.team"

    escalated_count = fields.Integer(compute="_compute_escalated_count", string="Escalated")

    def _compute_escalated_count(self):
        counts = dict(self._read_by_team("customer.complaint", self._get_count_domains()["escalated"]))
        for team in self:
            team.escalated_count = counts.get(team, 0)

    def _get_count_domains(self):
        domains = super()._get_count_domains()
        return {**domains, "escalated": [("escalation_level", ">", 0), ("phase", "in", OPEN_PHASES)]}

    def _get_dashboard_filter(self):
        if self.env.context.get("complaint_filter") == "escalated":
            return {"search_default_escalated": 1}
        return super()._get_dashboard_filter()
