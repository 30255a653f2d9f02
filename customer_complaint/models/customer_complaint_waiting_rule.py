from odoo import api, fields, models, tools
from odoo.fields import Domain


class CustomerComplaintWaitingRule(models.Model):
    """When complaints that wait for the customer's answer are warned of and closed; the first that fits wins."""

    _name = "customer.complaint.waiting.rule"
    _description = "Rule for Complaints without Answer"
    _inherit = ["customer.complaint.rule.mixin", "customer.cached.mixin"]

    team_ids = fields.Many2many(
        "customer.complaint.team",
        "customer_complaint_waiting_rule_team_rel",
        string="Teams",
        help="Leave empty for all teams.",
    )
    warn_days = fields.Integer(
        string="Warn after", default=10, help="Working days without an answer of the customer."
    )
    close_days = fields.Integer(
        string="Close after", default=5, help="Further working days after the warning."
    )

    _warn_range = models.Constraint(
        "CHECK(warn_days BETWEEN 1 AND 250)", "The customer is warned after 1 to 250 working days."
    )
    _close_range = models.Constraint(
        "CHECK(close_days BETWEEN 1 AND 250)",
        "Complaints are closed 1 to 250 working days after the warning.",
    )

    @api.model
    @tools.ormcache()
    def _get_waiting_facts(self):
        """Return the active rules by sequence: (company id, team ids, days to warn, days to close)."""
        return tuple(
            (rule.company_id.id, frozenset(rule.team_ids.ids), rule.warn_days, rule.close_days)
            for rule in self.sudo().search(Domain.TRUE)
        )

    @api.model
    def _match(self, complaint):
        """Return (days to warn, days to close) for a complaint, None when no rule fits."""
        for company_id, team_ids, warn_days, close_days in self._get_waiting_facts():
            if company_id and company_id != complaint.company_id.id:
                continue
            if team_ids and complaint.team_id.id not in team_ids:
                continue
            return warn_days, close_days
        return None
