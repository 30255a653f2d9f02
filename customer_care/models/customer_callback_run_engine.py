import logging

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.batches import TRANSIENT
from .customer_callback_run import OPEN_STATES

# Callbacks that a worker makes in one transaction.
SLICE = 20000
# Up to so many callbacks are made at once, more are left to the workers.
RUN_AT_ONCE = 2000
_logger = logging.getLogger(__name__)


class CustomerCallbackRun(models.Model):
    """How a run works.

    It begins with one statement for each company that finds the customers, says of each why not or when, and keeps
    those to call as candidates (``customer_callback_run_find``); another divides them among people
    (``customer_callback_run_divide``). All that is one transaction. A preview ends here, and keeps the others as well.

    The candidates are numbered and cut into slices. A worker takes any slice that no other holds, makes its
    callbacks and the rows of the timeline, and notes the slice as done, in one transaction
    (``customer_callback_run_make``). So two may work at once, and after a crash the next goes on with what is not
    committed. Should two runs ever make the same callback, the unique key leaves it out.
    """

    _inherit = "customer.callback.run"

    # Beginning

    @api.model
    def _start(self, rule, source):
        """Begin a run of a rule: ``preview``, ``manual`` or ``night``.

        :return: the run with the rights of the caller; empty at night when another is open
        :raises UserError: the rule cannot be run, or is just being run
        """
        Run = self.sudo()
        if source != "preview":
            opened = Run.search([("rule_id", "=", rule.id), ("state", "in", OPEN_STATES)], limit=1)
            if opened and source == "night":
                return self.browse()
            if opened.state == "running":
                raise UserError(
                    self.env._(
                        "%(run)s is under way, started by %(user)s: wait until it has ended, or cancel it.",
                        run=opened.display_name,
                        user=opened.user_id.name,
                    )
                )
            if opened:
                opened._lock()._end("cancelled")
                opened.flush_recordset()
                rule.sudo()._close_notices()
        run = Run.create(
            {
                "rule_id": rule.id,
                "company_id": rule.company_id.id,
                "user_id": self.env.uid,
                "source": source,
                "state": "preview" if source == "preview" else "running",
                "date": rule._get_today(rule.company_id or self.env.company),
                "date_start": fields.Datetime.now(),
            }
        )
        run._begin()
        return run.with_env(self.env)

    def _begin(self):
        """Find the customers of the run (singleton), then wait, work at once, or call the workers.

        :raises UserError: the rule cannot be run; at night the run fails instead
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._find_all()
        except TRANSIENT:
            raise
        except (UserError, psycopg2.Error, ValueError, KeyError, AttributeError, TypeError) as error:
            if self.source != "night":
                raise UserError(
                    self.env._(
                        "The rule %(name)s cannot be run: %(error)s",
                        name=self.rule_id.name,
                        error=self._get_error_text(error),
                    )
                ) from error
            self._fail(error)
            return
        if self.source == "preview":
            self._take_time()
            return
        self.rule_id.date_last_run = self.date
        if not self.is_confirmed and self.count_new > self._get_limit():
            self._wait()
            return
        self.rule_id.is_changed = False
        self._make_slices()
        if self.count_due <= RUN_AT_ONCE:
            self._work_at_once()
        else:
            self._call_workers()

    def _find_all(self):
        self._drop_rows()
        self.slice_ids.unlink()
        self.portions = False
        totals = dict.fromkeys(("customers", "due", "new", "unassigned", "no_phone"), 0)
        counts = {}
        for part in self.rule_id._get_parts():
            found = self._find(part, totals["new"], totals["due"])
            for name in totals:
                totals[name] += found.get(name, 0)
            for code, count in found["counts"].items():
                counts[code] = counts.get(code, 0) + count
        # Until the end ``count_new`` says what is to be made; what is made is summed up then.
        self.write({**{f"count_{name}": value for name, value in totals.items()}, "counts": counts})

    def _get_limit(self):
        company = self.rule_id._get_parts()[0].company
        return company.care_callback_limit or 2**31

    def _wait(self):
        """Let somebody confirm so many callbacks."""
        self._drop_rows()
        self.state = "waiting"
        if self.source == "night":
            env = self.rule_id._get_owner_env()
            self.rule_id._notify_owner(
                env._("Too many callbacks"),
                env._(
                    "%(rule)s would make %(count)s callbacks, more than %(limit)s. Nothing is planned until you "
                    "confirm it or change the rule.",
                    rule=self.rule_id.name,
                    count=self.count_new,
                    limit=self._get_limit(),
                ),
            )

    def _fail(self, error):
        text = self._get_error_text(error)
        _logger.warning("Run %s of callback rule %s failed", self.id, self.rule_id.id, exc_info=True)
        self.write({"state": "failed", "error": text, "date_end": fields.Datetime.now()})
        self._drop_rows()
        self.rule_id.date_last_run = self.date
        env = self.rule_id._get_owner_env()
        self.rule_id._notify_owner(
            env._("The callback rule does not work"),
            env._("%(rule)s planned nothing: %(error)s", rule=self.rule_id.name, error=text),
        )

    def _make_slices(self):
        last = self.env.execute_query(
            SQL("SELECT MAX(number) FROM customer_callback_candidate WHERE run_id = %s", self.id)
        )[0][0]
        count = 0 if last is None else max(-(-last // SLICE), 1)
        self.env["customer.callback.slice"].sudo().create(
            [{"run_id": self.id, "number": number} for number in range(count)]
        )

    # Working

    def _do_step(self):
        return self._work_slice() or self._end_when_done()

    def _work_at_once(self):
        """Do the whole run (singleton) in the present transaction."""
        # The gate was asked in this transaction, which sees nothing newer.
        while self._work_slice(asks_gate=False):
            pass
        self._end_when_done()

    def _work_slice(self, asks_gate=True):
        """Make the callbacks of one slice; return False when none is left to take.

        :param asks_gate: whether time has passed since the gate was asked
        """
        parts = self.env["customer.callback.slice"].sudo()
        part = parts.search(
            [("run_id", "=", self.id), ("is_done", "=", False)], order="number"
        ).try_lock_for_update(limit=1)
        if not part:
            return False
        part.write({**self._make(part.number * SLICE, (part.number + 1) * SLICE, asks_gate), "is_done": True})
        self._hold()
        return True

    def _end_when_done(self):
        """End the run when all slices are done; always return False: there is no further step."""
        if not self.try_lock_for_update(allow_referencing=True):
            return False
        self.invalidate_recordset()
        left = Domain("run_id", "=", self.id) & Domain("is_done", "=", False)
        if self.state == "running" and not self.slice_ids.search_count(left, limit=1):
            self._end("done")
        return False

    def _end(self, state):
        """Close the run: sum up what the slices did, drop the candidates, tell who must know."""
        done = self.slice_ids.filtered("is_done")
        names = ("count_new", "count_moved", "count_cancelled")
        counts = dict(self.counts or {})
        blocked = sum(done.mapped("count_blocked"))
        if blocked:
            counts["unwanted"] = counts.get("unwanted", 0) + blocked
        self.write(
            {
                "state": state,
                "counts": counts,
                "portions": False,
                **{name: sum(done.mapped(name)) for name in names},
            }
        )
        self._drop_rows()
        self.slice_ids.unlink()
        self._take_time()
        if state == "done" and self.count_unassigned:
            env = self.rule_id._get_owner_env()
            self.rule_id._notify_owner(
                env._("Callbacks without a caller"),
                env._(
                    "%(rule)s planned %(count)s callbacks that nobody makes: name a team with people who are there.",
                    rule=self.rule_id.name,
                    count=self.count_unassigned,
                ),
            )

    def _take_time(self):
        now = fields.Datetime.now()
        self.write({"date_end": now, "duration_seconds": (now - self.date_start).total_seconds()})
