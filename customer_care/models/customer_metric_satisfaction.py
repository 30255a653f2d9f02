from odoo import api, fields, models
from odoo.tools import SQL


class CustomerMetric(models.Model):
    """Satisfaction as customers say it, wherever they are asked."""

    _inherit = "customer.metric"

    provider = fields.Selection(
        selection_add=[("satisfaction", "Satisfaction in all answers")],
        ondelete={"satisfaction": "cascade"},
    )

    @api.model
    def _get_providers(self):
        return {**super()._get_providers(), "satisfaction": {"unit": "points"}}

    def _query_satisfaction(self, scope):
        """The average of the answers; unknown without one."""
        rows = SQL(" UNION ALL ").join(self._get_satisfaction_parts(scope))
        return rows, SQL("AVG(value) FILTER (WHERE %s)", scope.after(SQL("date"), self.months))

    @api.model
    def _get_satisfaction_parts(self, scope):
        """Return SELECTs of ``partner_id, date, value`` (0-100), a row for each answer up to the day of the scope.

        An answer N of 1 to 10 in a callback is worth 10 N. Override to append the answers of another source.
        """
        return [
            SQL(
                """
                SELECT partner_id, date, value FROM (
                    SELECT commercial_partner_id AS partner_id, satisfaction * 10.0 AS value,
                           %(day)s AS date
                      FROM customer_callback
                     WHERE state = 'done' AND satisfaction > 0 AND %(partners)s AND %(companies)s
                ) said WHERE date <= %(date)s
                """,
                day=self.env["res.company"]._care_get_day_sql(SQL("done_datetime"), SQL("company_id")),
                partners=scope.limit(SQL("commercial_partner_id")),
                companies=scope.limit_company(SQL("company_id")),
                date=scope.date,
            )
        ]
