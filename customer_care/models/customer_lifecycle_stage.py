from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.lifecycle import covers, get_ranges

# Customers that are graded and staged: contacts show the values of the one they belong to.
MAIN_DOMAIN = ["|", ("is_company", "=", True), ("parent_id", "=", False)]


class CustomerLifecycleStage(models.Model):
    """Where a customer stands in the life with us; the rules of the first stage that match decide."""

    _name = "customer.lifecycle.stage"
    _description = "Life-Cycle Stage"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False, help="Short name for imports and reports.")
    sequence = fields.Integer(default=100, help="Rules are tried in this order: the first that match decide.")
    color = fields.Integer()
    active = fields.Boolean(default=True)
    fold = fields.Boolean(string="Folded", help="The column is folded in the kanban view.")
    kind = fields.Selection(
        [("prospect", "Not yet a customer"), ("customer", "Customer"), ("lost", "Lost customer")],
        required=True,
        default="customer",
        help="What the stage means to the program: retention and churn count customers and lost customers.",
    )
    from_stage_ids = fields.Many2many(
        "customer.lifecycle.stage",
        "customer_lifecycle_stage_from_rel",
        "stage_id",
        "from_stage_id",
        string="Only from",
        # An archived stage must not turn "only from it" into "from any".
        context={"active_test": False},
        help="Only customers in these stages may come here. List the stage itself to let them stay. "
        "Empty: from any stage.",
    )
    partner_domain = fields.Char(
        string="Only Customers", default="[]", help="Only customers that match this filter. Empty: all."
    )
    condition_ids = fields.One2many(
        "customer.lifecycle.condition", "stage_id", string="Conditions", copy=True
    )
    description = fields.Text(translate=True)
    partner_count = fields.Integer(string="Customers", compute="_compute_partner_count")
    problem = fields.Text(compute="_compute_problem")

    _code_uniq = models.Constraint("UNIQUE(code)", "There is already a life-cycle stage with this code.")

    def _compute_partner_count(self):
        groups = self.env["res.partner"]._read_group(
            [("care_lifecycle_stage_id", "in", self.ids), *MAIN_DOMAIN],
            ["care_lifecycle_stage_id"],
            ["__count"],
        )
        counts = {stage.id: count for stage, count in groups}
        for stage in self:
            stage.partner_count = counts.get(stage.id, 0)

    @api.depends(
        "sequence",
        "active",
        "kind",
        "from_stage_ids",
        "partner_domain",
        "condition_ids.metric_id",
        "condition_ids.operator",
        "condition_ids.value",
    )
    def _compute_problem(self):
        problems = self._get_problems()
        for stage in self:
            stage.problem = "\n".join(problems.get(stage._origin.id or stage.id, [])) or False

    @api.constrains("partner_domain")
    def _check_partner_domain(self):
        for stage in self:
            try:
                stage._get_partner_domain().validate(self.env["res.partner"])
                self.env["res.partner"]._search(stage._get_partner_domain(), limit=1)
            except Exception as error:
                raise ValidationError(
                    self.env._("The filter of the stage %(name)s cannot be read.", name=stage.name)
                ) from error

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        last = self.with_context(active_test=False).search([], order="id desc", limit=1)
        for number, (stage, vals) in enumerate(zip(self, vals_list, strict=True), start=last.id + 1):
            vals["name"] = self.env._("%(name)s (copy)", name=stage.name)
            vals["code"] = f"{stage.code}_{number}"
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        changes = self.env["customer.lifecycle.change"].sudo()
        domain = ["|", ("from_stage_id", "in", self.ids), ("to_stage_id", "in", self.ids)]
        if changes.search_count(domain, limit=1):
            raise UserError(self.env._("A stage that customers have been in is archived, not deleted."))

    def action_open_partners(self):
        """Open the customers in the stage."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.res_partner_action"),
            "name": self.name,
            "domain": [("care_lifecycle_stage_id", "=", self.id), *MAIN_DOMAIN],
        }

    # Rules as SQL

    def _get_partner_domain(self):
        self.ensure_one()
        try:
            return Domain(literal_eval((self.partner_domain or "").strip() or "[]"))
        except (ValueError, SyntaxError, TypeError) as error:
            raise UserError(
                self.env._("The filter of the stage %(name)s cannot be read.", name=self.name)
            ) from error

    def _get_metrics(self):
        return self.condition_ids.metric_id

    def _get_target_sql(self, metrics):
        """Return SQL for the id of the first stage that matches, NULL when none does.

        To be used over ``partner`` (row of res_partner) and ``figure`` (row of ``metrics._build_query``).
        """
        columns = {metric: SQL.identifier("figure", f"value_{index}") for index, metric in enumerate(metrics)}
        branches = [SQL(" WHEN %s THEN %s", stage._get_condition_sql(columns), stage.id) for stage in self]
        return SQL("CASE%s END", SQL("").join(branches)) if branches else SQL("NULL::int")

    def _get_condition_sql(self, columns):
        self.ensure_one()
        parts = [SQL("TRUE")]
        if self.from_stage_ids:
            parts.append(SQL("partner.care_lifecycle_stage_id IN %s", tuple(self.from_stage_ids.ids)))
        domain = self._get_partner_domain()
        if not domain.is_true():
            query = self.env["res.partner"].sudo().with_context(active_test=False)._search(domain)
            parts.append(SQL("partner.id IN %s", query.subselect()))
        parts += [condition._get_sql(columns[condition.metric_id]) for condition in self.condition_ids]
        return SQL(" AND ").join(parts)

    # Check of the configuration

    @api.model
    def _get_problems(self):
        """Return ``{stage_id: [sentences]}`` about rules of the active stages that can never match."""
        stages = self.sudo().search(Domain.TRUE)
        problems = {stage.id: stage._get_own_problems() for stage in stages}
        for index, stage in enumerate(stages):
            hiding = next((earlier for earlier in stages[:index] if earlier._hides(stage)), None)
            if hiding:
                problems[stage.id].append(
                    self.env._(
                        "No customer can get here: whoever meets these rules meets those of the earlier stage "
                        "%(stage)s.",
                        stage=hiding.name,
                    )
                )
        if stages and not stages[-1:]._is_catch_all():
            problems[stages[-1].id].append(
                self.env._(
                    "The last stage should have no conditions: customers whom no rule matches have no stage."
                )
            )
        return {stage_id: found for stage_id, found in problems.items() if found}

    def _get_own_problems(self):
        self.ensure_one()
        problems = [
            self.env._(
                "The conditions on %(metric)s contradict each other: no customer meets them.",
                metric=metric.name,
            )
            for metric, found in self._get_ranges().items()
            if found.is_empty()
        ]
        problems += [
            self.env._("The metric %(metric)s is archived.", metric=metric.name)
            for metric in self._get_metrics()
            if not metric.active
        ]
        sources = self.from_stage_ids - self
        if self.from_stage_ids and not sources.filtered("active"):
            problems.append(
                self.env._("No customer can get here: none of the stages to come from is in use any more.")
            )
        return problems

    def _get_ranges(self):
        return get_ranges(
            (condition.metric_id, condition.operator, condition.value) for condition in self.condition_ids
        )

    def _is_catch_all(self):
        return not (self.condition_ids or self.from_stage_ids or self._has_filter())

    def _has_filter(self):
        return not self._get_partner_domain().is_true()

    def _hides(self, later):
        """Tell whether every customer who meets the rules of ``later`` meets these rules first."""
        if self._has_filter() and self.partner_domain != later.partner_domain:
            return False
        if self.from_stage_ids and (not later.from_stage_ids or later.from_stage_ids - self.from_stage_ids):
            return False
        return covers(self._get_ranges(), later._get_ranges())
