from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

# Customers whose budgets are checked under a lock; more are checked without.
LOCKED_CUSTOMERS = 1000


class ResPartner(models.Model):
    """What the care of customers takes of the yearly budget of their grade: plans and gifts, each cost once."""

    _inherit = "res.partner"

    def _care_lock_budget(self):
        """Let two requests for the same customers be checked one after the other."""
        if self and len(self) <= LOCKED_CUSTOMERS:
            self.env.cr.execute(
                SQL("SELECT id FROM res_partner WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", self.ids)
            )

    @api.model
    def _care_get_yearly_costs(self, customer_ids, years, plans=None):
        """Return ``{(customer id, year): {currency id: amount}}`` of plans and gifts, of all companies.

        A plan counts in the year of its begin from its submission on, by its budget, once closed by its actual
        cost; a segment's in equal shares. A gift that is not cancelled counts in the year of its day; one that
        belongs to the measure of a plan that counts is in the plan's amount, only what it costs more is added.

        :param customer_ids: ids of commercial partners, or SQL that gives them
        :param plans: plans that are left out; their gifts are not counted by themselves either
        """
        for name in (
            "customer.care.plan",
            "customer.care.plan.member",
            "customer.care.measure",
            "customer.care.gift",
        ):
            self.env[name].flush_model()
        own = plans.ids if plans else []
        customers = (
            customer_ids
            if isinstance(customer_ids, SQL)
            else SQL("SELECT unnest(%s::int[])", list(customer_ids))
        )
        rows = self.env.execute_query(
            SQL(
                "%s UNION ALL %s",
                self._care_get_plan_costs_query(customers, years, own),
                self._care_get_gift_costs_query(customers, years, own),
            )
        )
        costs = defaultdict(lambda: defaultdict(float))
        Currency = self.env["res.currency"]
        for partner_id, year, currency_id, amount, planned_currency_id, planned in rows:
            amount, planned = float(amount), float(planned or 0)
            if planned_currency_id and planned_currency_id != currency_id:
                planned = Currency.browse(planned_currency_id)._convert(
                    planned, Currency.browse(currency_id), self.env.company
                )
            costs[partner_id, year][currency_id] += max(amount - planned, 0)
        return costs

    @api.model
    def _care_sum_costs(self, amounts, currency, company):
        """Return the sum of ``{currency id: amount}`` in ``currency``."""
        today = fields.Date.context_today(self)
        return sum(
            self.env["res.currency"].browse(currency_id)._convert(amount, currency, company, today)
            for currency_id, amount in amounts.items()
        )

    @api.model
    def _care_get_plan_costs_query(self, customers, years, own):
        return SQL(
            """
            SELECT member.partner_id, EXTRACT(YEAR FROM plan.date_begin)::int AS year, plan.currency_id,
                   SUM(CASE WHEN plan.state = 'closed' THEN plan.actual_cost ELSE plan.budget END
                       / GREATEST(plan.customer_count, 1)) AS amount,
                   NULL::int AS planned_currency_id, 0 AS planned
              FROM customer_care_plan_member member
              JOIN customer_care_plan plan ON plan.id = member.plan_id
             WHERE member.partner_id IN (%(customers)s) AND plan.id != ALL(%(own)s::int[])
               AND plan.origin_id IS NULL AND plan.state NOT IN ('draft', 'cancelled')
               AND EXTRACT(YEAR FROM plan.date_begin)::int = ANY(%(years)s)
             GROUP BY member.partner_id, year, plan.currency_id
            """,
            customers=customers,
            own=own,
            years=years,
        )

    @api.model
    def _care_get_gift_costs_query(self, customers, years, own):
        return SQL(
            """
            SELECT gift.commercial_partner_id, gift.year, gift.currency_id, COALESCE(gift.amount, 0),
                   CASE WHEN plan.id IS NOT NULL THEN plan.currency_id END,
                   CASE WHEN plan.id IS NOT NULL THEN measure.cost END
              FROM customer_care_gift gift
              LEFT JOIN customer_care_measure measure
                     ON measure.id = gift.measure_id AND measure.state != 'cancelled'
              LEFT JOIN customer_care_plan plan
                     ON plan.id = measure.plan_id
                    AND (plan.state NOT IN ('draft', 'cancelled') OR plan.id = ANY(%(own)s::int[]))
             WHERE gift.commercial_partner_id IN (%(customers)s) AND gift.state != 'cancelled'
               AND gift.year = ANY(%(years)s)
            """,
            customers=customers,
            own=own,
            years=years,
        )
