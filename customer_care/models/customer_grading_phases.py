from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import grading
from ..tools.figures import Scope


class CustomerGradingRun(models.Model):
    """What the phases of a run do with the customers of a slice, each in a few statements."""

    _inherit = "customer.grading.run"

    def _get_metrics(self):
        """Return the metrics of the criteria as they were when the rules were written down."""
        Metric = self.env["customer.metric"].sudo()
        metrics = Metric.browse()
        for row in self.spec["criteria"]:
            if row["provider"] not in dict(Metric._fields["provider"]._description_selection(self.env)):
                raise UserError(
                    self.env._(
                        "The metric %(metric)s is not available any more.",
                        metric=self.env["customer.grading.scheme"]._get_criterion_name(row),
                    )
                )
            names = ("provider", "months", "unit", "is_lower_better", "is_history", "code")
            metrics += Metric.new(
                {name: row[name] for name in names}, origin=Metric.browse(row["metric_id"]).exists()
            )
        return metrics

    def _write_values(self, part):
        """Write the figures of the customers of a slice into the narrow table."""
        scope = Scope(
            date=self.date,
            company_ids=tuple(self.spec["company_id"] and [self.spec["company_id"]] or ()),
            currency_id=self.spec["currency_id"],
            **(
                {"ids": (self.partner_id.id,)}
                if self.partner_id
                else {"first_id": part.first_id, "last_id": part.last_id}
            ),
        )
        figures = self._get_metrics()._build_query(self._get_customers(part).select(), scope)
        columns = SQL(", ").join(
            SQL("NULLIF(%s, 'NaN')", SQL.identifier(f"value_{number}"))
            for number in range(len(self.spec["criteria"]))
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_grading_value (run_id, partner_id, metric_values)
                SELECT %s, partner_id, ARRAY[%s]::double precision[] FROM (%s) figure
                """,
                self.id,
                columns,
                figures,
            )
        )

    def _get_borders(self):
        """Return the borders of the classes: one list for each criterion, empty for other methods."""
        criteria = list(enumerate(self.spec["criteria"], start=1))
        quantiles = [(number, row) for number, row in criteria if row["method"] == "quantile"]
        borders = [[] for _row in criteria]
        if not quantiles:
            return borders
        if self.partner_id:
            return self._get_known_borders()
        rows = SQL("FROM customer_grading_value WHERE run_id = %s", self.id)
        counts = SQL(", ").join(SQL("COUNT(metric_values[%s])", number) for number, _row in quantiles)
        [known] = self.env.execute_query(SQL("SELECT %s %s", counts, rows))
        parts = []
        for (number, row), count in zip(quantiles, known, strict=True):
            # The value at a place, exactly: the first whose share of the rows is not below place - 1/2.
            shares = [(place - 0.5) / count for place in grading.get_positions(count, row["classes"])]
            parts.append(
                SQL(
                    "percentile_disc(%s::float8[]) WITHIN GROUP (ORDER BY metric_values[%s] %s)",
                    shares,
                    number,
                    SQL("ASC") if row["is_lower_better"] else SQL("DESC"),
                )
            )
        [found] = self.env.execute_query(SQL("SELECT %s %s", SQL(", ").join(parts), rows))
        for (number, _row), values in zip(quantiles, found, strict=True):
            borders[number - 1] = list(values or [])
        return borders

    def _get_known_borders(self):
        """Return the borders of the last whole run of the same version.

        :raises UserError: when there was none
        """
        domain = [
            ("version_id", "=", self.version_id.id),
            ("partner_id", "=", False),
            ("borders", "!=", False),
        ]
        run = self.search([*domain, ("is_dry_run", "=", False), ("state", "in", ("review", "done"))], limit=1)
        if not run:
            raise UserError(
                self.env._("Grade all customers first: the scheme compares the customers with each other.")
            )
        return run.borders

    def _write_results(self, part):
        """Turn the figures of a slice into results."""
        criteria = self.spec["criteria"]
        names = [
            (SQL("metric_values[%s]", number), SQL.identifier(f"p{number}"))
            for number in range(1, len(criteria) + 1)
        ]
        points = [
            SQL("%s AS %s", grading.points_sql(row, value, self.borders[index]), name)
            for index, (row, (value, name)) in enumerate(zip(criteria, names, strict=True))
        ]
        ranks = SQL(", ").join(
            SQL("(%s, %s)", *pair) for pair in self.env["customer.grade"]._get_ranks().items()
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_grading_result (
                    run_id, scheme_id, version_id, partner_id, company_id, date, score, grade_id, previous_grade_id,
                    levels, state, is_dry_run, metric_values
                )
                WITH rank (grade_id, rank) AS (VALUES %(ranks)s),
                -- Materialized, for else each use of points and score would compute them anew.
                pointed AS MATERIALIZED (
                    SELECT partner_id, metric_values, %(points)s
                      FROM customer_grading_value
                     WHERE run_id = %(run)s AND partner_id BETWEEN %(first)s AND %(last)s
                ),
                scored AS MATERIALIZED (SELECT partner_id, metric_values, %(score)s AS score FROM pointed)
                SELECT %(run)s, %(scheme)s, %(version)s::int, graded.partner_id,
                       COALESCE(%(company)s::int, partner.company_id), %(date)s, graded.score, graded.grade_id,
                       partner.care_grade_id, COALESCE(before.rank - after.rank, 0),
                       %(state)s, %(dry)s, graded.metric_values
                  FROM (SELECT *, %(grade)s AS grade_id FROM scored) graded
                  JOIN res_partner partner ON partner.id = graded.partner_id AND partner.active
                       AND partner.commercial_partner_id = partner.id AND partner.id BETWEEN %(first)s AND %(last)s
                  LEFT JOIN rank before ON before.grade_id = partner.care_grade_id
                  LEFT JOIN rank after ON after.grade_id = graded.grade_id
                """,
                ranks=ranks,
                points=SQL(", ").join(points),
                score=grading.score_sql(self.spec, names),
                grade=grading.grade_sql(self.spec, SQL("score")),
                run=self.id,
                scheme=self.scheme_id.id,
                version=self.version_id.id or None,
                company=self.company_id.id or None,
                date=self.date,
                state=self._get_state_sql(),
                dry=self.is_dry_run,
                first=part.first_id,
                last=part.last_id,
            )
        )

    def _get_state_sql(self):
        return SQL(
            """CASE WHEN graded.grade_id IS NULL THEN 'ungraded'
                    WHEN partner.care_grade_until >= %s THEN 'kept'
                    WHEN %s THEN 'simulated'
                    WHEN partner.care_grade_id = graded.grade_id THEN 'unchanged'
                    ELSE 'proposed' END""",
            self.date,
            self.is_dry_run,
        )

    def _count_results(self):
        """Write the figures of the run (singleton)."""
        [row] = self.env.execute_query(
            SQL(
                """
                SELECT COUNT(grade_id), COUNT(*) - COUNT(grade_id),
                       COUNT(*) FILTER (WHERE grade_id IS DISTINCT FROM previous_grade_id AND grade_id IS NOT NULL
                                              AND state <> 'kept'),
                       COUNT(*) FILTER (WHERE levels > 0 AND state <> 'kept'),
                       COUNT(*) FILTER (WHERE levels < 0 AND state <> 'kept')
                  FROM customer_grading_result WHERE run_id = %s
                """,
                self.id,
            )
        )
        self.write(
            dict(
                zip(
                    ("count_graded", "count_ungraded", "count_changed", "count_up", "count_down"),
                    row,
                    strict=True,
                )
            )
        )

    def _write_scores(self, part):
        """Write the scores that changed to the customers of a slice and their contacts, in the order of their ids."""
        if self.is_dry_run:
            return
        review = (
            fields.Date.add(self.date, months=self.spec["review_months"])
            if self.spec["review_months"]
            else None
        )
        self.env["res.partner"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner partner
                   SET care_score = result.score,
                       care_previous_score = CASE WHEN partner.care_score IS DISTINCT FROM result.score
                                                  THEN partner.care_score ELSE partner.care_previous_score END,
                       care_grade_result_id = CASE WHEN result.state = 'unchanged' THEN result.id
                                                   ELSE partner.care_grade_result_id END,
                       care_review_date = CASE WHEN partner.care_review_date > %(date)s THEN partner.care_review_date
                                               ELSE %(review)s END
                  FROM customer_grading_result result
                 WHERE result.run_id = %(run)s AND result.partner_id BETWEEN %(first)s AND %(last)s
                   AND partner.commercial_partner_id = result.partner_id
                   AND result.grade_id IS NOT NULL
                   AND (partner.care_score IS DISTINCT FROM result.score
                        OR (COALESCE(partner.care_review_date <= %(date)s, %(review)s::date IS NOT NULL)))
                """,
                date=self.date,
                review=review,
                run=self.id,
                first=part.first_id,
                last=part.last_id,
            )
        )
        self.env["res.partner"].invalidate_model()

    def _end(self):
        """Close the run (singleton): drop the figures, ask for the changes."""
        self._drop_rows(keep_results=True)
        self.write({"phase": "done", "date_end": fields.Datetime.now(), "state": "done"})
        if not self.is_dry_run:
            self.env["customer.grading.proposal"].sudo()._make_for_run(self)

    def _drop_rows(self, keep_results=False):
        if not keep_results:
            self._forget_results()
        tables = (
            ["customer_grading_value"]
            if keep_results
            else ["customer_grading_value", "customer_grading_result"]
        )
        for table in tables:
            self.env.cr.execute(
                SQL("DELETE FROM %s WHERE run_id IN %s", SQL.identifier(table), tuple(self.ids) or (0,))
            )
        self.env["customer.grading.result"].invalidate_model()

    def _forget_results(self):
        """Let no customer name a result of the runs, which are about to be dropped."""
        if "finish" not in self.mapped("phase"):
            return
        self.env["res.partner"].flush_model(["care_grade_result_id"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner SET care_grade_result_id = NULL WHERE care_grade_result_id IN (
                    SELECT id FROM customer_grading_result WHERE run_id IN %s)
                """,
                tuple(self.ids),
            )
        )
        self.env["res.partner"].invalidate_model(["care_grade_result_id"])
