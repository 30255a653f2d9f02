from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

# Measured when the plan is approved and when it is evaluated.
MEASURED_FIELDS = {
    "value_before": 0.0,
    "value_after": 0.0,
    "is_known_before": False,
    "is_known_after": False,
    "grade_before_id": False,
    "grade_after_id": False,
    "is_measured": False,
}
COMPUTED_FIELDS = ("is_reached",)
# {kind: code of the metric}
KIND_METRICS = {"purchases": "amount_12m", "satisfaction": "satisfaction_12m"}


class CustomerCarePlanGoal(models.Model):
    """What a plan is to reach: a grade, or a value of a figure; fixed by the approval of the plan.

    For a segment a figure is the average of the customers of whom it is known, and a grade is the percentage
    of customers who have it or a better one.
    """

    _name = "customer.care.plan.goal"
    _description = "Goal of a Care Plan"
    _inherit = ["customer.guard.mixin"]
    _order = "plan_id, sequence, id"
    _rec_names_search = ["metric_id", "target_grade_id"]
    _guarded_fields = {**MEASURED_FIELDS, "origin_id": False}
    _computed_fields = COMPUTED_FIELDS

    plan_id = fields.Many2one("customer.care.plan", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    scope = fields.Selection(related="plan_id.scope")
    origin_id = fields.Many2one("customer.care.plan.goal", readonly=True, copy=False, index="btree_not_null")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("grade", "Grade"),
            ("purchases", "Purchases"),
            ("satisfaction", "Satisfaction"),
            ("metric", "Another figure"),
        ],
        required=True,
        default="purchases",
    )
    metric_id = fields.Many2one(
        "customer.metric",
        string="Figure",
        compute="_compute_metric_id",
        store=True,
        precompute=True,
        readonly=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    target_grade_id = fields.Many2one("customer.grade", string="Grade to Reach", index="btree_not_null")
    target = fields.Float(
        string="Value to Reach",
        digits=(16, 2),
        help="For a grade of a segment: percent of the customers who are to have it, or a better one.",
    )
    value_before = fields.Float(string="Before", readonly=True, copy=False, digits=(16, 2), aggregator=None)
    value_after = fields.Float(string="After", readonly=True, copy=False, digits=(16, 2), aggregator=None)
    is_known_before = fields.Boolean(readonly=True, copy=False)
    is_known_after = fields.Boolean(readonly=True, copy=False)
    grade_before_id = fields.Many2one("customer.grade", readonly=True, copy=False)
    grade_after_id = fields.Many2one("customer.grade", readonly=True, copy=False)
    is_measured = fields.Boolean(string="Evaluated", readonly=True, copy=False)
    is_reached = fields.Boolean(string="Reached", compute="_compute_is_reached", store=True)

    name = fields.Char(string="Goal", compute="_compute_texts")
    target_text = fields.Char(string="To Reach", compute="_compute_texts")
    before_text = fields.Char(string="Value Before", compute="_compute_texts")
    after_text = fields.Char(string="Value After", compute="_compute_texts")

    @api.depends("kind")
    def _compute_metric_id(self):
        codes = dict.fromkeys(KIND_METRICS.values())
        metrics = self.env["customer.metric"].sudo().search([("code", "in", list(codes))])
        by_code = {metric.code: metric for metric in metrics}
        for goal in self:
            if goal.kind in KIND_METRICS:
                goal.metric_id = by_code.get(KIND_METRICS[goal.kind], goal.metric_id.browse())
            elif goal.kind == "grade":
                goal.metric_id = False

    @api.depends(
        "is_measured", "value_after", "is_known_after", "grade_after_id", "target", "target_grade_id"
    )
    def _compute_is_reached(self):
        for goal in self:
            goal.is_reached = goal.is_measured and goal._is_target_reached()

    @api.depends(
        "kind", "metric_id", "target", "target_grade_id", "value_before", "value_after", "grade_before_id",
        "grade_after_id", "is_measured", "is_known_before", "is_known_after",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_texts(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for goal in self:
            metric = goal.metric_id.sudo()
            goal.name = metric.name if metric else kinds.get(goal.kind, "")
            grade = goal.target_grade_id
            if goal.kind == "grade" and goal.scope != "segment":
                goal.target_text = grade.display_name
                goal.before_text = goal.grade_before_id.display_name if goal.is_known_before else ""
                goal.after_text = goal.grade_after_id.display_name if goal.is_known_after else ""
                continue
            target = goal._format(goal.target)
            goal.target_text = f"{grade.display_name}: {target}" if grade else target
            goal.before_text = goal._format(goal.value_before) if goal.is_known_before else ""
            goal.after_text = goal._format(goal.value_after) if goal.is_known_after else ""

    @api.constrains("kind", "metric_id", "target_grade_id", "target")
    def _check_target(self):
        for goal in self:
            if goal.kind == "grade" and not goal.target_grade_id:
                raise ValidationError(self.env._("Choose the grade that is to be reached."))
            if goal.kind != "grade" and not goal.metric_id:
                raise ValidationError(self.env._("Choose the figure of the goal."))
            if goal.target != goal.target:
                raise ValidationError(self.env._("The value to reach is not a number."))

    @api.model_create_multi
    def create(self, vals_list):
        goals = super().create(vals_list)
        if not self.env.su:
            goals.plan_id._check_editable()
        return goals

    def write(self, vals):
        result = super().write(vals)
        if not self.env.su and "plan_id" in vals:
            self.plan_id._check_editable()
        return result

    def _check_change(self, vals):
        self.plan_id._check_editable()
        return super()._check_change(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_fixed(self):
        if not self.env.su:
            self.plan_id._check_editable()

    def _get_spec(self):
        """Return the goal as plain values, as a version keeps it."""
        self.ensure_one()
        return {
            "key": str(self.origin_id.id or self.id),
            "name": self.name,
            "kind": self.kind,
            "target": self.target_text or "",
        }

    def _format(self, value):
        """Return a value of the goal (singleton) with its unit."""
        self.ensure_one()
        unit = self.metric_id.sudo().unit
        if unit == "money":
            return (self.currency_id or self.env.company.currency_id).format(value)
        if self.kind == "grade" or unit == "percent":
            return f"{value:g} %"
        return f"{value:g}"

    def _is_target_reached(self):
        self.ensure_one()
        if self.kind == "grade" and self.plan_id.scope == "customer":
            best = self._get_grades_from(self.target_grade_id)
            return bool(self.grade_after_id) and self.grade_after_id in best
        if not self.is_known_after:
            return False
        if self.metric_id.sudo().is_lower_better:
            return self.value_after <= self.target
        return self.value_after >= self.target

    def _get_grades_from(self, grade):
        """Return ``grade`` and those that are better."""
        grades = grade.sudo().with_context(active_test=False).search(Domain.TRUE, order=grade._order)
        return grades[: grades.ids.index(grade.id) + 1] if grade in grades else grade

    # Measuring

    def _measure(self, moment):
        """Freeze the values of the goals as of today.

        :param moment: ``before`` or ``after``
        """
        for plan, goals in self.grouped("plan_id").items():
            partners = plan._get_customers()
            metrics = goals.metric_id.sudo()
            values = metrics._get_values(partners, company=plan.company_id) if metrics else {}
            for goal in goals:
                goal.sudo().write(goal._prepare_value_vals(partners, values, moment))

    def _prepare_value_vals(self, partners, values, moment):
        self.ensure_one()
        grade = partners.browse().care_grade_id
        if self.kind == "grade":
            if self.plan_id.scope == "customer":
                grade = partners.sudo().care_grade_id[:1]
            best = self._get_grades_from(self.target_grade_id)
            count = len(partners.sudo().filtered(lambda partner: partner.care_grade_id in best))
            value = round(100 * count / len(partners), 2) if partners else None
        else:
            metric = self.metric_id.sudo()
            known = [
                row[metric.id]
                for row in (values.get(partner.id, {}) for partner in partners)
                if row.get(metric.id) is not None
            ]
            value = sum(known) / len(known) if known else None
            if value is not None and metric.unit == "money":
                company = self.plan_id.company_id
                value = company.currency_id._convert(
                    value, self.currency_id, company, fields.Date.context_today(self)
                )
        vals = {
            f"value_{moment}": value or 0.0,
            f"is_known_{moment}": value is not None,
            f"grade_{moment}_id": grade.id,
        }
        return {**vals, "is_measured": True} if moment == "after" else vals
