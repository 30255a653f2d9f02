from odoo import api, fields, models
from odoo.tools import SQL

OPERATORS = {
    "<=": SQL("<="),
    "<": SQL("<"),
    ">=": SQL(">="),
    ">": SQL(">"),
    "=": SQL("="),
}


class CustomerLifecycleCondition(models.Model):
    """One condition on a figure; a stage needs all of its conditions."""

    _name = "customer.lifecycle.condition"
    _description = "Condition of a Life-Cycle Stage"
    _order = "stage_id, id"

    stage_id = fields.Many2one("customer.lifecycle.stage", required=True, ondelete="cascade", index=True)
    metric_id = fields.Many2one("customer.metric", required=True, ondelete="restrict", index=True)
    unit = fields.Selection(related="metric_id.unit")
    operator = fields.Selection(
        [
            ("<=", "at most"),
            ("<", "less than"),
            (">=", "at least"),
            (">", "more than"),
            ("=", "equal to"),
            ("known", "is known"),
            ("unknown", "is unknown"),
        ],
        required=True,
        default="<=",
        help="An unknown figure, as the days since the last purchase of who never bought, meets only "
        "'is unknown'.",
    )
    value = fields.Float(digits=(16, 2))

    @api.depends("metric_id", "operator", "value")
    def _compute_display_name(self):
        names = dict(self._fields["operator"]._description_selection(self.env))
        for condition in self:
            parts = [condition.metric_id.name, names.get(condition.operator)]
            if condition.operator in OPERATORS:
                parts.append(f"{condition.value:g}")
            condition.display_name = " ".join(filter(None, parts))

    def _get_sql(self, column):
        """Return the condition on ``column`` (SQL)."""
        self.ensure_one()
        if self.operator == "known":
            return SQL("%s IS NOT NULL", column)
        if self.operator == "unknown":
            return SQL("%s IS NULL", column)
        return SQL("%s %s %s", column, OPERATORS[self.operator], self.value)
