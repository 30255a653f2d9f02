import logging
from datetime import timedelta

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import clean_context

from ..tools.batches import TRANSIENT

OPEN_STATES = ("waiting", "running")
# A preview is looked at and forgotten.
PREVIEW_HOURS = 24
# What a worker makes in one transaction.
SLICE = 20000
# Up to so many are made at once, more are left to the workers.
RUN_AT_ONCE = 2000
_logger = logging.getLogger(__name__)


class CustomerRuleRunMixin(models.AbstractModel):
    """One look of a rule at all its customers.

    It begins with one statement for each company that finds the customers, says of each why not or when, and keeps
    those to take as candidates (``_find``). All that is one transaction. A preview ends here, and keeps the others as
    well.

    The candidates are numbered and cut into slices. A worker takes any slice that no other holds, does its work and
    notes the slice as done, in one transaction (``_make``). So two may work at once, and after a crash the next goes on
    with what is not committed. Should two runs ever make the same row, its unique key leaves it out.

    A model names those of its candidates (``run_id``, ``number``, ``code``: why not) and slices (``run_id``,
    ``number``, ``is_done``, and the figures ``_slice_counts``), and has ``rule_id``, of a model with
    ``customer.rule.periodic.mixin`` and ``customer.rule.owner.mixin``.
    """

    _name = "customer.rule.run.mixin"
    _description = "Run of a Rule"
    _inherit = ["customer.run.mixin"]
    _run_states = ("running",)
    _candidate_model = None
    _slice_model = None
    # Of the figures, those that a slice sums up; they replace what was foreseen when the run ends.
    _slice_counts = ("count_new",)

    company_id = fields.Many2one("res.company", readonly=True, index="btree_not_null")
    user_id = fields.Many2one("res.users", string="Started by", required=True, readonly=True)
    # By methods: labels of a list would be translated for the models of this addon alone.
    source = fields.Selection(selection="_selection_source", required=True, readonly=True)
    state = fields.Selection(selection="_selection_state", required=True, readonly=True, index=True)
    date = fields.Date(string="As of", required=True, readonly=True)
    date_start = fields.Datetime(string="Started on", readonly=True)
    date_end = fields.Datetime(string="Ended on", readonly=True)
    duration_seconds = fields.Float(string="Seconds", readonly=True, digits=(12, 1), aggregator="avg")
    error = fields.Text(string="What Went Wrong", readonly=True)
    count_customers = fields.Integer(
        string="Customers Looked at", readonly=True, help="All whom the filters of the rule match."
    )
    count_due = fields.Integer(readonly=True)
    count_new = fields.Integer(readonly=True)
    counts = fields.Json(string="Left Out as Data", readonly=True)
    counts_html = fields.Html(string="Left Out", compute="_compute_counts_html", sanitize=False)
    is_confirmed = fields.Boolean(string="Confirmed", readonly=True)
    progress = fields.Integer(compute="_compute_progress", help="Percent")

    @api.model
    def _selection_source(self):
        labels = {
            "preview": self.env._("Preview"),
            "manual": self.env._("By hand"),
            "night": self.env._("Nightly"),
        }
        return list(labels.items())

    @api.model
    def _selection_state(self):
        labels = {
            "preview": self.env._("Preview"),
            "waiting": self.env._("To Confirm"),
            "running": self.env._("Running"),
            "done": self.env._("Done"),
            "failed": self.env._("Failed"),
            "cancelled": self.env._("Cancelled"),
        }
        return list(labels.items())

    def unlink(self):
        self._drop_rows()
        return super().unlink()

    # Beginning

    @api.model
    def _start(self, rule, source):
        """Begin a run of a rule: ``preview``, ``manual`` or ``night``.

        :return: the run with the rights of the caller; empty at night when another is open
        :raises UserError: the rule cannot be run, or is just being run
        """
        # The defaults of a form in which the button was pressed are not those of what the run makes.
        # pylint: disable=context-overridden
        Run = self.sudo().with_context(clean_context(self.env.context))
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
        self._make_slices()
        if self.count_due <= RUN_AT_ONCE:
            self._work_at_once()
        else:
            self._call_workers()

    def _find_all(self):
        self._drop_rows()
        self.slice_ids.unlink()
        totals = dict.fromkeys(self._get_found_names(), 0)
        counts = {}
        for part in self.rule_id._get_parts():
            found = self._find(part, totals["new"], totals["due"])
            for name in totals:
                totals[name] += found.get(name, 0)
            for code, count in found["counts"].items():
                counts[code] = counts.get(code, 0) + count
        # Until the end ``count_new`` says what is to be made; what is made is summed up then.
        self.write({**{f"count_{name}": value for name, value in totals.items()}, "counts": counts})

    def _query_many(self, query):
        """Run a statement over very many rows, whatever the planner knows of tables that were just filled.

        Where it takes a hundred thousand rows for a few it would compare each with each.
        """
        self.env.cr.execute("SET LOCAL enable_nestloop = off; SET LOCAL jit = off")
        # After an error the savepoint around the run takes the settings back.
        rows = self.env.execute_query(query)
        self.env.cr.execute("SET LOCAL enable_nestloop = DEFAULT; SET LOCAL jit = DEFAULT")
        return rows

    def _wait(self):
        """Let somebody confirm so many."""
        self._drop_rows()
        self.state = "waiting"
        if self.source == "night":
            self.rule_id._notify_owner(*self._get_wait_notice(self.rule_id._get_owner_env()))

    def _fail(self, error):
        text = self._get_error_text(error)
        _logger.warning("Run %s of rule %s failed", self.id, self.rule_id, exc_info=True)
        self.write({"state": "failed", "error": text, "date_end": fields.Datetime.now()})
        self._drop_rows()
        self.rule_id.date_last_run = self.date
        self.rule_id._notify_owner(*self._get_fail_notice(self.rule_id._get_owner_env(), text))

    def _make_slices(self):
        last = self.env.execute_query(
            SQL(
                "SELECT MAX(number) FROM %s WHERE run_id = %s",
                SQL.identifier(self.env[self._candidate_model]._table),
                self.id,
            )
        )[0][0]
        count = 0 if last is None else max(-(-last // SLICE), 1)
        self.env[self._slice_model].sudo().create(
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
        """Do one slice; return False when none is left to take.

        :param asks_gate: whether time has passed since the gate was asked
        """
        parts = self.env[self._slice_model].sudo()
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
        self._wait_for_row()
        left = Domain("run_id", "=", self.id) & Domain("is_done", "=", False)
        if self.state == "running" and not self.slice_ids.search_count(left, limit=1):
            self._end("done")
        return False

    def _end(self, state):
        """Close the run: sum up what the slices did, drop the candidates. Override to tell who must know."""
        done = self.slice_ids.filtered("is_done")
        self.write(
            {
                "state": state,
                "counts": self._get_end_counts(done),
                **{name: sum(done.mapped(name)) for name in self._slice_counts},
            }
        )
        self._drop_rows()
        self.slice_ids.unlink()
        self._take_time()

    def _take_time(self):
        now = fields.Datetime.now()
        self.write({"date_end": now, "duration_seconds": (now - self.date_start).total_seconds()})

    # Rows

    def _get_slice_rows(self, after, until):
        """Return the condition of the candidates of the run (singleton) that ``_make`` works on."""
        return SQL(
            "candidate.run_id = %s AND candidate.number BETWEEN %s AND %s",
            self.id,
            after + 1 if after else 0,
            until,
        )

    def _get_company_rows(self, rows):
        """Return [(company, condition)] of candidates by company.

        :param SQL rows: condition on the table ``candidate``
        """
        table = SQL.identifier(self.env[self._candidate_model]._table)
        found = self.env.execute_query(
            SQL("SELECT DISTINCT company_id FROM %s candidate WHERE %s", table, rows)
        )
        companies = self.env["res.company"].sudo().browse([row[0] for row in found])
        return [(company, SQL("%s AND candidate.company_id = %s", rows, company.id)) for company in companies]

    def _drop_rows(self):
        Candidate = self.env[self._candidate_model]
        if self.ids:
            self.env.cr.execute(
                SQL("DELETE FROM %s WHERE run_id IN %s", SQL.identifier(Candidate._table), tuple(self.ids))
            )
            Candidate.invalidate_model()

    @api.autovacuum
    def _gc_previews(self):
        """Forget previews after a day."""
        if self._abstract:
            return
        limit = fields.Datetime.now() - timedelta(hours=PREVIEW_HOURS)
        self.sudo().search([("state", "=", "preview"), ("date_start", "<", limit)]).unlink()

    # Hooks

    @api.model
    def _get_found_names(self):
        """Return the figures of ``_find`` that are summed up over the companies and kept as ``count_<name>``."""
        return ("customers", "due", "new")

    def _find(self, part, new_before, due_before):
        """Keep the candidates of one company, in few statements.

        :param new_before, due_before: found in companies before: the maximum and the numbers go on from there
        :return: dict of the figures (``_get_found_names``), and ``counts`` by reason of those left out
        """
        raise NotImplementedError()

    def _make(self, after, until, asks_gate=True):
        """Work on the candidates with numbers above ``after`` up to ``until``; 0 belongs to the first.

        :return: the figures of the slice
        """
        raise NotImplementedError()

    def _get_limit(self):
        """Return how many may be made without asking."""
        raise NotImplementedError()

    def _get_end_counts(self, slices):
        """Return the reasons of those left out at the end, by what the slices found."""
        counts = dict(self.counts or {})
        blocked = sum(slices.mapped("count_blocked"))
        if blocked:
            counts["unwanted"] = counts.get("unwanted", 0) + blocked
        return counts

    def _get_wait_notice(self, env):
        """Return summary and note, in the language of ``env``, of the notice that a run waits."""
        raise NotImplementedError()

    def _get_fail_notice(self, env, text):
        """Return summary and note of the notice that a run failed by the error of that text."""
        raise NotImplementedError()
