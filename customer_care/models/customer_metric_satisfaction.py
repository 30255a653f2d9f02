from odoo import api, fields, models
from odoo.tools import SQL


class CustomerMetric(models.Model):
    """Satisfaction as customers say it in callbacks."""

    _inherit = "customer.metric"

    provider = fields.Selection(
        selection_add=[("callback_satisfaction", "Satisfaction said in callbacks")],
        ondelete={"callback_satisfaction": "cascade"},
    )

    @api.model
    def _get_providers(self):
        return {**super()._get_providers(), "callback_satisfaction": {"unit": "points"}}

    def _query_callback_satisfaction(self, scope):
        """Ten times the average answer (1 to 10); unknown without an answer."""
        rows = SQL(
            """
            SELECT commercial_partner_id AS partner_id, done_datetime::date AS date, satisfaction
              FROM customer_callback
             WHERE state = 'done' AND satisfaction > 0
               AND done_datetime < %s::date + 1 AND %s AND %s
            """,
            scope.date,
            scope.limit(SQL("commercial_partner_id")),
            scope.limit_company(SQL("company_id")),
        )
        value = SQL("10.0 * AVG(satisfaction) FILTER (WHERE %s)", scope.after(SQL("date"), self.months))
        return rows, value
