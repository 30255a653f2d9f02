from odoo import api, fields, models
from odoo.fields import Domain

from .customer_satisfaction_index import SEGMENTS
from .customer_satisfaction_indicator import UNITS


class CustomerSatisfactionValueLine(models.Model):
    """What one indicator gave to a figure of an index, and to its change."""

    _name = "customer.satisfaction.value.line"
    _description = "Indicator of a Figure"
    _inherit = ["customer.program.mixin"]
    _order = "value_id, id"
    _rec_names_search = ["indicator_id", "kept_name"]

    value_id = fields.Many2one(
        "customer.satisfaction.value", required=True, readonly=True, ondelete="cascade", index=True
    )
    indicator_id = fields.Many2one(
        "customer.satisfaction.indicator",
        string="Indicator as It Is Now",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    company_id = fields.Many2one(related="value_id.company_id")
    kept_name = fields.Char(readonly=True)
    name = fields.Char(string="Indicator", compute="_compute_name")
    provider = fields.Char(readonly=True)
    unit = fields.Selection(UNITS, compute="_compute_unit")
    raw = fields.Float(string="Figure", readonly=True, digits=(16, 2), aggregator=None)
    count = fields.Integer(string="Cases", readonly=True)
    min_count = fields.Integer(string="At Least", readonly=True, aggregator=None)
    is_known = fields.Boolean(readonly=True)
    is_counted = fields.Boolean(string="Counted", readonly=True)
    worst_value = fields.Float(string="Worst", readonly=True, aggregator=None)
    best_value = fields.Float(string="Best", readonly=True, aggregator=None)
    points = fields.Float(readonly=True, digits=(6, 2), aggregator="avg")
    weight = fields.Float(readonly=True, digits=(6, 2), aggregator=None)
    share = fields.Float(
        string="Weight in Effect (%)",
        readonly=True,
        digits=(6, 2),
        aggregator=None,
        help="With what is left out.",
    )
    contribution = fields.Float(readonly=True, digits=(6, 2), help="Points × weight in effect.")
    points_effect = fields.Float(
        string="Change by Points",
        readonly=True,
        digits=(6, 2),
        help="What the change of the points did to the index.",
    )
    weight_effect = fields.Float(
        string="Change by Weight",
        readonly=True,
        digits=(6, 2),
        help="What it did to the index that the indicator weighs more or less than before.",
    )
    effect = fields.Float(string="Share of the Change", compute="_compute_effect", digits=(6, 2))
    target = fields.Float(related="indicator_id.target")

    @api.depends("indicator_id.name", "kept_name")
    @api.depends_context("lang")
    def _compute_name(self):
        for line in self:
            line.name = line.indicator_id.sudo().name or line.kept_name

    @api.depends("provider")
    def _compute_unit(self):
        providers = self.env["customer.satisfaction.indicator"]._get_providers()
        for line in self:
            line.unit = providers.get(line.provider, {}).get("unit", "number")

    @api.depends("points_effect", "weight_effect")
    def _compute_effect(self):
        for line in self:
            line.effect = line.points_effect + line.weight_effect

    def _get_key(self):
        """Return what tells the indicator of the line (singleton) in another period."""
        return self.indicator_id.id or f"{self.provider}:{self.kept_name}"

    def action_open_records(self):
        """Open what the figure was made of, as far as the reader may see it."""
        self.ensure_one()
        self.check_access("read")
        value, indicator = self.value_id, self.indicator_id.sudo()
        if not indicator:
            return False
        span = value.index_id.sudo()._get_span(value.date_from, value.date_to)
        model, domain, customer = indicator._get_records(span)
        for name, field in SEGMENTS.values():
            if value[name]:
                domain &= Domain(f"{customer}.{field}", "=", value[name].id)
        if value.team_id:
            domain &= Domain(f"{customer}.care_team_id", "=", value.team_id.id)
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": model,
            "domain": list(domain),
            "views": [(False, "list"), (False, "form")],
            "context": {
                "care_date_from": fields.Date.to_string(value.date_from),
                "care_date_to": fields.Date.to_string(value.date_to),
                "active_test": False,
            },
        }
