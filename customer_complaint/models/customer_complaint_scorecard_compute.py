from datetime import datetime, time

import pytz
from odoo import api, fields, models
from odoo.addons.customer_care.tools.answers import RELOAD
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.json import scriptsafe as json

from ..tools.scorecard import FIGURES, judge
from .customer_complaint import PROBLEM_KINDS
from .customer_metric import SEVERITY_WEIGHTS

# As the query gives them.
MEASURED = (
    "user_id",
    "team_id",
    "case_count",
    "volume",
    "response_hours",
    "solution_hours",
    "response_share",
    "solution_share",
    "limit_count",
    "limit_met",
    "answer_count",
    "satisfaction",
    "first_count",
    "cases",
    "late",
    "again",
    "rated",
)
STORED = (
    *MEASURED[1:13],
    *(f"points_{name}" for name in FIGURES),
    "missing",
    "is_small",
    "total",
    "has_total",
    "team_total",
    "rank",
    "rank_count",
    "weights",
    "cases",
)


class CustomerComplaintScorecard(models.Model):
    """Computing the scorecards of a company and month: one query for all figures, one statement to store them."""

    _inherit = "customer.complaint.scorecard"

    def action_compute(self):
        """Compute the cards of the last month and of the running one, of the companies chosen above.

        :raises AccessError: for others than supervisors and managers
        """
        if not self.env.user.has_group("customer_complaint.group_complaint_supervisor"):
            raise AccessError(self.env._("Scorecards are computed by supervisors and managers."))
        self.sudo()._compute_recent(self.env.companies)
        return dict(RELOAD)

    @api.model
    def _cron_compute(self):
        """Compute the last and the running month of all companies; confirmed cards stay."""
        for company in self.env["res.company"].sudo().search(Domain.TRUE):
            self.sudo()._compute_recent(company)
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _compute_recent(self, companies):
        for company in companies:
            today = datetime.now(self._get_zone(company)).date().replace(day=1)
            for month in (fields.Date.subtract(today, months=1), today):
                self._compute_month(company, month)

    @api.model
    def _get_zone(self, company):
        return pytz.timezone(company.partner_id.tz or "UTC")

    @api.model
    def _get_bounds(self, company, month):
        """Return the first moment of a month and of the next one, as naive UTC, in the company's time zone."""
        zone = self._get_zone(company)
        return [
            zone.localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None)
            for day in (month, fields.Date.add(month, months=1))
        ]

    @api.model
    def _compute_month(self, company, month):
        """Compute the cards of a month that are not confirmed, as superuser; may be repeated at any time.

        A card whose complaints all went elsewhere, e.g. because they were reopened, is removed.
        """
        rows = self._measure(company, month)
        judge(rows, company._get_card_weights(), company.care_card_minimum)
        for row in rows:
            row["weights"] = json.dumps(company._get_card_weights())
            row["missing"] = ",".join(name for name in FIGURES if row[f"points_{name}"] is None)
            row["has_total"] = row["total"] is not None
            row["cases"] = json.dumps({name: row[name] or [] for name in ("cases", "late", "again", "rated")})
        self._store(company, month, rows)
        self.search(
            [
                ("company_id", "=", company.id),
                ("month", "=", month),
                ("state", "=", "draft"),
                ("user_id", "not in", [row["user_id"] for row in rows]),
            ]
        ).unlink()

    @api.model
    def _store(self, company, month, rows):
        """Insert or update the cards in one statement; two jobs at once write the same rows, one after the other."""
        if not rows:
            return
        names = ("user_id", *STORED)
        values = SQL(", ").join(
            SQL(
                "(%s, %s, 'draft', 'none', %s, NOW() AT TIME ZONE 'UTC', %s)",
                company.id,
                month,
                self.env.uid,
                SQL(", ").join(self._cast(name, row[name]) for name in names),
            )
            for row in rows
        )
        self.env.execute_query(
            SQL(
                "INSERT INTO customer_complaint_scorecard"
                " (company_id, month, state, objection_state, write_uid, write_date, %(columns)s) VALUES %(values)s"
                " ON CONFLICT (company_id, user_id, month) DO UPDATE SET %(assigned)s"
                " WHERE customer_complaint_scorecard.state = 'draft' RETURNING id",
                columns=SQL(", ").join(map(SQL.identifier, names)),
                values=values,
                assigned=SQL(", ").join(
                    SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
                    for name in ("write_date", *STORED)
                ),
            )
        )
        self.invalidate_model()

    def _cast(self, name, value):
        """Return the value as SQL of the column's type."""
        return SQL("%s::%s", value, SQL(self._fields[name].column_type[1].split("(")[0]))

    @api.model
    def _measure(self, company, month):
        """Return the figures of all handlers with solved complaints in the month, as a list of dicts.

        Complaints and grievances that were solved last in the month count, for whoever held them longest between
        receipt and solution; among equals for the later one. Who held them is read from the log of changes. Times
        are the working times of the time limits.
        """
        for model in ("customer.complaint", "customer.complaint.clock", "customer.callback", "rating.rating"):
            self.env[model].flush_model()
        self.env["mail.message"].flush_model()
        self.env["mail.tracking.value"].flush_model()
        start, end = self._get_bounds(company, month)
        weights = SQL("").join(
            SQL(" WHEN %s THEN %s", severity, weight) for severity, weight in SEVERITY_WEIGHTS.items()
        )
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(credited)s,
                limits AS (
                    SELECT credit.user_id,
                           percentile_cont(0.5) WITHIN GROUP (ORDER BY used_seconds)
                               FILTER (WHERE target = 'response') / 3600 AS response_hours,
                           percentile_cont(0.5) WITHIN GROUP (ORDER BY used_seconds)
                               FILTER (WHERE target = 'resolution') / 3600 AS solution_hours,
                           percentile_cont(0.5) WITHIN GROUP (ORDER BY used_seconds::float / limit_seconds)
                               FILTER (WHERE target = 'response') AS response_share,
                           percentile_cont(0.5) WITHIN GROUP (ORDER BY used_seconds::float / limit_seconds)
                               FILTER (WHERE target = 'resolution') AS solution_share,
                           COUNT(*) AS limit_count,
                           COUNT(*) FILTER (WHERE line.state = 'met') AS limit_met,
                           array_agg(DISTINCT credit.id) FILTER (WHERE line.state = 'missed') AS late
                      FROM credit
                      JOIN customer_complaint_clock line ON line.complaint_id = credit.id
                     WHERE line.target IN ('response', 'resolution') AND line.state IN ('met', 'missed')
                           AND line.limit_seconds > 0
                     GROUP BY credit.user_id
                ),
                answers AS (
                    SELECT user_id, COUNT(*) AS answer_count, AVG(value) AS satisfaction,
                           array_agg(DISTINCT id) AS rated
                      FROM (
                        SELECT credit.user_id, credit.id, rating * 20.0 AS value
                          FROM credit
                          JOIN rating_rating ON res_model = 'customer.complaint' AND res_id = credit.id
                         WHERE consumed AND rating >= 1
                        UNION ALL
                        SELECT credit.user_id, credit.id, satisfaction * 10.0
                          FROM credit
                          JOIN customer_callback call ON res_model = 'customer.complaint' AND res_id = credit.id
                         WHERE call.state = 'done' AND satisfaction > 0
                      ) said
                     GROUP BY user_id
                ),
                unsolved AS (
                    SELECT DISTINCT credit.id
                      FROM credit
                      LEFT JOIN customer_callback call
                             ON call.res_model = 'customer.complaint' AND call.res_id = credit.id
                                AND call.state = 'done'
                     WHERE credit.reopen_count > 0 OR call.problem_solved = 'no'
                ),
                solved AS (
                    SELECT credit.user_id, mode() WITHIN GROUP (ORDER BY team_id) AS team_id, COUNT(*) AS case_count,
                           SUM(CASE severity %(weights)s ELSE 1 END) AS volume,
                           COUNT(*) FILTER (WHERE unsolved.id IS NULL) AS first_count,
                           array_agg(credit.id) AS cases, array_agg(unsolved.id) FILTER (WHERE unsolved.id > 0) AS again
                      FROM credit
                      LEFT JOIN unsolved ON unsolved.id = credit.id
                     GROUP BY credit.user_id
                )
                SELECT solved.user_id, team_id, case_count, volume, response_hours, solution_hours, response_share,
                       solution_share, COALESCE(limit_count, 0), COALESCE(limit_met, 0), COALESCE(answer_count, 0),
                       satisfaction::float, first_count, cases, late, again, rated
                  FROM solved
                  LEFT JOIN limits ON limits.user_id = solved.user_id
                  LEFT JOIN answers ON answers.user_id = solved.user_id
                 ORDER BY solved.user_id
                """,
                credited=self._get_credit_query(company, start, end),
                weights=weights,
            )
        )
        return [dict(zip(MEASURED, row, strict=True)) for row in rows]

    @api.model
    def _get_credit_query(self, company, start, end):
        """Return the common table expressions up to ``credit``: a row for each solved complaint with its person."""
        return SQL(
            """
            done AS (
                SELECT complaint.id, complaint.team_id, complaint.severity, complaint.reopen_count,
                       complaint.user_id, complaint.received_datetime, complaint.resolved_datetime
                  FROM customer_complaint complaint
                  JOIN customer_complaint_stage stage ON stage.id = complaint.stage_id
                 WHERE complaint.company_id = %(company)s AND complaint.kind IN %(kinds)s
                       AND stage.phase IN ('resolved', 'closed')
                       AND complaint.resolved_datetime >= %(start)s AND complaint.resolved_datetime < %(end)s
            ),
            changes AS (
                SELECT done.id, message.date AS moment, value.id AS sequence,
                       value.old_value_integer AS old_id, value.new_value_integer AS new_id
                  FROM done
                  JOIN mail_message message
                    ON message.model = 'customer.complaint' AND message.res_id = done.id
                  JOIN mail_tracking_value value
                    ON value.mail_message_id = message.id AND value.field_id = %(field)s
            ),
            points AS (
                SELECT changes.id, moment, sequence, new_id AS user_id
                  FROM changes
                  JOIN done ON done.id = changes.id
                 WHERE moment < done.resolved_datetime
                UNION ALL
                SELECT done.id, done.received_datetime, 0,
                       CASE WHEN first.id IS NULL THEN done.user_id ELSE first.old_id END
                  FROM done
                  LEFT JOIN (
                    SELECT DISTINCT ON (id) id, old_id FROM changes ORDER BY id, moment, sequence
                  ) first ON first.id = done.id
            ),
            spans AS (
                SELECT points.*, LEAD(moment) OVER (PARTITION BY id ORDER BY moment, sequence) AS next_moment
                  FROM points
            ),
            shares AS (
                SELECT spans.id, spans.user_id, MAX(moment) AS latest,
                       SUM(GREATEST(COALESCE(next_moment, resolved_datetime), moment) - moment) AS held
                  FROM spans
                  JOIN done ON done.id = spans.id
                  JOIN res_users users ON users.id = spans.user_id
                 GROUP BY spans.id, spans.user_id
            ),
            credit AS (
                SELECT DISTINCT ON (shares.id) shares.id, shares.user_id, done.team_id, done.severity,
                       done.reopen_count
                  FROM shares
                  JOIN done ON done.id = shares.id
                 ORDER BY shares.id, held DESC, latest DESC
            )
            """,
            company=company.id,
            kinds=PROBLEM_KINDS,
            start=start,
            end=end,
            field=self.env["ir.model.fields"]._get("customer.complaint", "user_id").id,
        )
