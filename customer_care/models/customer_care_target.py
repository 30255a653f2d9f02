from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.care_figures import FIGURES


class CustomerCareTarget(models.Model):
    """What a figure of the care report should be: at least, or at most, so many percent."""

    _name = "customer.care.target"
    _description = "Care Target"
    _order = "figure, company_id, team_id, id"
    _rec_name = "figure"

    figure = fields.Selection(
        [
            ("contacts", "Planned contacts made"),
            ("coverage", "Customers contacted in time"),
            ("reach", "Calls that reached somebody"),
            ("overdue", "Planned contacts overdue"),
            ("cost", "Cost of the budget"),
            ("satisfaction", "Customers' satisfaction"),
            ("loyalty", "Loyalty of buyers"),
            ("retention", "Retention of customers"),
            ("churn", "Churn of customers"),
            ("better", "Customers in a better grade"),
            ("worse", "Customers in a worse grade"),
        ],
        required=True,
    )
    direction = fields.Selection(
        [("least", "At least"), ("most", "At most")], compute="_compute_direction", string="Meaning"
    )
    percent = fields.Float(string="Target (%)", required=True, digits=(16, 1), aggregator=None)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    team_id = fields.Many2one(
        "customer.care.team",
        string="Care Team",
        ondelete="cascade",
        index="btree_not_null",
        help="Empty: for all teams. The most special target counts.",
    )

    _check_percent = models.Constraint(
        "CHECK(percent BETWEEN 0 AND 1000)", "A target lies between 0 and 1000 percent."
    )
    _unique_figure = models.UniqueIndex(
        "(figure, COALESCE(company_id, 0), COALESCE(team_id, 0))", "This figure already has a target."
    )

    @api.depends("figure")
    def _compute_direction(self):
        for target in self:
            figure = FIGURES.get(target.figure)
            target.direction = figure and ("most" if figure.is_lower_better else "least")

    @api.depends("figure")
    def _compute_display_name(self):
        names = dict(self._fields["figure"]._description_selection(self.env))
        for target in self:
            target.display_name = names.get(target.figure)

    @api.constrains("percent")
    def _check_number(self):
        # The database takes NaN for the greatest of numbers, Python for none.
        if any(target.percent != target.percent for target in self):
            raise ValidationError(self.env._("A target lies between 0 and 1000 percent."))

    @api.model
    def _get_targets(self, company=None, team=None):
        """Return ``{figure: percent}`` of what counts for a company and a team, each the most special one."""
        none = self.env["customer.care.team"]
        return self._get_team_targets(company, team or none)[team or none]

    @api.model
    def _get_team_targets(self, company, teams):
        """Return ``{team: {figure: percent}}`` of what counts for a company, also for the empty team."""
        domain = [
            ("company_id", "in", [False, *(company.ids if company else ())]),
            ("team_id", "in", [False, *teams.ids]),
        ]
        # The general ones first, so that the special ones win.
        targets = self.search(domain).sorted(lambda one: (bool(one.team_id), bool(one.company_id)))
        none = teams.browse()
        return {
            team: {one.figure: one.percent for one in targets if one.team_id in (none, team)}
            for team in (none, *teams)
        }
