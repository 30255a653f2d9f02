from odoo import api, fields, models
from odoo.tools import SQL


class CustomerComplaintAction(models.Model):
    """How many actions helped, as counts and as a measure of pivot and graph."""

    _inherit = "customer.complaint.action"

    effective_percent = fields.Float(
        string="Effective (%)",
        compute="_compute_effective_percent",
        aggregator="avg",
        help="Effective ones / all that were decided. Those not decided yet are left out.",
    )

    @api.depends("state")
    def _compute_effective_percent(self):
        for action in self:
            action.effective_percent = 100.0 if action.state == "effective" else 0.0

    def _read_group_select(self, aggregate_spec, query):
        if aggregate_spec == "effective_percent:avg":
            return SQL(
                "AVG(CASE %s WHEN 'effective' THEN 100.0 WHEN 'not_effective' THEN 0.0 END)",
                self._field_to_sql(self._table, "state", query),
            )
        return super()._read_group_select(aggregate_spec, query)
