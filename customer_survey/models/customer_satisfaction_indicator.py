from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.index import get_points

UNITS = [("points", "Points"), ("percent", "Percent"), ("hours", "Hours"), ("number", "Number")]


class CustomerSatisfactionIndicator(models.Model):
    """A figure that counts in a satisfaction index, with its weight and the values that are worst and best.

    To add a kind of figure, extend ``provider`` by ``selection_add``, describe it in ``_get_providers`` and write
    ``_query_<provider>(span)``.
    """

    _name = "customer.satisfaction.indicator"
    _description = "Indicator of a Satisfaction Index"
    _order = "index_id, sequence, id"

    index_id = fields.Many2one("customer.satisfaction.index", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="index_id.company_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(
        required=True, translate=True, compute="_compute_name", store=True, readonly=False, precompute=True
    )
    provider = fields.Selection([], string="Figure", required=True)
    unit = fields.Selection(UNITS, compute="_compute_from_provider")
    is_survey = fields.Boolean(compute="_compute_from_provider")
    explanation = fields.Text(string="How it is computed", compute="_compute_from_provider")
    survey_ids = fields.Many2many(
        "survey.survey",
        "customer_satisfaction_indicator_survey_rel",
        domain=[("survey_type", "=", "customer_care")],
        help="Empty: all surveys.",
    )
    question_ids = fields.Many2many(
        "survey.question",
        "customer_satisfaction_indicator_question_rel",
        domain=[("care_metric", "!=", False)],
        help="Empty: all questions that measure it.",
    )
    weight = fields.Float(default=10.0, digits=(6, 2), help="The weights of an index sum to 100.")
    worst_value = fields.Float(
        string="Worst",
        compute="_compute_bounds",
        store=True,
        readonly=False,
        precompute=True,
        help="This figure, or a worse one, gives 0 points.",
    )
    best_value = fields.Float(
        string="Best",
        compute="_compute_bounds",
        store=True,
        readonly=False,
        precompute=True,
        help="This figure, or a better one, gives 100 points. It may be below the worst one.",
    )
    min_count = fields.Integer(
        string="At Least (cases)",
        default=5,
        help="With fewer cases the indicator is left out, and the weights of the others grow in proportion.",
    )
    target = fields.Float(help="Shown beside the figure.")

    _check_weight = models.Constraint(
        "CHECK(weight > 0 AND weight <= 100)", "The weight of an indicator lies above 0, up to 100."
    )
    _check_min_count = models.Constraint("CHECK(min_count >= 1)", "An indicator needs one case or more.")

    @api.model
    def _get_providers(self):
        """Return {provider: facts}; the keys are ``unit``, ``worst``, ``best``, ``explanation``, ``is_survey``."""
        return {}

    @api.depends("provider")
    def _compute_name(self):
        labels = dict(self._fields["provider"]._description_selection(self.env))
        for indicator in self:
            indicator.name = indicator.name or labels.get(indicator.provider)

    @api.depends("provider")
    @api.depends_context("lang")
    def _compute_from_provider(self):
        providers = self._get_providers()
        for indicator in self:
            facts = providers.get(indicator.provider, {})
            indicator.unit = facts.get("unit", "number")
            indicator.is_survey = facts.get("is_survey", False)
            indicator.explanation = facts.get("explanation", "")

    @api.depends("provider")
    def _compute_bounds(self):
        providers = self._get_providers()
        for indicator in self:
            facts = providers.get(indicator.provider, {})
            indicator.worst_value = facts.get("worst", 0)
            indicator.best_value = facts.get("best", 100)

    @api.constrains("worst_value", "best_value")
    def _check_bounds(self):
        for indicator in self:
            if indicator.worst_value == indicator.best_value:
                raise ValidationError(
                    self.env._(
                        "Indicator %(indicator)s needs a best value that differs from its worst.",
                        indicator=indicator.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        indicators = super().create(vals_list)
        indicators._check_draft()
        return indicators

    def write(self, vals):
        self._check_draft()
        result = super().write(vals)
        self._check_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_force(self):
        self._check_draft()

    def _check_draft(self):
        """:raises UserError: the index is in force, and a person changes its indicators"""
        if not self.env.su and any(index.state == "active" for index in self.index_id):
            raise UserError(
                self.env._("Indicators of an index in force stay as they are: set it back to draft first.")
            )

    def _get_points(self, raw, count):
        """Return the points (0-100) of a figure of the indicator (singleton), ``None`` with too few cases."""
        if raw is None or count < self._get_min_count():
            return None
        return get_points(raw, self.worst_value, self.best_value)

    def _get_min_count(self):
        """Return the least number of cases (singleton). Override to ask for more."""
        return self.min_count

    def _prepare_line_vals(self, raw, count):
        """Return the values of a line of a figure: names and bounds are kept, as they may change."""
        points = self._get_points(raw, count)
        return {
            "indicator_id": self.id,
            "kept_name": self.name,
            "provider": self.provider,
            "raw": raw or 0.0,
            "count": count,
            "is_known": raw is not None,
            "is_counted": points is not None,
            "points": points or 0.0,
            "weight": self.weight,
            "worst_value": self.worst_value,
            "best_value": self.best_value,
            "min_count": self._get_min_count(),
        }

    def _get_records(self, span):
        """Return ``(model, domain, field of the customer)`` of what the figure of a period was made of.

        Override in the ``_records_<provider>`` methods.
        """
        return getattr(self, f"_records_{self.provider}")(span)
