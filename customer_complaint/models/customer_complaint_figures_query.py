from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .customer_complaint_report import MEASURED
from .customer_complaint_stage import OPEN_PHASES

# How many customers and products the dashboard names.
TOP = 10


class CustomerComplaintFigures(models.AbstractModel):
    """The figures of a period in one statement: the complaints are read once, then counted in several ways."""

    _inherit = "customer.complaint.figures"

    @api.model
    def _query_figures(self, question):
        """Return the figures of the question's period.

        ``counts`` has a row for all complaints, and one for each step of the chart, category, cause, team and channel;
        ``times`` and ``days`` have one for all and one for each team: of working time in seconds, of the calendar
        in days, with the median and the 90th percentile.

        :param question: ``ComplaintQuestion`` of ``customer.complaint.figures``
        :return: {part: [{column: value}]} of ``counts``, ``times``, ``days``, ``customers``, ``products``,
            ``departments``, ``reasons``
        """
        parts = {
            "counts": self._get_counts_sql(),
            "times": self._get_times_sql(),
            "days": self._get_days_sql(),
            "customers": self._get_customers_sql(),
            "products": self._get_products_sql(),
            "departments": self._get_departments_sql(),
            "reasons": self._get_reasons_sql(),
        }
        return self._run(question, parts)

    @api.model
    def _query_totals(self, question):
        """Return as ``_query_figures`` what the earlier period is compared by."""
        return self._run(
            question,
            {
                "counts": self._get_counts_sql(("step",)),
                "times": self._get_times_sql(by_team=False),
                "days": self._get_days_sql(by_team=False),
            },
        )

    @api.model
    def _query_counts(self, question, groups):
        """Return as ``_query_figures`` the counts of all, and of each value of ``groups``."""
        return self._run(question, {"counts": self._get_counts_sql(groups)})

    @api.model
    def _run(self, question, parts):
        cases = self._get_cases_sql(question)
        rows = SQL(" UNION ALL ").join(
            SQL("SELECT %s, to_jsonb(part) FROM (%s) part", name, part) for name, part in parts.items()
        )
        result = {name: [] for name in parts}
        for name, row in self.env.execute_query(SQL("WITH cases AS MATERIALIZED (%s) %s", cases, rows)):
            result[name].append(row)
        return result

    @api.model
    def _get_cases_sql(self, question):
        """Return the narrow rows from which all is counted: what the reader may see of the period."""
        self.env["customer.complaint"].flush_model()
        self.env["customer.complaint.clock"].flush_model()
        report = self.env["customer.complaint.report"]
        query = report._get_cases(self._get_complaint_domain(question))
        facts = self.env["customer.complaint.stage"]._get_facts()
        phases = {"open": [0], "cancelled": [0]}
        for stage_id, fact in facts.items():
            if fact["phase"] in OPEN_PHASES:
                phases["open"].append(stage_id)
            if fact["phase"] == "cancelled":
                phases["cancelled"].append(stage_id)
        case = SQL.identifier(query.table)
        return query.select(
            SQL("%s.id", case),
            SQL(
                "date_trunc(%s, %s.received_datetime AT TIME ZONE 'UTC' AT TIME ZONE %s)::date AS step",
                question.grain,
                case,
                question.zone,
            ),
            SQL("%s.category_id", case),
            SQL("%s.cause_id", case),
            SQL("%s.team_id", case),
            SQL("%s.channel", case),
            SQL("%s.commercial_partner_id", case),
            SQL("%s.product_ref", case),
            SQL("%s AS is_named", report._get_naming_sql(case)),
            SQL("%s.is_major IS TRUE AS is_major", case),
            SQL("%s.repeat_of_id IS NOT NULL AS is_repeat", case),
            SQL("%s.reopen_count > 0 AS is_reopened", case),
            SQL("%s AS is_confirmed", report._get_confirmed_sql(case)),
            SQL("%s.stage_id IN %s AS is_open", case, tuple(phases["open"])),
            SQL("%s.stage_id IN %s AS is_cancelled", case, tuple(phases["cancelled"])),
            SQL("NULLIF(%s.satisfaction, 0) >= %s AS is_satisfied", case, self._get_threshold_sql(case)),
            SQL("%s.acknowledged_datetime - %s.received_datetime AS acknowledge_time", case, case),
            SQL("%s.responded_datetime - %s.received_datetime AS response_time", case, case),
            SQL("%s.resolved_datetime - %s.received_datetime AS resolution_time", case, case),
        )

    @api.model
    def _get_threshold_sql(self, case):
        """Return from which answer on a customer is satisfied, as the company of the complaint says."""
        limits = {company.id: company.care_satisfied_from for company in self.env.companies.sudo()}
        if len(set(limits.values())) == 1:
            return SQL("%s", next(iter(limits.values())))
        cases = SQL(" ").join(SQL("WHEN %s THEN %s", *item) for item in limits.items())
        return SQL("CASE %s.company_id %s END", case, cases)

    @api.model
    def _get_counts_sql(self, groups=("step", "category_id", "cause_id", "team_id", "channel")):
        """Return SQL with a row for all, and for each value of each of ``groups`` (``dimension`` names it)."""
        names = [SQL.identifier(name) for name in groups]
        sets = SQL(", ").join([SQL("()"), *(SQL("(%s)", name) for name in names)])
        dimension = SQL(" ").join(
            SQL("WHEN GROUPING(%s) = 0 THEN %s", name, key) for name, key in zip(names, groups, strict=True)
        )
        return SQL(
            """
            SELECT CASE %(dimension)s ELSE 'all' END AS dimension, %(names)s,
                   COUNT(*) AS count,
                   COUNT(*) FILTER (WHERE is_open) AS open,
                   COUNT(*) FILTER (WHERE resolution_time IS NOT NULL AND NOT is_cancelled) AS resolved,
                   COUNT(*) FILTER (WHERE is_cancelled) AS cancelled,
                   COUNT(*) FILTER (WHERE is_major) AS major,
                   COUNT(*) FILTER (WHERE is_repeat) AS repeats,
                   COUNT(*) FILTER (WHERE is_reopened) AS reopened,
                   COUNT(is_confirmed) AS asked,
                   COUNT(*) FILTER (WHERE is_confirmed) AS confirmed,
                   COUNT(is_satisfied) AS answered,
                   COUNT(*) FILTER (WHERE is_satisfied) AS satisfied
              FROM cases
             GROUP BY GROUPING SETS (%(sets)s)
            """,
            dimension=dimension,
            names=SQL(", ").join(names),
            sets=sets,
        )

    @api.model
    def _get_times_sql(self, by_team=True):
        """Return SQL of the working times and limits, for each target, and for each target and team."""
        return SQL(
            """
            SELECT clock.target, %(team)s
                   COUNT(*) FILTER (WHERE clock.state = 'met') AS met,
                   COUNT(*) FILTER (WHERE clock.state IN ('met', 'missed', 'breached')) AS decided,
                   COUNT(timed.seconds) AS timed,
                   percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY timed.seconds) AS seconds
              FROM cases
              JOIN customer_complaint_clock clock ON clock.complaint_id = cases.id AND clock.target IN %(targets)s
             CROSS JOIN LATERAL (
                SELECT CASE WHEN clock.state IN ('met', 'missed') AND clock.unit != 'calendar_days'
                       THEN clock.used_seconds END AS seconds
             ) timed
             WHERE NOT cases.is_cancelled
             GROUP BY %(groups)s
            """,
            team=SQL("cases.team_id, GROUPING(cases.team_id) AS is_all,") if by_team else SQL("1 AS is_all,"),
            targets=tuple(MEASURED),
            groups=SQL("GROUPING SETS ((clock.target), (clock.target, cases.team_id))")
            if by_team
            else SQL("clock.target"),
        )

    @api.model
    def _get_days_sql(self, by_team=True):
        """Return SQL of the times of the calendar in days, for all and for each team."""
        columns = SQL(", ").join(
            SQL(
                "COUNT(%(time)s) AS %(count)s, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP"
                " (ORDER BY EXTRACT(EPOCH FROM %(time)s)::float8 / 86400.0) AS %(days)s",
                time=SQL.identifier(f"{target}_time"),
                count=SQL.identifier(f"{target}_count"),
                days=SQL.identifier(f"{target}_days"),
            )
            for target, end in MEASURED.items()
            if end
        )
        return SQL(
            "SELECT %s %s FROM cases WHERE NOT is_cancelled %s",
            SQL("team_id, GROUPING(team_id) AS is_all,") if by_team else SQL("1 AS is_all,"),
            columns,
            SQL("GROUP BY GROUPING SETS ((), (team_id))") if by_team else SQL(),
        )

    @api.model
    def _get_customers_sql(self):
        return SQL(
            """
            SELECT commercial_partner_id AS key, COUNT(*) AS count, COUNT(*) FILTER (WHERE is_repeat) AS repeats
              FROM cases
             WHERE commercial_partner_id IS NOT NULL AND is_named
             GROUP BY commercial_partner_id HAVING COUNT(*) > 1
             ORDER BY 2 DESC, 1 LIMIT %s
            """,
            TOP,
        )

    @api.model
    def _get_products_sql(self):
        return SQL(
            """
            SELECT LOWER(product_ref) AS key, MIN(product_ref) AS name, COUNT(*) AS count,
                   COUNT(*) FILTER (WHERE is_repeat) AS repeats
              FROM cases
             WHERE product_ref != '' AND is_named
             GROUP BY LOWER(product_ref) HAVING COUNT(*) > 1
             ORDER BY 3 DESC, 1 LIMIT %s
            """,
            TOP,
        )

    @api.model
    def _get_departments_sql(self):
        """Return SQL of the main responsible departments, defined as in ``customer.complaint.report``."""
        self.env["customer.complaint.responsibility"].flush_model()
        return SQL(
            """
            SELECT department_id AS key, COUNT(*) AS count, COUNT(*) FILTER (WHERE is_repeat) AS repeats
              FROM (
                SELECT DISTINCT ON (cases.id) share.department_id, cases.is_repeat
                  FROM cases
                  JOIN customer_complaint_responsibility share ON share.complaint_id = cases.id
                 WHERE share.department_id IS NOT NULL AND share.state != 'draft'
                 ORDER BY cases.id, share.percent DESC, share.id
              ) main
             GROUP BY department_id
             ORDER BY 2 DESC, 1
            """
        )

    @api.model
    def _get_reasons_sql(self):
        return SQL(
            """
            SELECT reason.dissatisfaction_id AS key, COUNT(*) AS count
              FROM cases
              JOIN customer_complaint_dissatisfaction_rel reason ON reason.complaint_id = cases.id
             WHERE cases.is_satisfied IS FALSE
             GROUP BY reason.dissatisfaction_id
            """
        )

    @api.model
    def _get_complaint_domain(self, question):
        """Return the domain of ``customer.complaint`` on what the question is about."""
        begin, end = question.period.get_moments(question.zone)
        domain = (
            Domain("received_datetime", ">=", begin)
            & Domain("received_datetime", "<", end)
            & Domain("kind", "in", question.kinds)
        )
        return domain & Domain("team_id", "in", question.team_ids) if question.team_ids else domain
