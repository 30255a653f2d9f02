from odoo import api, models
from odoo.tools import SQL


class CustomerMetric(models.Model):
    _inherit = "customer.metric"

    @api.model
    def _get_purchase_parts(self, scope):
        """Append the confirmed orders of the companies that count orders.

        Without tax, in the company's currency at the order's own rate, by the day of the order at its company,
        so that a figure does not depend on who looks.
        """
        parts = super()._get_purchase_parts(scope)
        companies = self._get_source_companies(scope, "sale")
        if companies:
            parts.append(self._get_orders_query(scope, companies))
        return parts

    @api.model
    def _get_orders_query(self, scope, companies):
        amount = self._convert_amount(
            SQL("purchase.amount_untaxed / COALESCE(NULLIF(purchase.currency_rate, 0), 1)"),
            SQL("purchase.company_id"),
            SQL("day.date"),
            scope,
        )
        # The customer's company as it is now: an order keeps no commercial partner.
        return SQL(
            """
            SELECT partner.commercial_partner_id AS partner_id, day.date, %(amount)s AS amount
              FROM sale_order purchase JOIN res_partner partner ON partner.id = purchase.partner_id
              CROSS JOIN LATERAL (SELECT %(day)s AS date) day
             WHERE purchase.state = 'sale' AND day.date <= %(date)s
               AND purchase.company_id IN %(companies)s AND %(partners)s
            """,
            amount=amount,
            day=self.env["res.company"]._care_get_day_sql(
                SQL("purchase.date_order"), SQL("purchase.company_id")
            ),
            date=scope.date,
            companies=companies,
            partners=scope.limit(SQL("partner.commercial_partner_id")),
        )
