from collections import defaultdict
from datetime import datetime, timedelta
from operator import methodcaller
from typing import NamedTuple

from odoo import api, fields, models
from odoo.addons.customer_care.tools.batches import work_in_batches
from odoo.addons.customer_care.tools.worktime import WorkTime
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import clock, escalation
from .customer_complaint_escalation_level import LevelFacts
from .customer_complaint_escalation_log import ACTIVITY
from .customer_complaint_stage import DONE_PHASES

# Only the program sets these, with the values of a new complaint.
ESCALATION_FIELDS = {
    "escalation_level": 0,
    "escalation_state": False,
    "escalation_round": 0,
    "escalation_since": False,
    "priority_raise": 0,
    "has_open_tasks": False,
    "escalation_ids": [],
}
HIGHEST_RAISE = 3
# The working time is not known for ever: what lies beyond is looked for again after these days.
LOOK_AGAIN = timedelta(days=7)


class Step(NamedTuple):
    """A level to come: when people are told (None: beyond the working time known), and what for.

    ``reached`` is when the threshold is reached, ``is_silence`` that the level before was not acknowledged,
    ``entry`` the result of the time limit.
    """

    entry: dict
    level: LevelFacts
    due: datetime | None
    reached: datetime | None
    is_silence: bool


class CustomerComplaint(models.Model):
    """When levels of escalation are due. What they do is in ``customer_complaint_escalate_fire``.

    The moment is never counted down: it is asked anew from the history with each computation of the time
    limits, so that pausing, resolving, reopening and a changed deadline move what has not been told yet.
    """

    _inherit = "customer.complaint"

    next_escalation_datetime = fields.Datetime(
        string="Next Escalation", readonly=True, copy=False, groups="base.group_user"
    )
    escalation_level = fields.Integer(readonly=True, copy=False, aggregator=False, groups="base.group_user")
    escalation_state = fields.Selection(
        [
            ("open", "Escalated, Not Acknowledged"),
            ("acknowledged", "Escalated, Acknowledged"),
            ("over", "Was Escalated"),
        ],
        string="Escalation Status",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    escalation_round = fields.Integer(readonly=True, copy=False, groups="base.group_user")
    escalation_since = fields.Datetime(readonly=True, copy=False, groups="base.group_user")
    priority_raise = fields.Integer(
        string="Priority Raised by",
        readonly=True,
        copy=False,
        aggregator=False,
        groups="base.group_user",
        help="Steps that escalations added to the priority.",
    )
    escalation_ids = fields.One2many(
        "customer.complaint.escalation.log",
        "complaint_id",
        string="Escalations",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )

    _next_escalation_idx = models.Index(
        "(next_escalation_datetime) WHERE next_escalation_datetime IS NOT NULL"
    )
    _unanswered_idx = models.Index("(id) WHERE escalation_state = 'open'")

    @api.model_create_multi
    def create(self, vals_list):
        self._check_escalation_fields(name for vals in vals_list for name in vals)
        # given for each, so that no default of the context takes their place
        return super().create([{**ESCALATION_FIELDS, **vals} for vals in vals_list])

    def write(self, vals):
        self._check_escalation_fields(vals)
        return super().write(vals)

    def _check_escalation_fields(self, names):
        """Refuse values for what only the program knows about escalations.

        :raises AccessError: unless called as superuser
        """
        guarded = {"next_escalation_datetime", *ESCALATION_FIELDS}
        if not self.env.su and not guarded.isdisjoint(names):
            raise AccessError(self.env._("Escalations are logged by the program alone."))

    # When

    def _get_watched_conditions(self):
        return super()._get_watched_conditions() | self.env["customer.complaint.escalation"]._get_watched()

    def _get_escalation_rows(self, results):
        """Return the results of time limits that may be escalated: {(complaint id, target, task id or None): entry}.

        :param results: as of ``_compute_results`` of the clocks. Override to add rows of the same form, with a
            target that ``customer.complaint.escalation.log`` knows.
        """
        return {
            (*key, None): entry
            for key, entry in results.items()
            if entry["result"].state in clock.OPEN_STATES
        }

    def _get_escalation_round(self, task_id):
        """Return the number of the round of a time limit. Override for rows with rounds of their own."""
        return self.escalation_round

    def _plan_escalations(self, results):
        """Return {(complaint id, target, task id or None): [:class:`Step`]} of the levels to come, in order.

        Levels up to the highest that has fired in this round are done. A level is due when its threshold is
        reached, or when the one before was not acknowledged in time, whatever comes first.
        """
        Rule = self.env["customer.complaint.escalation"]
        if not Rule._get_rules():
            return {}
        escalated = self.filtered(lambda complaint: complaint.escalation_level or complaint.has_open_tasks)
        marks = escalated._get_escalation_marks()
        plans = {}
        for key, entry in self._get_escalation_rows(results).items():
            complaint = self.browse((key[0],))  # also of one that is not stored yet
            number, silence = marks.get(key, (0, None))
            levels = [level for level in Rule._match(complaint, key[1]) if level.number > number]
            steps = complaint._plan_steps(levels, entry, silence) if levels else []
            if steps:
                plans[key] = steps
        return plans

    def _plan_steps(self, levels, entry, silence):
        """Return the steps of one time limit.

        :param silence: by when the last level was to be acknowledged, None unless that is still awaited
        """
        amounts = [level.threshold(entry["result"].limit) for level in levels]
        moments = escalation.reach_in(entry["result"].phases, amounts, entry["worktime"])
        if moments is None:
            return []
        steps = []
        for level, reached in zip(levels, moments, strict=True):
            since = max(filter(None, (level.since, self.escalation_since)))
            is_old = reached and reached <= since
            if is_old and not silence:
                continue
            opening = WorkTime.ALWAYS if level.is_round_the_clock else entry["opening"]
            due = reached and not is_old and escalation.told_at(opening, reached)
            is_silence = bool(silence) and (not due or silence < due)
            steps.append(Step(entry, level, (silence if is_silence else due) or None, reached, is_silence))
            # Silence lets one level follow; that one is to be acknowledged itself.
            silence = None
        return steps

    def _get_escalation_marks(self):
        """Return what was reached in this round, keyed as the rows: (highest level, by when to acknowledge or None)."""
        if not self:
            return {}
        self.env["customer.complaint.escalation.log"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT complaint_id, target, task_id, round, level, CASE WHEN state = 'open' THEN ack_deadline END"
                " FROM customer_complaint_escalation_log WHERE complaint_id IN %s AND target IS NOT NULL"
                " ORDER BY level, id",
                tuple(self.ids),
            )
        )
        return {
            (complaint_id, target, task_id): (level, ack)
            for complaint_id, target, task_id, number, level, ack in rows
            if number == self.browse(complaint_id)._get_escalation_round(task_id)
        }

    def _get_next_escalations(self, results):
        """Return {complaint id: when to look at it next} of those that have something to come.

        :param results: as of ``_compute_results`` of the clocks
        """
        again = fields.Datetime.now() + LOOK_AGAIN
        found = defaultdict(list)
        for (complaint_id, _target, _task_id), steps in self._plan_escalations(results).items():
            found[complaint_id].extend((step.due or again).replace(microsecond=0) for step in steps)
        return {complaint_id: min(moments) for complaint_id, moments in found.items()}

    def _store_next_escalations(self, results):
        """Store when to look at the complaints next."""
        following = self._get_next_escalations(results)
        for moment, complaints in self.grouped(lambda complaint: following.get(complaint.id, False)).items():
            complaints._write_dates({"next_escalation_datetime": moment})

    # The job

    @api.model
    def _cron_escalate(self, batch=200):
        """Escalate what is due, then tell people; several workers may do so at once.

        The worker that finds nothing due any more tells, so that each person gets one message for all batches.
        """
        domain = Domain("next_escalation_datetime", "<=", fields.Datetime.now())
        self.env["ir.cron"]._commit_progress(remaining=self.search_count(domain))
        if work_in_batches(self.sudo(), domain, methodcaller("_escalate_due"), batch):
            self.env["customer.complaint.escalation.log"].sudo()._tell(
                is_complete=not self.search_count(domain)
            )

    def _escalate_due(self):
        """Fire the highest level that is due for each time limit; the lower ones are noted as passed over.

        As superuser, in one transaction: what is logged has happened, and the other way round.
        """
        now = fields.Datetime.now()
        results = self.env["customer.complaint.clock"]._compute_results(self)
        rows = []
        for (complaint_id, target, task_id), steps in self._plan_escalations(results).items():
            due = [step for step in steps if step.due and step.due <= now]
            complaint = self.browse(complaint_id)
            for step in due:
                vals = complaint._prepare_escalation_vals(step, target, task_id, now)
                rows.append({**vals, "state": "open" if step is due[-1] else "passed"})
        if rows:
            self._fire_escalations(rows)
        self._store_next_escalations(results)

    def _prepare_escalation_vals(self, step, target, task_id, now):
        """Return one row of the log for a level that is due."""
        level = self.env["customer.complaint.escalation.level"].browse(step.level.id)
        opening = WorkTime.ALWAYS if level.is_round_the_clock else step.entry["opening"]
        ack_seconds = level.ack_hours * clock.HOUR
        ack_deadline = opening.after(now, ack_seconds) if ack_seconds else None
        result = step.entry["result"]
        deadline = result.breach or result.deadline
        return {
            "complaint_id": self.id,
            "level_id": level.id,
            "level": step.level.number,
            "target": target,
            "task_id": task_id or False,
            "round": self._get_escalation_round(task_id),
            "cause": "silence" if step.is_silence else "time",
            "note": False,
            "asked_by_id": False,
            "deadline": deadline and deadline.replace(microsecond=0),
            "due_datetime": step.due.replace(microsecond=0),
            "fired_datetime": now,
            "ack_deadline": ack_deadline and ack_deadline.replace(microsecond=0),
        }

    # What moves it

    def _restart_escalations(self):
        """Let all levels fire again when they are reached from now on, as after an approved extension.

        A deadline that moves otherwise (another policy, category, calendar) begins no new round: what was told
        is not told twice, and what was not follows the new deadline.
        """
        now = fields.Datetime.now()
        for number, complaints in self.sudo().grouped("escalation_round").items():
            complaints._settle_escalations()
            complaints._write_dates(
                {
                    "escalation_round": number + 1,
                    "escalation_since": now,
                    "escalation_level": 0,
                    "escalation_state": False,
                }
            )
        self._refresh_clocks()

    def _escalate_on_phase(self, phase, reopened):
        """End what is asked of people with the complaint, and begin a new round with a reopened one."""
        if phase in DONE_PHASES:
            escalated = self.filtered("escalation_level")
            escalated._settle_escalations()
            escalated._write_dates({"escalation_state": "over"})
        for number, complaints in reopened.grouped("escalation_round").items():
            # What was late when it was resolved is late again: the highest level reached is told at once.
            complaints._write_dates(
                {
                    "escalation_round": number + 1,
                    "escalation_since": False,
                    "escalation_level": 0,
                    "escalation_state": False,
                }
            )

    def _settle_escalations(self):
        """Take back what is still asked of people."""
        escalated = self.filtered(lambda complaint: complaint.escalation_state == "open")
        if not escalated:
            return
        Log = self.env["customer.complaint.escalation.log"].sudo()
        Log.search([("complaint_id", "in", escalated.ids), ("state", "=", "open")]).write(
            {"state": "settled"}
        )
        escalated.activity_unlink([ACTIVITY])
