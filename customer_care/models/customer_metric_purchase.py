from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.figures import PURCHASE_VALUES, purchase_value

HISTORY = {"is_history": True}
MONEY = {"unit": "money", **HISTORY}
DAYS = {"unit": "days", **HISTORY}


class CustomerMetric(models.Model):
    """Figures of purchases: imported ones, and those of the source that each company has chosen."""

    _inherit = "customer.metric"

    provider = fields.Selection(
        selection_add=[
            ("recency", "Days since the last purchase"),
            ("purchases", "Number of purchases"),
            ("amount", "Amount of purchases"),
            ("average_order", "Average purchase"),
            ("growth", "Growth of purchases"),
            ("years_with_us", "Years with us"),
            ("highest_purchase", "Highest purchase"),
            ("monthly_purchase", "Average amount by month"),
            ("first_purchase", "Days since the first purchase"),
        ],
        ondelete=dict.fromkeys(PURCHASE_VALUES, "cascade"),
    )

    @api.model
    def _get_providers(self):
        return {
            **super()._get_providers(),
            "recency": {**DAYS, "is_lower_better": True},
            "purchases": HISTORY,
            "amount": MONEY,
            "average_order": MONEY,
            "growth": {"unit": "percent", "needs_months": True, **HISTORY},
            "years_with_us": {"unit": "years", **HISTORY},
            "highest_purchase": MONEY,
            "monthly_purchase": MONEY,
            "first_purchase": DAYS,
        }

    def _query_recency(self, scope):
        return self._get_purchase_query(scope)

    def _query_purchases(self, scope):
        return self._get_purchase_query(scope)

    def _query_amount(self, scope):
        return self._get_purchase_query(scope)

    def _query_average_order(self, scope):
        return self._get_purchase_query(scope)

    def _query_growth(self, scope):
        return self._get_purchase_query(scope)

    def _query_years_with_us(self, scope):
        return self._get_purchase_query(scope)

    def _query_highest_purchase(self, scope):
        return self._get_purchase_query(scope)

    def _query_monthly_purchase(self, scope):
        return self._get_purchase_query(scope)

    def _query_first_purchase(self, scope):
        return self._get_purchase_query(scope)

    def _get_purchase_query(self, scope):
        parts = self._get_purchase_parts(scope)
        return SQL(" UNION ALL ").join(parts), purchase_value(self.provider, scope, self.months)

    @api.model
    def _get_purchase_parts(self, scope):
        """Return SELECTs of ``partner_id, date, amount``, rows up to the day of the scope.

        Override to append the purchases of another source, of the companies that have chosen it
        (``_get_source_companies``), with amounts by ``_convert_amount``.
        """
        return [
            SQL(
                """
                SELECT commercial_partner_id AS partner_id, date, %(amount)s AS amount
                  FROM customer_transaction
                 WHERE date <= %(date)s AND %(partners)s AND %(companies)s
                """,
                amount=self._convert_amount(SQL("amount_company"), SQL("company_id"), SQL("date"), scope),
                date=scope.date,
                partners=scope.limit(SQL("commercial_partner_id")),
                companies=scope.limit_company(SQL("company_id")),
            )
        ]

    @api.model
    def _get_scope_companies(self, scope):
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        return companies.browse(scope.company_ids) if scope.company_ids else companies.search(Domain.TRUE)

    @api.model
    def _get_source_companies(self, scope, source):
        """Return the ids of the companies of the scope whose purchases come from ``source``."""
        companies = self._get_scope_companies(scope)
        return tuple(companies.filtered(lambda company: company.care_purchase_source == source).ids)

    @api.model
    def _convert_amount(self, amount, company, date, scope):
        """Return ``amount`` (SQL, in the currency of its company) in the currency of the scope.

        By the rates of the row's company at the day of the row, as ``res.currency`` has it: the last one up
        to the day, else the first one after it, else 1. Costs nothing while all companies keep their books in
        the scope's currency.

        :param company, date: SQL, columns of the row
        :raises UserError: a rate between two currencies is nowhere
        """
        if not scope.has_amounts:
            return amount
        companies = self._get_scope_companies(scope)
        target = self.env["res.currency"].sudo().browse(scope.currency_id) or companies[:1].currency_id
        foreign = companies.filtered(lambda one: one.currency_id != target)
        branches = []
        for (root, currency), members in foreign.grouped(lambda one: (one.root_id, one.currency_id)).items():
            self._check_rates(root, currency, target)
            branches.append(
                SQL(
                    " WHEN %s IN %s THEN %s * %s / %s",
                    company,
                    tuple(members.ids),
                    amount,
                    self._get_rate_sql(root, target, date),
                    self._get_rate_sql(root, currency, date),
                )
            )
        if not branches:
            return amount
        return SQL("CASE%s ELSE %s END", SQL("").join(branches), amount)

    @api.model
    def _get_rate_sql(self, root, currency, date):
        found = SQL("currency_id = %s AND (company_id = %s OR company_id IS NULL)", currency.id, root.id)
        return SQL(
            """COALESCE(
                (SELECT rate FROM res_currency_rate WHERE %(found)s AND name <= %(date)s
                  ORDER BY company_id, name DESC LIMIT 1),
                (SELECT rate FROM res_currency_rate WHERE %(found)s ORDER BY company_id, name LIMIT 1),
                1.0)""",
            found=found,
            date=date,
        )

    @api.model
    def _check_rates(self, root, currency, target):
        """:raises UserError: neither of two currencies has a rate, so that they would count as equal"""
        rates = self.env["res.currency.rate"].sudo()
        domain = [("currency_id", "in", (currency + target).ids), ("company_id", "in", (root.id, False))]
        if not rates.search_count(domain, limit=1):
            raise UserError(
                self.env._(
                    "Amounts in %(currency)s cannot be converted to %(target)s: %(company)s has no rate of "
                    "either currency.",
                    currency=currency.name,
                    target=target.name,
                    company=root.name,
                )
            )
