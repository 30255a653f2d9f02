import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, mute_logger

from ..tools.batches import TRANSIENT
from .customer_grading_run import ACTIVE_STATES, PHASES

# Customers that a worker does in one transaction.
SLICE = 20000
_logger = logging.getLogger(__name__)


class CustomerGradingRun(models.Model):
    """How a run works.

    The customers are cut into slices by their ids. Each slice goes through three phases, each in one transaction:
    ``values`` writes the figures of the metrics into a narrow table; ``grading`` turns them into points, score and
    grade, one row of ``customer.grading.result`` each; ``finish`` writes the scores that changed to the customers.
    A phase begins when all slices have ended the one before: the borders of the classes of equal number need the
    figures of all. A worker takes any slice that no other holds, so two may work at once, and after a crash the
    next one goes on with what is not committed: the slice's phase and its rows are written together.
    What a phase does is in ``customer_grading_phases``.
    """

    _inherit = "customer.grading.run"

    # --- Workers ---

    @api.model
    def _cron_work(self):
        """Work on all runs that are under way."""
        self._work_all()

    def _do_step(self):
        if self._work_slice():
            return True
        is_open = self._end_phase()
        if is_open:
            # Whoever found no slice left has gone.
            self._call_workers()
        return is_open

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
        self.write({"state": "failed", "error": self._get_error_text(error)})

    def _get_error_text(self, error):
        if isinstance(error, UserError | ValueError):
            return str(error)
        return self.env._(
            "The figures could not be computed: %(error)s", error=super()._get_error_text(error)
        )

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
        self._hold()
        return True

    def _end_phase(self):
        """Go on to the next phase when all slices have ended the present one; return whether that was so."""
        if self.phase == "done":
            return False
        self._wait_for_row()
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

    # --- Customers ---

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
