from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

STATES = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("manager", "At the Manager"),
    ("director", "At the Director"),
    ("approved", "Approved"),
    ("running", "Running"),
    ("evaluated", "Evaluated"),
    ("closed", "Closed"),
    ("cancelled", "Cancelled"),
]
PENDING_STATES = ("submitted", "manager", "director")
LIVE_STATES = ("approved", "running")
# What Python and the ORM raise at a text that is no domain.
FILTER_ERRORS = (
    ValueError, TypeError, KeyError, AttributeError, SyntaxError, MemoryError, RecursionError
)  # fmt: skip


class CustomerCarePlan(models.Model):
    """What is done for a customer, or for the customers of a segment, in a period: goals, measures, cost.

    The plan is approved by ``customer.approval.mixin`` (``customer_care_plan_approval``), then its measures
    become work (``customer_care_plan_work``). A change after the approval is a **working version**: a plan of
    its own, with ``origin_id``, which goes through the approval while the approved plan keeps running; once
    approved, its content passes to the plan, which keeps its number and its people's work
    (``customer_care_plan_change``). Figures and lists leave working versions out.
    """

    _name = "customer.care.plan"
    _description = "Care Plan"
    _inherit = [
        "customer.guard.mixin",
        "customer.care.mixin",
        "customer.approval.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_begin desc, id desc"
    _rec_names_search = ["name", "number", "partner_id"]
    _check_company_auto = True
    _approval_amount_field = "budget"
    _approval_protected_fields = ("partner_id", "scope", "domain", "date_begin", "date_end")

    name = fields.Char(required=True, tracking=True)
    number = fields.Char(readonly=True, copy=False, index=True)
    active = fields.Boolean(default=True)
    state = fields.Selection(
        STATES, required=True, readonly=True, copy=False, default="draft", index=True, tracking=True
    )
    version = fields.Integer(
        readonly=True,
        copy=False,
        default=1,
        aggregator=None,
        help="Counts the submissions: each freezes what was submitted.",
    )
    priority = fields.Selection([("0", "Normal"), ("1", "Important")], default="0")

    # For whom
    scope = fields.Selection(
        [("customer", "One customer"), ("segment", "A segment")], required=True, default="customer"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        ondelete="cascade",
        index=True,
        check_company=True,
        tracking=True,
        domain="[('partner_share', '=', True)]",
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        related="partner_id.commercial_partner_id",
        string="Company of the Customer",
        store=True,
        precompute=True,
        index=True,
    )
    grade_id = fields.Many2one(related="partner_id.care_grade_id")
    grade_ids = fields.Many2many("customer.grade", string="Grades of the Segment")
    lifecycle_stage_ids = fields.Many2many("customer.lifecycle.stage", string="Life-Cycle Stages")
    domain = fields.Char(
        string="Further Filter", default="[]", help="Customers who match belong to the segment."
    )
    partner_model = fields.Char(string="Model of Customers", compute="_compute_partner_model")
    member_ids = fields.One2many("customer.care.plan.member", "plan_id", string="Customers", readonly=True)
    customer_count = fields.Integer(
        string="Number of Customers",
        compute="_compute_customer_count",
        store=True,
        help="Of a segment: those who match today; frozen when the plan is submitted.",
    )

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self._default_company_id(), index=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        compute="_compute_user_id",
        store=True,
        precompute=True,
        readonly=False,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        check_company=True,
        index="btree_not_null",
        tracking=True,
    )
    team_id = fields.Many2one(
        "customer.care.team",
        string="Care Team",
        compute="_compute_team_id",
        store=True,
        precompute=True,
        readonly=False,
        check_company=True,
        index="btree_not_null",
    )
    template_id = fields.Many2one("customer.care.plan.template", check_company=True, index="btree_not_null")
    date_begin = fields.Date(string="Begin", required=True, default=fields.Date.context_today, tracking=True)
    date_end = fields.Date(
        string="End", required=True, default=lambda self: self._default_date_end(), tracking=True
    )
    description = fields.Text(string="What It Is For")

    goal_ids = fields.One2many("customer.care.plan.goal", "plan_id", string="Goals")
    measure_ids = fields.One2many("customer.care.measure", "plan_id", string="Measures")
    measure_count = fields.Integer(string="Number of Measures", compute="_compute_figures", store=True)
    done_count = fields.Integer(string="Measures Done", compute="_compute_figures", store=True)

    # Money
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self._default_currency_id()
    )
    budget = fields.Monetary(
        compute="_compute_budget",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
        help="What the plan may cost. Grows with its measures; put in more as a reserve.",
    )
    planned_cost = fields.Monetary(
        compute="_compute_figures", store=True, help="Sum of the measures, for all customers of the plan."
    )
    actual_cost = fields.Monetary(compute="_compute_figures", store=True)
    expected_revenue = fields.Monetary(help="What the customer is expected to buy in the period.")
    progress_by = fields.Selection(
        [("equal", "Each measure counts the same"), ("cost", "Measures count by their cost")],
        string="Progress Counted",
        required=True,
        default="equal",
    )
    progress = fields.Integer(
        string="Progress (%)",
        compute="_compute_figures",
        store=True,
        aggregator="avg",
        help="Mean of the progress of the measures; cancelled ones do not count.",
    )

    # Approval and versions
    is_leader_asked = fields.Boolean(
        string="Leader Is Asked",
        readonly=True,
        copy=False,
        help="The plan was submitted by somebody else than the leader of its team, who has one.",
    )
    remark = fields.Text(string="Sent Back With", readonly=True, copy=False)
    remark_user_id = fields.Many2one("res.users", string="Sent Back By", readonly=True, copy=False)
    version_ids = fields.One2many("customer.care.plan.version", "plan_id", string="Versions", readonly=True)
    origin_id = fields.Many2one(
        "customer.care.plan",
        string="Changes the Plan",
        readonly=True,
        copy=False,
        ondelete="cascade",
        index="btree_not_null",
    )
    change_ids = fields.One2many("customer.care.plan", "origin_id", string="Working Versions", readonly=True)
    open_change_id = fields.Many2one(
        "customer.care.plan", string="Working Version", compute="_compute_open_change_id"
    )
    change_text = fields.Char(string="Change", compute="_compute_display_name")
    cancel_reason = fields.Char(readonly=True, copy=False)

    _number_uniq = models.UniqueIndex(
        "(number) WHERE number IS NOT NULL AND origin_id IS NULL", "There is already a plan with this number."
    )
    _check_dates = models.Constraint("CHECK(date_end >= date_begin)", "A plan ends after its begin.")
    _check_budget = models.Constraint(
        "CHECK(budget >= 0 AND budget <> 'NaN')", "The budget of a plan cannot be negative."
    )
    _check_expected_revenue = models.Constraint(
        "CHECK(expected_revenue >= 0 AND expected_revenue <> 'NaN')",
        "The expected revenue cannot be negative.",
    )
    _check_partner = models.Constraint(
        "CHECK(scope = 'segment' OR partner_id IS NOT NULL)", "A plan for one customer names the customer."
    )
    _list_idx = models.Index("(date_begin DESC, id DESC)")
    _change_uniq = models.UniqueIndex(
        "(origin_id) WHERE origin_id IS NOT NULL AND active",
        "There is already a working version of this plan.",
    )

    # Defaults, computed fields

    def _default_company_id(self):
        return self.env.company

    def _default_currency_id(self):
        return self.env.company.currency_id

    def _default_date_end(self):
        return fields.Date.add(fields.Date.context_today(self), years=1, days=-1)

    @api.depends("number", "name", "version", "origin_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for plan in self:
            name = " ".join(filter(None, [plan.number, plan.name]))
            plan.change_text = False
            plan.display_name = name
            if plan.origin_id:
                plan.change_text = self.env._(
                    "Change of %(number)s, version %(version)s",
                    number=plan.number or "-",
                    version=plan.version,
                )
                plan.display_name = f"{plan.change_text} {plan.name or ''}".strip()

    def _compute_partner_model(self):
        self.partner_model = "res.partner"

    @api.depends("partner_id")
    def _compute_user_id(self):
        for plan in self:
            if not plan.user_id:
                user = plan.partner_id._care_get_responsible() if plan.partner_id else plan.user_id
                plan.user_id = user if plan.company_id in user.company_ids else self.env.user

    @api.depends("partner_id", "user_id", "company_id")
    def _compute_team_id(self):
        """The team of the customer, else of the responsible; a chosen one stays."""
        opened = self.filtered(lambda plan: not plan.team_id)
        teams = self.env["customer.care.team"].sudo().search([("member_ids", "in", opened.user_id.ids)])
        for plan in opened:
            partner = plan.partner_id.sudo()
            team = partner.care_team_id or partner.commercial_partner_id.care_team_id
            if not team or team.company_id not in (plan.company_id, self.env["res.company"]):
                team = teams._get_first_of(plan.user_id, plan.company_id)
            plan.team_id = team

    @api.depends("scope", "grade_ids", "lifecycle_stage_ids", "domain", "company_id", "member_ids")
    def _compute_customer_count(self):
        for plan in self:
            if plan.scope == "customer":
                plan.customer_count = 1
            elif plan.state == "draft":
                plan.customer_count = plan._get_segment_model().search_count(plan._get_segment_domain())
            else:
                plan.customer_count = len(plan.member_ids)

    @api.depends(
        "measure_ids.planned_cost", "measure_ids.actual_cost", "measure_ids.progress", "measure_ids.state",
        "progress_by",
    )  # fmt: skip
    def _compute_figures(self):
        for plan in self:
            measures = plan.measure_ids.filtered(lambda measure: measure.state != "cancelled")
            plan.planned_cost = sum(measures.mapped("planned_cost"))
            plan.actual_cost = sum(plan.measure_ids.mapped("actual_cost"))
            plan.measure_count = len(measures)
            plan.done_count = len(measures.filtered(lambda measure: measure.state == "done"))
            plan.progress = plan._get_progress(measures)

    def _get_progress(self, measures):
        """Return the mean progress in percent; by cost, measures without cost count only where none has one."""
        self.ensure_one()
        by_cost = self.progress_by == "cost" and any(measures.mapped("planned_cost"))
        weights = [measure.planned_cost if by_cost else 1 for measure in measures]
        total = sum(weights)
        done = sum(weight * measure.progress for weight, measure in zip(weights, measures, strict=True))
        return int(done / total) if total else 0

    @api.depends("planned_cost")
    def _compute_budget(self):
        for plan in self:
            plan.budget = max(plan.budget or 0, plan.planned_cost)

    @api.depends("change_ids.active")
    def _compute_open_change_id(self):
        for plan in self:
            plan.open_change_id = plan.change_ids[:1]

    # Checks

    @api.constrains("domain", "scope")
    def _check_domain(self):
        for plan in self.filtered(lambda plan: plan.scope == "segment"):
            try:
                plan._get_segment_model().search(plan._get_segment_domain(), limit=1)
            except FILTER_ERRORS as error:
                raise ValidationError(
                    self.env._("The filter of the segment cannot be used: %(error)s", error=str(error))
                ) from error

    @api.constrains("user_id")
    def _check_user(self):
        self.user_id._care_check_employees()

    @api.model
    def _get_segment_model(self):
        """Return the customers by the rights of the user: the size of a segment must not tell what he may not read."""
        return self.env["res.partner"].sudo(False)

    def _get_segment_domain(self):
        """Return the domain of the customers (commercial partners) of the segment.

        :raises ValueError: when the filter is no list of fixed conditions
        """
        self.ensure_one()
        domain = Domain(
            [
                ("partner_share", "=", True),
                ("ref_company_ids", "=", False),
                ("company_id", "in", [False, self.company_id.id]),
                "|",
                ("is_company", "=", True),
                ("parent_id", "=", False),
            ]
        )
        if self.grade_ids:
            domain &= Domain("care_grade_id", "in", self.grade_ids.ids)
        if self.lifecycle_stage_ids:
            domain &= Domain("care_lifecycle_stage_id", "in", self.lifecycle_stage_ids.ids)
        return domain & Domain(literal_eval((self.domain or "").strip() or "[]"))

    # Copies

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for plan, vals in zip(self, vals_list, strict=True):
            if not (default or {}).get("name"):
                vals["name"] = self.env._("%(name)s (copy)", name=plan.name)
        return vals_list

    def copy(self, default=None):
        """Copy with goals and open measures; results, versions and approvals stay with the plan."""
        plans = super().copy(default)
        for plan, new in zip(self, plans, strict=True):
            new._take_content(plan)
        return plans

    # Documents about customers

    def _care_log(self, kind, summary=None):
        """Append one row for each customer of the plans; without a submission a segment has none yet."""
        rows = []
        for plan in self:
            vals = plan._prepare_care_event_vals(kind, summary)
            partners = plan.partner_id if plan.scope == "customer" else plan.sudo().member_ids.partner_id
            rows += [{**vals, "partner_id": partner.id} for partner in partners]
        return self.env["customer.care.event"]._log(rows)
