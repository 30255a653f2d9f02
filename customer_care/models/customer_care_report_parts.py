from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.care_figures import AMOUNTS
from ..tools.figures import Scope

# The year of which repeated purchases are asked, in months.
LOYAL_MONTHS = 12


class CustomerCareReportRow(models.Model):
    """What the figures of the care report are counted from: an aggregate over one table each."""

    _inherit = "customer.care.report.row"

    @api.model
    def _get_parts(self, date_from, date_to):
        """Return ``{name: (SQL of partner_id and columns, one row for each customer, [column names])}``."""
        return {
            "callback": (
                self._get_callback_sql(date_from, date_to),
                ["planned_count", "done_count", "overdue_count"],
            ),
            "call": (self._get_call_sql(date_from, date_to), ["call_count", "reached_count"]),
            "measure": (
                self._get_measure_sql(date_from, date_to),
                ["planned_count", "done_count", "overdue_count", *AMOUNTS],
            ),
            "gift": (self._get_gift_sql(date_from, date_to), list(AMOUNTS)),
            "campaign": (self._get_campaign_sql(date_from, date_to), list(AMOUNTS)),
            "contact": (self._get_contact_sql(date_from, date_to), ["contact_count"]),
            "policy": (self._get_policy_sql(date_to), ["due_count", "covered_count"]),
            "answer": (self._get_answer_sql(date_from, date_to), ["answer_count", "satisfied_count"]),
            "purchase": (self._get_purchase_sql(date_to), ["buyer_count", "loyal_count"]),
            "stay": (self._get_stay_sql(date_from, date_to), ["start_count", "kept_count", "lost_count"]),
            "migration": (self._get_migration_sql(), ["graded_count", "better_count", "worse_count"]),
        }

    @api.model
    def _get_companies(self):
        return tuple(self.env.companies.ids)

    @api.model
    def _get_callback_sql(self, date_from, date_to):
        # An unanswered call that a next attempt follows is counted with that attempt.
        return SQL(
            """
            SELECT commercial_partner_id AS partner_id, COUNT(*) AS planned_count,
                   COUNT(*) FILTER (WHERE outcome = 'reached') AS done_count,
                   COUNT(*) FILTER (WHERE state = 'planned' AND COALESCE(date_deadline, date_planned) < %s)
                       AS overdue_count
              FROM customer_callback
             WHERE date_planned BETWEEN %s AND %s AND state != 'cancelled' AND company_id IN %s
               AND NOT (state = 'done' AND outcome = 'no_answer')
             GROUP BY commercial_partner_id
            """,
            fields.Date.context_today(self),
            date_from,
            date_to,
            self._get_companies(),
        )

    @api.model
    def _get_call_sql(self, date_from, date_to):
        return SQL(
            """
            SELECT commercial_partner_id AS partner_id, COUNT(*) AS call_count,
                   COUNT(*) FILTER (WHERE outcome = 'reached') AS reached_count
              FROM customer_callback
             WHERE outcome IS NOT NULL AND %s AND company_id IN %s
             GROUP BY commercial_partner_id
            """,
            self._get_moments_sql(SQL("done_datetime"), date_from, date_to),
            self._get_companies(),
        )

    @api.model
    def _get_measure_sql(self, date_from, date_to):
        """A measure for a segment counts for each of its customers, with an equal share of the cost.

        Calls are counted as callbacks, only their cost comes from here.
        """
        return SQL(
            """
            SELECT customer AS partner_id,
                   COUNT(*) FILTER (WHERE kind != 'call') AS planned_count,
                   COUNT(*) FILTER (WHERE kind != 'call' AND state = 'done') AS done_count,
                   COUNT(*) FILTER (WHERE kind != 'call' AND state = 'planned' AND date < %(today)s) AS overdue_count,
                   SUM(planned_cost * rate / share) AS planned_cost,
                   SUM(actual_cost * rate / share) AS actual_cost
              FROM (
                    SELECT measure.kind, measure.state, measure.date, measure.planned_cost, measure.actual_cost,
                           COALESCE(measure.commercial_partner_id, customer.commercial_partner_id) AS customer,
                           CASE WHEN measure.partner_id IS NULL THEN GREATEST(plan.customer_count, 1)
                                ELSE 1 END AS share,
                           %(rate)s AS rate
                      FROM customer_care_measure measure
                      JOIN customer_care_plan plan ON plan.id = measure.plan_id
                      LEFT JOIN customer_care_plan_member member
                             ON member.plan_id = plan.id AND measure.partner_id IS NULL
                      LEFT JOIN res_partner customer ON customer.id = member.partner_id
                     WHERE measure.is_live AND measure.state IN ('planned', 'done')
                       AND measure.date BETWEEN %(date_from)s AND %(date_to)s AND measure.company_id IN %(companies)s
                   ) work
             WHERE customer IS NOT NULL
             GROUP BY customer
            """,
            today=fields.Date.context_today(self),
            rate=self._get_rate_sql(SQL("plan.currency_id"), date_to),
            date_from=date_from,
            date_to=date_to,
            companies=self._get_companies(),
        )

    @api.model
    def _get_gift_sql(self, date_from, date_to):
        """A gift that a care plan planned is left out: its cost is that of the measure."""
        return SQL(
            """
            SELECT commercial_partner_id AS partner_id, SUM(amount * %(rate)s) AS planned_cost,
                   COALESCE(SUM(amount * %(rate)s) FILTER (WHERE state = 'given'), 0) AS actual_cost
              FROM customer_care_gift gift
             WHERE NOT EXISTS (SELECT 1 FROM customer_care_measure measure
                                WHERE measure.id = gift.measure_id AND measure.is_live
                                  AND measure.state IN ('planned', 'done'))
               AND state IN ('approved', 'given') AND date BETWEEN %(date_from)s AND %(date_to)s
               AND company_id IN %(companies)s
             GROUP BY commercial_partner_id
            """,
            rate=self._get_rate_sql(SQL("currency_id"), date_to),
            date_from=date_from,
            date_to=date_to,
            companies=self._get_companies(),
        )

    @api.model
    def _get_campaign_sql(self, date_from, date_to):
        """Everybody on the list of a campaign that began in the period has an equal share of its cost."""
        return SQL(
            """
            SELECT customer AS partner_id, SUM(planned_cost * rate / share) AS planned_cost,
                   SUM(actual_cost * rate / share) AS actual_cost
              FROM (
                    SELECT participant.commercial_partner_id AS customer, campaign.planned_cost, campaign.actual_cost,
                           COUNT(*) OVER (PARTITION BY campaign.id) AS share, %(rate)s AS rate
                      FROM customer_care_campaign campaign
                      JOIN res_company company ON company.id = campaign.company_id
                      JOIN customer_care_campaign_participant participant ON participant.campaign_id = campaign.id
                     WHERE campaign.state NOT IN ('draft', 'cancelled') AND %(period)s
                       AND campaign.company_id IN %(companies)s
                   ) guest
             GROUP BY customer
            """,
            rate=self._get_rate_sql(SQL("company.currency_id"), date_to),
            period=self._get_moments_sql(SQL("campaign.date_begin"), date_from, date_to),
            companies=self._get_companies(),
        )

    @api.model
    def _get_rate_sql(self, column, date):
        """Return what an amount is multiplied by: the rate of its currency to the reader's, on a day.

        :param column: SQL of the currency
        """
        company = self.env.company
        found = self.env.execute_query(
            SQL("SELECT currency_id FROM customer_care_plan UNION SELECT currency_id FROM res_company")
        )
        branches = [
            SQL("WHEN %s = %s THEN %s", column, currency.id, rate)
            for currency in self.env["res.currency"].browse(row[0] for row in found)
            if (rate := currency._convert(1.0, company.currency_id, company, date, round=False)) != 1.0
        ]
        return SQL("(CASE %s ELSE 1.0 END)::numeric", SQL(" ").join(branches)) if branches else SQL("1.0")

    @api.model
    def _get_contact_sql(self, date_from, date_to):
        return SQL(
            """
            SELECT commercial_partner_id AS partner_id, COUNT(*) AS contact_count
              FROM customer_contact_log
             WHERE is_counted AND %s AND company_id IN %s
             GROUP BY commercial_partner_id
            """,
            self._get_moments_sql(SQL("date_start"), date_from, date_to),
            self._get_companies(),
        )

    @api.model
    def _get_policy_sql(self, date_to):
        end = self.env["customer.retention.row"]._get_moment(date_to + timedelta(days=1))
        return SQL(
            """
            SELECT customer.id AS partner_id, 1 AS due_count,
                   (contact.moment >= %(end)s - make_interval(days => grade.contact_interval_days + 1))::int
                       AS covered_count
              FROM res_partner customer
              JOIN customer_grade grade ON grade.id = customer.care_grade_id AND grade.contact_interval_days > 0
              LEFT JOIN (
                    SELECT commercial_partner_id, MAX(date_start) AS moment
                      FROM customer_contact_log
                     WHERE is_counted AND date_start < %(end)s
                     GROUP BY commercial_partner_id
                   ) contact ON contact.commercial_partner_id = customer.id
             WHERE customer.commercial_partner_id = customer.id AND customer.active
            """,
            end=end,
        )

    @api.model
    def _get_answer_sql(self, date_from, date_to):
        scope = Scope(date_to, self._get_companies())
        # The settings name an answer N of 1 to 10. Exactly the answers from N on are worth more than 10 (N - 1), on
        # other scales too: 4 of 5 counts as 8 of 10 does.
        above = 10 * (self.env.company.care_satisfied_from - 1) or -1
        return SQL(
            """
            SELECT partner_id, COUNT(*) AS answer_count, COUNT(*) FILTER (WHERE value > %(above)s) AS satisfied_count
              FROM (%(answers)s) answer
             WHERE date >= %(date_from)s
             GROUP BY partner_id
            """,
            above=above,
            answers=SQL(" UNION ALL ").join(self.env["customer.metric"]._get_satisfaction_parts(scope)),
            date_from=date_from,
        )

    @api.model
    def _get_purchase_sql(self, date_to):
        scope = Scope(date_to, self._get_companies(), self.env.company.currency_id.id)
        before = date_to - relativedelta(months=LOYAL_MONTHS)
        return SQL(
            """
            SELECT partner_id, 1 AS buyer_count, (MAX(date) > %(before)s)::int AS loyal_count
              FROM (%(purchases)s) purchase
             WHERE amount > 0 AND date > %(first)s
             GROUP BY partner_id
            HAVING MIN(date) <= %(before)s
            """,
            purchases=SQL(" UNION ALL ").join(self.env["customer.metric"]._get_purchase_parts(scope)),
            before=before,
            first=date_to - relativedelta(months=2 * LOYAL_MONTHS),
        )

    @api.model
    def _get_stay_sql(self, date_from, date_to):
        return SQL(
            """
            SELECT partner_id, (status IN ('kept', 'lost'))::int AS start_count, (status = 'kept')::int AS kept_count,
                   (status = 'lost')::int AS lost_count
              FROM (%s) stay
            """,
            self.env["customer.retention.row"]._get_facts_sql(date_from, date_to),
        )

    @api.model
    def _get_migration_sql(self):
        return SQL(
            """
            SELECT partner_id, (direction IN ('better', 'worse', 'same'))::int AS graded_count,
                   (direction = 'better')::int AS better_count, (direction = 'worse')::int AS worse_count
              FROM (%s) migration
            """,
            self.env["customer.grade.migration.row"]._table_query,
        )

    @api.model
    def _get_moments_sql(self, column, date_from, date_to):
        """Return the condition that a moment lies in the period, by the days of the reader."""
        rows = self.env["customer.retention.row"]
        first, end = rows._get_moment(date_from), rows._get_moment(date_to + timedelta(days=1))
        return SQL("(%(column)s >= %(first)s AND %(column)s < %(end)s)", column=column, first=first, end=end)
