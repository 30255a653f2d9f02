import logging

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, mute_logger

from ..tools import grading
from ..tools.figures import Scope
from .customer_grading_run import ACTIVE_STATES, PHASES

# Customers that a worker does in one transaction.
SLICE = 20000
# What is tried again: another transaction was faster, or the server went away.
TRANSIENT = (psycopg2.errors.SerializationFailure, psycopg2.errors.DeadlockDetected, psycopg2.InterfaceError)

_logger = logging.getLogger(__name__)


class CustomerGradingRun(models.Model):
    """How a run works.

    The customers are cut into slices by their ids. Each slice goes through three phases, each in one transaction:
    ``values`` writes the figures of the metrics into a narrow table; ``grading`` turns them into points, score and
    grade, one row of ``customer.grading.result`` each; ``finish`` writes the scores that changed to the customers.
    A phase begins when all slices have ended the one before: the borders of the classes of equal number need the
    figures of all. A worker takes any slice that no other holds, so two may work at once, and after a crash the
    next one goes on with what is not committed: the slice's phase and its rows are written together.
    """

    _inherit = "customer.grading.run"

    def _lock(self):
        """Return the run (singleton), locked and read again.

        :raises UserError: when a worker is just changing it
        """
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(self.env._("The run is just going on to its next phase: try again.")) from error
        self.invalidate_recordset()
        return self

    # --- Workers ---

    @api.model
    def _cron_work(self):
        """Work on all runs that are under way; slices that another worker holds are passed over."""
        Cron = self.env["ir.cron"]
        runs = self.search([("state", "in", ACTIVE_STATES)], order="id")
        Cron._commit_progress(remaining=len(runs))
        for run in runs:
            while run._work_once():
                if not Cron._commit_progress():
                    return
            Cron._commit_progress(1)

    def _work_once(self):
        """Do one step of the run (singleton); return whether there may be another.

        An error leaves the run failed, with all that was committed before.
        """
        self.invalidate_recordset()
        if not self.exists() or self.state not in ACTIVE_STATES:
            return False
        try:
            if self._work_slice():
                return True
            is_open = self._end_phase()
            if is_open:
                # Whoever found no slice left has gone.
                self._call_workers()
            return is_open
        except psycopg2.InterfaceError:
            raise
        except TRANSIENT:
            # What the other transaction did is seen by the next step.
            self.env.cr.rollback()
            return True
        except Exception as error:
            self.env.cr.rollback()
            if self.exists() and self.state in ACTIVE_STATES:
                self._fail(error)
            return False

    def _work_at_once(self):
        """Do the whole run (singleton) in the present transaction."""
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                while self._work_slice() or self._end_phase():
                    pass
        except TRANSIENT:
            raise
        except Exception as error:
            self._fail(error)

    def _fail(self, error):
        self.ensure_one()
        _logger.warning("Grading run %s failed", self.id, exc_info=True)
        if isinstance(error, UserError | ValueError):
            text = str(error)
        else:
            text = self.env._("The figures could not be computed: %(error)s", error=str(error).split("\n")[0])
        self.write({"state": "failed", "error": text})

    def _work_slice(self):
        """Do the present phase of one slice; return False when none is left to take."""
        open_slices = (
            self.env["customer.grading.slice"]
            .sudo()
            .search([("run_id", "=", self.id), ("phase", "=", self.phase)], order="first_id")
        )
        part = open_slices.try_lock_for_update(limit=1)
        if not part:
            return False
        {"values": self._write_values, "grading": self._write_results, "finish": self._write_scores}[
            self.phase
        ](part)
        part.phase = PHASES[PHASES.index(self.phase) + 1]
        self.env.flush_all()
        # Whoever cancelled the run meanwhile dropped its rows: this makes the transaction fail with those of the slice.
        self.env.cr.execute(SQL("SELECT FROM customer_grading_run WHERE id = %s FOR SHARE", self.id))
        return True

    def _end_phase(self):
        """Go on to the next phase when all slices have ended the present one; return whether that was so."""
        if self.phase == "done" or not self.try_lock_for_update(allow_referencing=True):
            return False
        self.invalidate_recordset()
        if self.state not in ACTIVE_STATES and not self.partner_id:
            return False
        slices = self.env["customer.grading.slice"].sudo()
        if slices.search_count([("run_id", "=", self.id), ("phase", "=", self.phase)], limit=1):
            return False
        if self.phase == "values":
            self.write({"phase": "grading", "borders": self._get_borders()})
            if not self.partner_id:
                self.state = "grading"
        elif self.phase == "grading":
            self._count_results()
            self.phase = "finish"
            if self.is_dry_run:
                self._end()
        elif self.phase == "finish":
            self._end()
        return self.phase != "done"

    # --- Phases ---

    def _get_customers(self, part=None):
        """Return the query of the customers of the run, of one slice or all.

        :raises UserError: the filter cannot be used any more
        """
        domain = Domain.TRUE
        if part:
            domain &= Domain("id", ">=", part.first_id) & Domain("id", "<=", part.last_id)
        if self.partner_id:
            domain &= Domain("id", "=", self.partner_id.id)
        try:
            return self.env["customer.grading.scheme"]._get_customer_query(self.spec["scopes"], domain)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise UserError(
                self.env._("The filter of the scheme cannot be used: %(error)s", error=str(error))
            ) from error

    def _make_slices(self):
        self.ensure_one()
        self.env.flush_all()
        cuts = self.env.execute_query(
            SQL(
                """
                SELECT min(id), max(id), count(*)
                  FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / %s AS number FROM (%s) customer) numbered
                 GROUP BY number ORDER BY number
                """,
                SLICE,
                self._get_customers().select(),
            )
        )
        self.env["customer.grading.slice"].sudo().create(
            [
                {"run_id": self.id, "first_id": first, "last_id": last, "phase": "values"}
                for first, last, _count in cuts
            ]
        )
        self.write({"count_scope": sum(count for _first, _last, count in cuts), "state": "values"})

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
