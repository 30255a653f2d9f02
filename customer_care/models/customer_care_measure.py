from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError

from .customer_care_plan import LIVE_STATES
from .customer_care_plan_template_line import KINDS, ROLES

# Only the methods of this model set these, from these values on.
GUARDED_FIELDS = {
    "state": "draft",
    "origin_id": False,
    "date_done": False,
    "done_by_id": False,
    "reminded_on": False,
    "escalated_on": False,
    "taken_from_id": False,
    "is_work_pending": False,
    "work_after_id": 0,
    "is_unplanned": False,
    "work_note": False,
}
COMPUTED_FIELDS = ("planned_cost", "partner_id", "commercial_partner_id", "team_id", "company_id", "is_live")
# The responsible may change these while the measure is open work.
WORK_FIELDS = {"progress", "actual_cost", "note", "attachment_ids"}
OPEN_PREFIXES = ("message_", "activity_", "my_activity_")


class CustomerCareMeasure(models.Model):
    """One thing that is done by one person for the customers of a plan: a visit, a call, a gift ...

    A draft belongs to a plan that is not approved; ``planned`` is open work (``customer_care_measure_work``).
    """

    _name = "customer.care.measure"
    _description = "Care Measure"
    _inherit = ["customer.guard.mixin", "customer.care.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date, priority desc, id"
    _check_company_auto = True
    _guarded_fields = GUARDED_FIELDS
    _computed_fields = COMPUTED_FIELDS

    plan_id = fields.Many2one("customer.care.plan", required=True, ondelete="cascade", index=True)
    plan_state = fields.Selection(related="plan_id.state", string="State of the Plan")
    scope = fields.Selection(related="plan_id.scope")
    partner_id = fields.Many2one(related="plan_id.partner_id", store=True, index="btree_not_null")
    commercial_partner_id = fields.Many2one(
        related="plan_id.commercial_partner_id",
        store=True,
        index="btree_not_null",
        string="Company of the Customer",
    )
    grade_id = fields.Many2one(related="partner_id.care_grade_id")
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    team_id = fields.Many2one(related="plan_id.team_id", store=True, index="btree_not_null")
    is_live = fields.Boolean(
        string="Of an Approved Plan",
        compute="_compute_is_live",
        store=True,
        help="Drafts and working versions are not.",
    )
    origin_id = fields.Many2one(
        "customer.care.measure",
        string="Changes the Measure",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    template_line_id = fields.Many2one(
        "customer.care.plan.template.line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    kind = fields.Selection(KINDS, required=True, default="call")
    name = fields.Char(required=True)
    description = fields.Text(help="What is to be done, and how.")
    priority = fields.Selection([("0", "Normal"), ("1", "Important")], default="0", required=True)
    responsible_role = fields.Selection(ROLES, string="Role")
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        check_company=True,
        index="btree_not_null",
        tracking=True,
    )
    taken_from_id = fields.Many2one(
        "res.users", string="Taken Over From", readonly=True, copy=False, context={"active_test": False}
    )
    date = fields.Date(tracking=True)
    cost = fields.Monetary(string="Cost for One Customer")
    planned_cost = fields.Monetary(
        compute="_compute_planned_cost", store=True, help="For all customers of the plan."
    )

    # Work
    state = fields.Selection(
        [("draft", "Draft"), ("planned", "To Do"), ("done", "Done"), ("cancelled", "Cancelled")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        tracking=True,
    )
    progress = fields.Integer(string="Progress (%)", copy=False, aggregator="avg")
    actual_cost = fields.Monetary(copy=False, tracking=True)
    note = fields.Text(string="Result", copy=False)
    attachment_ids = fields.Many2many(
        "ir.attachment", string="Evidence", copy=False, help="Invoice, photo, signed list ..."
    )
    date_done = fields.Date(string="Done On", readonly=True, copy=False)
    done_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    is_late = fields.Boolean(string="Late", compute="_compute_is_late", search="_search_is_late")
    is_on_time = fields.Selection(
        [("yes", "On Time"), ("no", "Too Late")],
        string="Punctuality",
        compute="_compute_is_on_time",
        store=True,
    )
    reminded_on = fields.Date(readonly=True, copy=False)
    escalated_on = fields.Date(readonly=True, copy=False)
    is_work_pending = fields.Boolean(readonly=True, copy=False)
    # The customer up to whom the pending work is made; those behind follow.
    work_after_id = fields.Integer(readonly=True, copy=False, aggregator=None)
    is_unplanned = fields.Boolean(string="In Between", readonly=True, copy=False)
    work_note = fields.Char(string="Notice", readonly=True, copy=False)

    _check_cost = models.Constraint(
        "CHECK(cost >= 0 AND cost <> 'NaN')", "The cost of a measure cannot be negative."
    )
    _check_actual_cost = models.Constraint(
        "CHECK(actual_cost >= 0 AND actual_cost <> 'NaN')", "The actual cost of a measure cannot be negative."
    )
    _check_progress = models.Constraint(
        "CHECK(progress BETWEEN 0 AND 100)", "The progress goes from 0 to 100 percent."
    )
    _date_idx = models.Index("(date, priority DESC, id)")
    _open_idx = models.Index("(user_id, date) WHERE state = 'planned'")

    @api.depends("plan_id.state", "plan_id.origin_id")
    def _compute_is_live(self):
        hidden = ("draft", "submitted", "manager", "director")
        for measure in self:
            plan = measure.plan_id
            measure.is_live = bool(plan) and plan.state not in hidden and not plan.origin_id

    @api.depends("cost", "plan_id.customer_count", "state")
    def _compute_planned_cost(self):
        for measure in self:
            count = 0 if measure.state == "cancelled" else measure.plan_id.customer_count
            measure.planned_cost = measure.cost * count

    @api.depends("date", "state")
    def _compute_is_late(self):
        today = fields.Date.context_today(self)
        for measure in self:
            measure.is_late = measure.state == "planned" and (measure.date or date.max) < today

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("state", "=", "planned"), ("date", "<", fields.Date.context_today(self))]

    @api.depends("date", "date_done")
    def _compute_is_on_time(self):
        for measure in self:
            measure.is_on_time = (
                False
                if not measure.date_done
                else "yes"
                if measure.date_done <= (measure.date or date.max)
                else "no"
            )

    @api.constrains("user_id")
    def _check_user(self):
        self.user_id._care_check_employees()

    # Guards

    @api.model_create_multi
    def create(self, vals_list):
        measures = super().create(vals_list)
        if not self.env.su:
            measures.plan_id._check_editable()
        return measures

    def write(self, vals):
        result = super().write(vals)
        if not self.env.su:
            if "plan_id" in vals:
                self.plan_id._check_editable()
            moved = self.filtered(lambda measure: measure.state == "planned")
            if "user_id" in vals and moved:
                moved.sudo()._sync_work()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_fixed(self):
        if not self.env.su:
            self.plan_id._check_editable()
            if any(measure.state == "done" for measure in self):
                raise UserError(self.env._("A measure that is done stays in the plan."))

    def _check_change(self, vals):
        """Open work may be reported on, and given to somebody else by a supervisor; all else only in a draft.

        :raises UserError: the plan is no draft, or the measure is done
        """
        names = {name for name in vals if not name.startswith(OPEN_PREFIXES)}
        is_supervisor = self.env.user.has_group("customer_care.group_care_supervisor")
        allowed = WORK_FIELDS | ({"user_id"} if is_supervisor else set())
        for measure in self:
            plan = measure.plan_id.sudo()
            if not names or (measure.state == "planned" and plan.state in LIVE_STATES and names <= allowed):
                continue
            measure.plan_id._check_editable()
            if measure.state == "done":
                raise UserError(
                    self.env._("%(measure)s is done and cannot be changed.", measure=measure.name)
                )
        return super()._check_change(vals)

    # Documents about customers

    def _care_get_company(self):
        return self.plan_id.company_id

    def _get_spec(self):
        """Return the measure as plain values, as a version keeps it."""
        self.ensure_one()
        return {
            "key": str(self.origin_id.id or self.id),
            "name": self.name,
            "kind": self.kind,
            "date": fields.Date.to_string(self.date) if self.date else "",
            "user": self.user_id.name or "",
            "cost": self.cost,
            "priority": self.priority if self.priority != "0" else "",
            "description": self.description or "",
        }

    def _get_partners(self):
        """Return for whom the measure (singleton) is, as superuser: the person of the plan, or its customers."""
        self.ensure_one()
        plan = self.plan_id.sudo()
        return plan.partner_id if plan.scope == "customer" else plan._get_customers()

    def _assign_by_role(self):
        """Give measures without a responsible to the person who has the role."""
        missing = self.filtered(lambda measure: not measure.user_id and measure.responsible_role)
        for (plan, role), measures in missing.grouped(
            lambda measure: (measure.plan_id, measure.responsible_role)
        ).items():
            measures.user_id = plan._get_role_user(role)

    def _sync_work(self):
        """Make or move the work of open measures; repeated, it changes nothing (as superuser).

        Override to add a kind of work, and call super.
        """

    def _take_back(self):
        """Take back open work that nobody has done (as superuser). Override as ``_sync_work``."""
