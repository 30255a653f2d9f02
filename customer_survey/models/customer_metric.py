from odoo import api, fields, models
from odoo.tools import SQL

KINDS = ("csat", "nps", "ces")


class CustomerMetric(models.Model):
    """Average scores of the answers of a customer, 0-100; unknown without an answer."""

    _inherit = "customer.metric"

    provider = fields.Selection(
        selection_add=[
            ("csat", "Average satisfaction (CSAT)"),
            ("nps", "Average recommendation (NPS)"),
            ("ces", "Average effort (CES)"),
        ],
        ondelete=dict.fromkeys(KINDS, "cascade"),
    )

    @api.model
    def _get_providers(self):
        return {**super()._get_providers(), **dict.fromkeys(KINDS, {"unit": "points"})}

    def _query_csat(self, scope):
        return self._get_score_query(scope)

    def _query_nps(self, scope):
        return self._get_score_query(scope)

    def _query_ces(self, scope):
        return self._get_score_query(scope)

    def _get_score_query(self, scope):
        value = SQL(
            "AVG(value) FILTER (WHERE kind = %s AND %s)", self.provider, scope.after(SQL("date"), self.months)
        )
        return self._get_score_rows(scope), value

    @api.model
    def _get_score_rows(self, scope):
        return SQL(
            """
            SELECT commercial_partner_id AS partner_id, date, kind, value, is_low, nps_class,
                   COALESCE(user_input_id, -id) AS answer
              FROM customer_survey_score
             WHERE active AND date <= %s AND commercial_partner_id IS NOT NULL AND %s AND %s
            """,
            scope.date,
            scope.limit(SQL("commercial_partner_id")),
            # An answer that belongs to no company counts in each.
            SQL("(company_id IS NULL OR %s)", scope.limit_company(SQL("company_id"))),
        )

    @api.model
    def _get_satisfaction_parts(self, scope):
        scores = SQL(
            "SELECT partner_id, date, value::numeric FROM (%s) score WHERE kind = 'csat'",
            self._get_score_rows(scope),
        )
        return [*super()._get_satisfaction_parts(scope), scores]
