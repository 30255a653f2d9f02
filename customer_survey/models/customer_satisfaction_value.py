from odoo import api, fields, models

from ..tools.index import Part
from .customer_satisfaction_index import SEGMENTS

STEP = 0.005


class CustomerSatisfactionValue(models.Model):
    """What an index was in a period: for all customers, a segment, a team, or a segment within a team."""

    _name = "customer.satisfaction.value"
    _description = "Figure of a Satisfaction Index"
    _inherit = ["customer.program.mixin"]
    _order = "date_from desc, index_id, level, id"

    key = fields.Char(required=True, readonly=True)
    index_id = fields.Many2one(
        "customer.satisfaction.index", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    date_from = fields.Date(string="Period From", required=True, readonly=True)
    date_to = fields.Date(string="Period To", required=True, readonly=True)
    level = fields.Selection(
        [
            ("total", "All Customers"),
            ("segment", "Segment"),
            ("team", "Team"),
            ("segment_team", "Segment in a Team"),
        ],
        string="For",
        required=True,
        readonly=True,
    )
    grade_id = fields.Many2one("customer.grade", readonly=True, ondelete="cascade")
    stage_id = fields.Many2one(
        "customer.lifecycle.stage", string="Life-Cycle Stage", readonly=True, ondelete="cascade"
    )
    industry_id = fields.Many2one("res.partner.industry", readonly=True, ondelete="cascade")
    state_id = fields.Many2one(
        "res.country.state", string="Province or State", readonly=True, ondelete="cascade"
    )
    team_id = fields.Many2one("customer.care.team", string="Care Team", readonly=True, ondelete="cascade")
    place = fields.Char(string="Of", compute="_compute_place")

    value = fields.Float(string="Index Value", readonly=True, digits=(6, 2), aggregator="avg")
    before_id = fields.Many2one(
        "customer.satisfaction.value",
        string="Period Before",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    before_value = fields.Float(string="Index Before", readonly=True, digits=(6, 2), aggregator="avg")
    change = fields.Float(readonly=True, digits=(6, 2), aggregator=None)
    target = fields.Float(readonly=True, digits=(6, 2), aggregator="avg")
    is_reached = fields.Boolean(string="Target Reached", readonly=True)
    known_percent = fields.Float(
        string="Known (%)",
        readonly=True,
        digits=(6, 2),
        aggregator="avg",
        help="Share of the weights of which there were enough cases.",
    )
    is_final = fields.Boolean(string="Final", readonly=True, help="Is not computed any more.")
    computed_datetime = fields.Datetime(string="Computed On", readonly=True)
    line_ids = fields.One2many(
        "customer.satisfaction.value.line", "value_id", string="Indicators", readonly=True
    )
    summary = fields.Text(string="In Words", compute="_compute_summary")

    _key_uniq = models.UniqueIndex("(key)", "This figure is there already.")
    _period_idx = models.Index("(index_id, date_from)")

    @api.depends("index_id.name", "date_from", "date_to")
    def _compute_display_name(self):
        for value in self:
            value.display_name = (
                f"{value.index_id.name} {value._get_period_text()}" if value.date_from else False
            )

    @api.depends("level")
    @api.depends_context("lang")
    def _compute_place(self):
        for value in self:
            names = [record.display_name for record in value._get_members() if record]
            value.place = " · ".join(names) if names else self.env._("All customers")

    def _compute_summary(self):
        for value in self:
            value.summary = value._get_summary()

    def _get_members(self):
        return [self[name] for name in (*(name for name, _field in SEGMENTS.values()), "team_id")]

    def _get_place(self):
        """Return ``(level, segment id or None, team id or None)`` of the figure (singleton)."""
        *segments, team = self._get_members()
        segment = next((record.id for record in segments if record), None)
        return self.level, segment, team.id or None

    def _get_parts(self):
        """Return {indicator id: Part} of the figure (singleton); deleted indicators are told apart by their line."""
        return {
            line._get_key(): Part(line.points if line.is_counted else None, line.weight)
            for line in self.line_ids
            if line.weight
        }

    def _get_period_text(self):
        """Return the period (singleton) as short as it can be said: 2026, 2026 Q1 or 2026-01."""
        first, kind = self.date_from, self.index_id.period
        if kind == "year":
            return f"{first:%Y}"
        return f"{first:%Y} Q{(first.month + 2) // 3}" if kind == "quarter" else f"{first:%Y-%m}"

    def _prepare_gone_line_vals(self, key, effect):
        """Return the values of a line of the next figure for an indicator that counts no more."""
        line = self.line_ids.filtered(lambda line: line._get_key() == key)
        return {
            "indicator_id": line.indicator_id.id,
            "kept_name": line.kept_name,
            "provider": line.provider,
            "points_effect": effect[0],
            "weight_effect": effect[1],
        }

    def _get_summary(self):
        """Say the index (singleton), its change and where that came from."""
        name = self.index_id.name
        if not self.before_id and not self.before_value:
            text = self.env._(
                "%(name)s: %(value)s. There is no earlier period.", name=name, value=f"{self.value:.2f}"
            )
        elif abs(self.change) < STEP:
            text = self.env._("%(name)s stays at %(value)s.", name=name, value=f"{self.value:.2f}")
        else:
            facts = {"name": name, "value": f"{self.value:.2f}", "change": f"{abs(self.change):.2f}"}
            if self.change > 0:
                text = self.env._("%(name)s rose by %(change)s to %(value)s.", **facts)
            else:
                text = self.env._("%(name)s fell by %(change)s to %(value)s.", **facts)
        effects = self.line_ids.filtered(lambda line: abs(line.effect) >= STEP).sorted(
            lambda line: -abs(line.effect)
        )
        parts = [f"{line.name} {line.effect:+.2f}" for line in effects]
        sentences = [text]
        if parts:
            sentences.append(self.env._("It comes from: %(parts)s.", parts=", ".join(parts)))
        missing = self.line_ids.filtered(lambda line: line.weight and not line.is_counted)
        if missing:
            sentences.append(
                self.env._(
                    "Too few cases, left out: %(indicators)s; the others weigh more in proportion.",
                    indicators=", ".join(missing.mapped("name")),
                )
            )
        if self.target:
            facts = {"target": f"{self.target:.2f}", "gap": f"{abs(self.value - self.target):.2f}"}
            if self.is_reached:
                sentences.append(self.env._("The target %(target)s is reached, %(gap)s above it.", **facts))
            else:
                sentences.append(self.env._("The target %(target)s is missed by %(gap)s.", **facts))
        return " ".join(sentences)
