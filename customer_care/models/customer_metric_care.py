from odoo import api, fields, models
from odoo.tools import SQL

# {provider: stored field of the customer, 0-100}
PARTNER_FIELDS = {
    "completeness": "care_completeness",
    "assessment": "care_assessment_score",
    "potential": "care_potential_score",
}


class CustomerMetric(models.Model):
    """Figures of the archive and of callbacks."""

    _inherit = "customer.metric"

    provider = fields.Selection(
        selection_add=[
            ("callback_reach", "Callbacks that reached the customer"),
            ("completeness", "Completeness of the archive"),
            ("assessment", "Assessment by the specialist"),
            ("potential", "Potential"),
        ],
        ondelete=dict.fromkeys(("callback_reach", *PARTNER_FIELDS), "cascade"),
    )

    @api.model
    def _get_providers(self):
        return {
            **super()._get_providers(),
            "callback_reach": {"unit": "percent"},
            **{name: {"unit": "points"} for name in PARTNER_FIELDS},
        }

    def _query_callback_reach(self, scope):
        """Percent of the ended attempts that reached somebody; unknown without any, cancelled ones aside."""
        rows = SQL(
            """
            SELECT * FROM (
                SELECT commercial_partner_id AS partner_id, %(day)s AS date, state, outcome
                  FROM customer_callback
                 WHERE state IN ('done', 'missed') AND %(partners)s AND %(companies)s
            ) ended WHERE date <= %(date)s
            """,
            day=self.env["res.company"]._care_get_day_sql(SQL("done_datetime"), SQL("company_id")),
            partners=scope.limit(SQL("commercial_partner_id")),
            companies=scope.limit_company(SQL("company_id")),
            date=scope.date,
        )
        in_window = scope.after(SQL("date"), self.months)
        value = SQL(
            "100.0 * COUNT(*) FILTER (WHERE state = 'done' AND outcome = 'reached' AND %s)"
            " / NULLIF(COUNT(*) FILTER (WHERE %s), 0)",
            in_window,
            in_window,
        )
        return rows, value

    def _query_completeness(self, scope):
        return self._get_field_query(scope)

    def _query_assessment(self, scope):
        return self._get_field_query(scope)

    def _query_potential(self, scope):
        return self._get_field_query(scope)

    def _get_field_query(self, scope):
        """Read stored fields of the customer as they are now, whatever the day."""
        Partner = self.env["res.partner"]
        columns = [
            SQL.identifier(name)
            if name in Partner._fields and Partner._fields[name].store
            else SQL("NULL::numeric AS %s", SQL.identifier(name))
            for name in PARTNER_FIELDS.values()
        ]
        rows = SQL(
            "SELECT id AS partner_id, %s FROM res_partner WHERE %s",
            SQL(", ").join(columns),
            scope.limit(SQL("id")),
        )
        return rows, SQL("MAX(%s)", SQL.identifier(PARTNER_FIELDS[self.provider]))
