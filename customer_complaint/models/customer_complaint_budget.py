from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .customer_complaint_compensation import LARGEST_AMOUNT, OWN_BEARERS

BUDGET_MODES = [
    ("none", "Not watched"),
    ("warn", "Warn"),
    ("director", "A director decides on what exceeds it"),
]


class CustomerComplaintBudget(models.Model):
    """What a company may spend in one year on compensations: in all, of one team, for one kind.

    A compensation counts in the year in which its amount was set, in each budget that fits it, as far as the company
    or one of its departments bears it.
    """

    _name = "customer.complaint.budget"
    _description = "Compensation Budget"
    _inherit = ["customer.number.mixin"]
    _order = "year desc, company_id, team_id, kind, id"
    _check_company_auto = True

    year = fields.Integer(required=True, default=lambda self: self._default_year(), aggregator=None)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self._default_company_id()
    )
    team_id = fields.Many2one(
        "customer.complaint.team",
        ondelete="cascade",
        check_company=True,
        index="btree_not_null",
        help="Empty: of all teams.",
    )
    kind = fields.Selection(
        selection=lambda self: self._selection_kind(),
        string="Kind of Compensation",
        help="Empty: of all kinds.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(string="Budget", required=True)
    used_amount = fields.Monetary(compute="_compute_figures", string="Used", help="Executed compensations.")
    committed_amount = fields.Monetary(
        compute="_compute_figures",
        string="Committed",
        help="Approved compensations that are not executed yet.",
    )
    pending_amount = fields.Monetary(
        compute="_compute_figures", string="Requested", help="Compensations that wait for approval."
    )
    left_amount = fields.Monetary(
        compute="_compute_figures", string="Left", help="The budget without what is used and committed."
    )
    used_percent = fields.Float(compute="_compute_figures", string="Used and Committed (%)", aggregator=None)
    is_exceeded = fields.Boolean(compute="_compute_figures", string="Exceeded")
    approval_count = fields.Integer(
        string="Approvals",
        readonly=True,
        copy=False,
        default=0,
        help="How many approvals have used the budget.",
    )

    _year_range = models.Constraint("CHECK(year BETWEEN 2000 AND 2200)", "This is not a year.")
    _amount_range = models.Constraint(
        f"CHECK(amount >= 0 AND amount < {LARGEST_AMOUNT})", "The amount of a budget is out of range."
    )
    _scope_uniq = models.UniqueIndex(
        "(company_id, year, COALESCE(team_id, 0), COALESCE(kind, ''))",
        "There is a budget for this year, team and kind already.",
    )

    def _default_year(self):
        return fields.Date.context_today(self).year

    def _default_company_id(self):
        return self.env.company

    def _selection_kind(self):
        return self.env["customer.complaint.compensation"]._fields["kind"]._description_selection(self.env)

    @api.depends("year", "company_id", "team_id", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._selection_kind())
        for budget in self:
            parts = (str(budget.year), budget.team_id.name or budget.company_id.name, kinds.get(budget.kind))
            budget.display_name = " · ".join(filter(None, parts))

    @api.depends("year", "company_id", "team_id", "kind", "amount")
    def _compute_figures(self):
        figures = self._get_figures()
        for budget in self:
            used, committed, pending = figures.get(budget._origin.id, (0.0, 0.0, 0.0))
            budget.used_amount, budget.committed_amount, budget.pending_amount = used, committed, pending
            budget.left_amount = budget.amount - used - committed
            budget.used_percent = 100 * (used + committed) / budget.amount if budget.amount else 0.0
            budget.is_exceeded = budget.left_amount < 0

    def _get_figures(self):
        """Return {budget id: (used, committed, requested)} in one statement."""
        if not self._origin:
            return {}
        self.env["customer.complaint.compensation"].flush_model()
        self.env["customer.complaint"].flush_model(["team_id"])
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT budget.id,
                       COALESCE(SUM(offer.amount_company) FILTER (WHERE offer.state = 'executed'), 0),
                       COALESCE(SUM(offer.amount_company) FILTER (
                           WHERE offer.state = 'proposed' AND offer.approval_state = 'approved'), 0),
                       COALESCE(SUM(offer.amount_company) FILTER (
                           WHERE offer.state = 'proposed' AND offer.approval_state = 'pending'), 0)
                  FROM customer_complaint_budget budget
                  JOIN customer_complaint_compensation offer ON %(fits)s
                  JOIN customer_complaint complaint ON complaint.id = offer.complaint_id
                 WHERE budget.id IN %(ids)s
                   AND (budget.team_id IS NULL OR budget.team_id = complaint.team_id)
                 GROUP BY budget.id
                """,
                fits=self._get_fit(),
                ids=tuple(self._origin.ids),
            )
        )
        return {row[0]: tuple(float(amount) for amount in row[1:]) for row in rows}

    @api.model
    def _get_fit(self):
        """Return the condition that an ``offer`` counts in a ``budget``, apart from the team of its complaint."""
        return SQL(
            """budget.company_id = offer.company_id
               AND offer.amount_date >= make_date(budget.year, 1, 1)
               AND offer.amount_date < make_date(budget.year + 1, 1, 1)
               AND (budget.kind IS NULL OR budget.kind = offer.kind)
               AND offer.bearer IN %s""",
            OWN_BEARERS,
        )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_count(name for vals in vals_list for name in vals)
        return super().create([{"approval_count": 0, **vals} for vals in vals_list])

    def write(self, vals):
        self._check_count(vals)
        return super().write(vals)

    def _check_count(self, names):
        """:raises AccessError: when a user names what the program counts"""
        if not self.env.su and "approval_count" in set(names):
            raise AccessError(self.env._("The approvals are counted by the program."))

    def action_view_compensations(self):
        """Open the compensations that count in the budget."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_compensation_action"
        )
        domain = [
            ("company_id", "=", self.company_id.id),
            ("bearer", "in", OWN_BEARERS),
            ("amount_date", ">=", f"{self.year}-01-01"),
            ("amount_date", "<=", f"{self.year}-12-31"),
            ("state", "!=", "cancelled"),
        ]
        if self.team_id:
            domain.append(("complaint_id.team_id", "=", self.team_id.id))
        if self.kind:
            domain.append(("kind", "=", self.kind))
        return {**action, "domain": domain, "context": {"create": False}}
