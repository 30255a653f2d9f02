from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

# {way to divide customers: (field of the value, field of the customer)}
SEGMENTS = {
    "grade": ("grade_id", "care_grade_id"),
    "stage": ("stage_id", "care_lifecycle_stage_id"),
    "industry": ("industry_id", "industry_id"),
    "state": ("state_id", "state_id"),
}
# What may not change while the figures of past periods stand under it.
FIXED_FIELDS = ("company_id", "period")


class CustomerSatisfactionIndex(models.Model):
    """One figure for how customers see a company: indicators with weights, for each period, segment and team.

    Figures are computed by the program (``customer.satisfaction.value``), anew each night until the period is final.
    While an index is in force its indicators stay as they are, so that its weights always sum to 100.
    """

    _name = "customer.satisfaction.index"
    _description = "Satisfaction Index"
    _inherit = ["mail.thread", "customer.guard.mixin", "customer.xlsx.mixin"]
    _order = "sequence, id"
    _guarded_fields = {"state": "draft"}

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True, tracking=True
    )
    description = fields.Text(translate=True)
    state = fields.Selection(
        [("draft", "Draft"), ("active", "In Force")],
        required=True,
        default="draft",
        readonly=True,
        tracking=True,
    )
    period = fields.Selection(
        [("month", "Month"), ("quarter", "Quarter"), ("year", "Year")],
        required=True,
        default="month",
        tracking=True,
        help="Periods are those of the calendar, in the time zone of the company.",
    )
    date_start = fields.Date(
        string="First Period",
        required=True,
        default=lambda self: self._default_date_start(),
        help="The index is computed from the period of this day on.",
    )
    final_days = fields.Integer(
        string="Final After (days)",
        default=14,
        help="So many days after its end a period is computed for the last time; later answers do not change it.",
    )
    segment_by = fields.Selection(
        [
            ("grade", "Grade"),
            ("stage", "Life-Cycle Stage"),
            ("industry", "Industry"),
            ("state", "Province or State"),
        ],
        string="Segments",
        default="grade",
        tracking=True,
        help="The index is also computed for each of these. Customers count where they are on the day of computing.",
    )
    is_by_team = fields.Boolean(
        string="Teams", default=True, tracking=True, help="The index is also computed for each care team."
    )
    target = fields.Float(
        default=75.0, digits=(6, 2), tracking=True, help="0 to 100, where no other target applies. 0: none."
    )

    min_known_percent = fields.Float(
        string="At Least Known (%)",
        default=50.0,
        digits=(6, 2),
        help="Where indicators with enough cases have less than this share of the weights, there is no index.",
    )

    indicator_ids = fields.One2many(
        "customer.satisfaction.indicator", "index_id", string="Indicators", copy=True
    )
    target_ids = fields.One2many("customer.satisfaction.target", "index_id", string="Targets", copy=True)
    value_ids = fields.One2many("customer.satisfaction.value", "index_id", string="Figures", readonly=True)
    weight_total = fields.Float(
        string="Sum of Weights", compute="_compute_weight_total", digits=(6, 2), help="100 puts it in force."
    )
    last_value_id = fields.Many2one(
        "customer.satisfaction.value", string="Last Figure", compute="_compute_last_value_id"
    )
    last_value = fields.Float(string="Index", compute="_compute_last_value_id", digits=(6, 2))
    last_change = fields.Float(string="Change", compute="_compute_last_value_id", digits=(6, 2))
    value_count = fields.Integer(string="Number of Figures", compute="_compute_last_value_id")

    _check_final_days = models.Constraint(
        "CHECK(final_days BETWEEN 0 AND 365)", "A period is final 0 to 365 days after its end."
    )
    _check_min_known = models.Constraint(
        "CHECK(min_known_percent BETWEEN 0 AND 100)",
        "The share that must be known goes from 0 to 100 percent.",
    )
    _check_target = models.Constraint(
        "CHECK(target >= 0 AND target <= 100)", "The target of an index goes from 0 to 100."
    )

    @api.model
    def _default_date_start(self):
        return fields.Date.subtract(fields.Date.context_today(self), years=1)

    @api.depends("indicator_ids.weight")
    def _compute_weight_total(self):
        for index in self:
            index.weight_total = sum(index.indicator_ids.mapped("weight"))

    def _compute_last_value_id(self):
        counts = dict(
            self.env["customer.satisfaction.value"]._read_group(
                [("index_id", "in", self.ids)], ["index_id"], ["__count"]
            )
        )
        lasts = dict(
            self.env["customer.satisfaction.value"]._read_group(
                [("index_id", "in", self.ids), ("level", "=", "total")], ["index_id"], ["date_from:max"]
            )
        )
        totals = self.env["customer.satisfaction.value"].search(
            Domain("level", "=", "total")
            & Domain.OR(
                Domain("index_id", "=", index.id) & Domain("date_from", "=", date)
                for index, date in lasts.items()
            )
        )
        by_index = {value.index_id: value for value in totals}
        for index in self:
            last = index.last_value_id = by_index.get(index)
            index.last_value = last.value if last else 0.0
            index.last_change = last.change if last else 0.0
            index.value_count = counts.get(index, 0)

    @api.constrains("state", "indicator_ids")
    def _check_in_force(self):
        for index in self.filtered(lambda index: index.state == "active"):
            problems = index._get_problems()
            if problems:
                raise ValidationError("\n".join(problems))

    def _get_problems(self):
        """Return what keeps the index (singleton) from being put in force, as a list of sentences."""
        problems = []
        if not self.indicator_ids:
            problems.append(self.env._("Index %(index)s has no indicator.", index=self.name))
        elif round(self.weight_total, 2) != 100:
            problems.append(
                self.env._(
                    "The weights of index %(index)s sum to %(total)s, not to 100.",
                    index=self.name,
                    total=f"{self.weight_total:g}",
                )
            )
        return problems

    def _check_change(self, vals):
        if self.value_ids and not set(FIXED_FIELDS).isdisjoint(vals):
            raise UserError(
                self.env._("Company and period stay while there are figures: duplicate the index instead.")
            )

    def copy_data(self, default=None):
        names = {index.id: index.name for index in self}
        return [
            {**vals, "name": self.env._("%s (copy)", names[index.id])}
            for index, vals in zip(self, super().copy_data(default=default), strict=True)
        ]

    # Actions

    def action_activate(self):
        """Put the indexes in force and compute them from their first period on.

        :raises ValidationError: without indicators, or when the weights do not sum to 100
        """
        self.check_access("write")
        for index in self.filtered(lambda index: index.state == "draft"):
            index.sudo().state = "active"
            index.sudo().message_post(body=index._get_weights_text(), subtype_xmlid="mail.mt_note")
        self._call_worker()

    def action_draft(self):
        """Let the indicators be changed; figures of the periods that are not final follow once in force again."""
        self.check_access("write")
        self.filtered(lambda index: index.state == "active").sudo().state = "draft"

    def action_compute(self):
        """Compute what is not final now; very many periods are left to the job.

        :raises UserError: an index is not in force
        """
        self.check_access("read")
        if not self.env.user.has_group("customer_care.group_care_manager") and not self.env.user.has_group(
            "customer_care.group_care_admin"
        ):
            raise UserError(self.env._("Managers and administrators compute an index."))
        drafts = self.filtered(lambda index: index.state != "active")
        if drafts:
            raise UserError(
                self.env._("Put it in force first: %(indexes)s", indexes=", ".join(drafts.mapped("name")))
            )
        self.sudo()._compute_last_periods()
        self._call_worker()

    def action_view_values(self):
        """Show the figures of the indexes."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_survey.customer_satisfaction_value_action"
        )
        action["domain"] = [("index_id", "in", self.ids)]
        action["context"] = {"search_default_total": 1}
        return action

    def _call_worker(self):
        self.env.ref("customer_survey.ir_cron_satisfaction_index").sudo()._trigger()
