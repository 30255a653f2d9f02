import json
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from odoo import api, fields, models
from odoo.addons.customer_care.tools.insert import insert
from odoo.addons.customer_care.tools.worktime import WorkTime
from odoo.tools import SQL

from ..tools import clock
from .customer_complaint_policy_line import COMPLAINT_TARGETS, TARGETS, UNITS
from .customer_complaint_stage import DONE_PHASES

STATES = [
    ("running", "Running"),
    ("paused", "Paused"),
    ("breached", "Exceeded"),
    ("met", "Met"),
    ("missed", "Missed"),
]
# The working time is read this many days ahead at most; beyond, time is counted round the clock.
HORIZONS = (None, 400, 1200)
# Waiting for the customer does not hold what is owed to him before.
OWED = ("acknowledge", "response")


class Past(NamedTuple):
    """What happened to a complaint, as far as its time limits ask.

    ``history``: [(datetime, clock effect, is_solution, effects of single targets or None), ...] in order;
    ``extensions``: [(target, datetime, amount, unit), ...]
    """

    history: list
    extensions: list


class Question(NamedTuple):
    """All that the answer to one time limit depends on; the same question has the same answer."""

    calendar: models.Model
    company: models.Model
    limit: float
    unit: str
    start: datetime
    history: tuple
    extensions: tuple


@lru_cache(maxsize=256)
def read_effects(text):
    """Return {target: effect} of what a row of the history keeps of its stage; not to be modified."""
    return json.loads(text) if text else {}


class CustomerComplaintClock(models.Model):
    """The last result of a time limit: one row for each complaint and target.

    A row is never computed from itself. Each time ``_compute_results`` asks ``tools/clock.py`` with the
    complaint's history, its policy and calendar as of now, and ``_refresh`` stores what differs.
    """

    _name = "customer.complaint.clock"
    _description = "Complaint Time Limit Result"
    _order = "complaint_id, target"
    _rec_name = "target"
    # A computed result: nobody wrote it.
    _log_access = False

    complaint_id = fields.Many2one(
        "customer.complaint", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="complaint_id.company_id")
    target = fields.Selection(TARGETS, required=True, readonly=True)
    limit = fields.Float(readonly=True)
    unit = fields.Selection(UNITS, readonly=True)
    start_datetime = fields.Datetime(string="Start", readonly=True)
    deadline = fields.Datetime(readonly=True)
    limit_seconds = fields.Integer(readonly=True)
    used_seconds = fields.Integer(readonly=True, help="Working time used when it was last computed.")
    remaining_seconds = fields.Integer(readonly=True, help="Working time left when it was last computed.")
    state = fields.Selection(STATES, required=True, readonly=True, default="running")
    breach_datetime = fields.Datetime(string="Exceeded on", readonly=True)

    _complaint_target_uniq = models.UniqueIndex(
        "(complaint_id, target)", "A complaint has one time limit for each target."
    )
    _running_idx = models.Index("(deadline) WHERE state = 'running'")

    @api.model
    def _get_state_selection(self):
        """Return the states for fields of other models, in the reader's language."""
        return self._fields["state"]._description_selection(self.env)

    @api.model
    def _get_selection_names(self):
        """Return {key: name in the reader's language} of targets, states and kinds of spans."""
        names = {
            "counted": self.env._("counted"),
            "outside": self.env._("outside working time"),
            "stopped": self.env._("done"),
        }
        for field in ("target", "state"):
            names.update(self._fields[field]._description_selection(self.env))
        return names

    # Computing

    @api.model
    def _store_first(self, complaints):
        """Store the results of new complaints from the first row of their history.

        What is next stands in the complaints already.

        :param complaints: as superuser
        """
        alike = complaints._group_alike()
        firsts = complaints.browse().concat(*alike)
        results = self._compute_results(firsts, firsts._get_first_histories())
        rows = [
            {**vals, "complaint_id": complaint.id}
            for key, entry in results.items()
            for vals in [self._prepare_clock_vals(key, entry)]
            for complaint in alike[complaints.browse(key[0])]
        ]
        insert(self, rows)
        fresh = ["clock_ids", "stage_history_ids"]
        complaints.invalidate_recordset(fresh, flush=False)
        complaints.modified(fresh)
        # One that is done at once has nothing next.
        done = [one for one in firsts if one.stage_id._get_phase() in DONE_PHASES]
        self._refresh(complaints.browse().concat(*(alike[one] for one in done)))

    @api.model
    def _refresh(self, complaints):
        """Store the results of the complaints; queries do not grow with their number.

        :param complaints: as superuser
        """
        if not complaints:
            return
        results = self._compute_results(complaints)
        stored = self._get_stored_values(complaints)
        self.browse([line[0] for key, line in stored.items() if key not in results]).unlink()
        values = {key: self._prepare_clock_vals(key, entry) for key, entry in results.items()}
        insert(self, [vals for key, vals in values.items() if key not in stored])
        self._update([(stored[key], vals) for key, vals in values.items() if key in stored])
        complaints.invalidate_recordset(["clock_ids"], flush=False)
        complaints.modified(["clock_ids"])
        self._store_next_deadlines(complaints, values, complaints._get_next_escalations(results))

    @api.model
    def _compute_results(self, complaints, histories=None):
        """Return {(complaint id, target): dict of line (limit, unit), question, worktime, opening and result}.

        Complaints that ask the same have the same answer, which is then computed once.

        :param histories: {complaint id: history} of new complaints; see ``Past``
        """
        wanted = {}
        for complaint in complaints:
            _policy, limits = self.env["customer.complaint.policy"]._match(complaint)
            for target, limit, unit in limits:
                start = self._get_start(target, complaint) if target in COMPLAINT_TARGETS else None
                if start:
                    wanted[complaint.id, target] = (complaint, limit, unit, start)
        if not wanted:
            return {}
        pasts = (
            {key: Past(history, []) for key, history in histories.items()}
            if histories
            else self._get_pasts(complaints)
        )
        calendars = self._get_calendars(complaints)
        questions = {
            key: Question(
                calendars[complaint.team_id, complaint.company_id],
                complaint.company_id,
                limit,
                unit,
                start,
                tuple(self._get_target_history(key[1], complaint, pasts[complaint.id].history)),
                tuple(more[1:] for more in pasts[complaint.id].extensions if more[0] == key[1]),
            )
            for key, (complaint, limit, unit, start) in wanted.items()
        }
        answers = self._answer(set(questions.values()))
        return {key: answers[question] for key, question in questions.items()}

    @api.model
    def _get_start(self, target, complaint):
        """Return when a target begins to count, None when nothing is owed. Override for a target of one's own."""
        return complaint.informed_datetime or None if target == "update" else complaint.received_datetime

    @api.model
    def _answer(self, questions):
        """Return {question: result}; further ahead is looked only for those that need it."""
        now = fields.Datetime.now()
        answers = {}
        for days in HORIZONS:
            missing = questions - answers.keys()
            if not missing:
                return answers
            worktimes = self._get_worktimes(missing, now, days)
            found = {question: self._compute_result(question, worktimes, now) for question in missing}
            answers.update((question, result) for question, result in found.items() if result)
        for question in questions - answers.keys():
            answers[question] = self._compute_result(question, None, now)
        return answers

    @api.model
    def _compute_result(self, question, worktimes, now):
        """Return the answer to one question, None when the working time known is too short for it."""
        calendar, company, limit, unit, start, history, additions = question
        opening = worktime = worktimes[calendar, company] if worktimes else WorkTime.ALWAYS
        zone = calendar._get_complaint_zone() or company.partner_id.tz or "UTC"
        seconds, worktime, extensions = clock.extended_seconds(limit, unit, additions, start, worktime, zone)
        if seconds is None:
            return None
        result = clock.compute(start, history, seconds, worktime, now, extensions)
        if result.is_exhausted:
            return None
        # Levels of escalation ask for the working times in which time counts and people are told.
        return {
            "line": (limit, unit),
            "question": question,
            "worktime": worktime,
            "opening": opening,
            "result": result,
        }

    @api.model
    def _get_calendars(self, complaints):
        """Return {(team, company): calendar} of the complaints."""
        places = {(complaint.team_id, complaint.company_id) for complaint in complaints}
        return {(team, company): team._get_calendar() or company._care_calendar() for team, company in places}

    @api.model
    def _get_worktimes(self, questions, now, days):
        """Return {(calendar, company): WorkTime}, reaching ``days`` ahead or as far as usually needed."""
        days = days or max(
            clock.horizon_days(limit, unit)
            for question in questions
            for limit, unit in ((question.limit, question.unit), *(more[1:] for more in question.extensions))
        )
        starts = [question.start for question in questions]
        # Whole weeks and months, so that the cache is hit.
        first = min(starts).date() - timedelta(days=min(starts).weekday() + 1)
        last = (max(now, *starts) + timedelta(days=days)).date().replace(day=1) + timedelta(days=32)
        return {
            (calendar, company): calendar._get_complaint_worktime(company.id, first, last)
            for calendar, company in {question[:2] for question in questions}
        }

    @api.model
    def _get_pasts(self, complaints):
        """Return {complaint id: Past} in one query."""
        ids = tuple(complaints.ids)
        self.env["customer.complaint.extension"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT complaint_id, datetime, clock_effect, COALESCE(is_solution, FALSE), target_effects,"
                " NULL AS target, NULL AS amount, NULL AS unit, id"
                " FROM customer_complaint_stage_history WHERE complaint_id IN %(ids)s"
                " UNION ALL SELECT complaint_id, requested_datetime, NULL, NULL, NULL, target, amount, unit, id"
                " FROM customer_complaint_extension WHERE complaint_id IN %(ids)s AND approval_state = 'approved'"
                " ORDER BY 2, 9",
                ids=ids,
            )
        )
        pasts = {complaint_id: Past([], []) for complaint_id in ids}
        for complaint_id, moment, effect, is_solution, effects, target, amount, unit, _id in rows:
            if target:
                pasts[complaint_id].extensions.append((target, moment, float(amount), unit))
            else:
                pasts[complaint_id].history.append((moment, effect, is_solution, effects))
        return pasts

    @api.model
    def _get_target_history(self, target, complaint, history):
        """Return the history of one target as [(datetime, effect)]. Override for a target of one's own.

        A solution is proposed once; so are acknowledgement and first response given once.
        """
        events = [
            (moment, self._get_effect(target, effect, effects))
            for moment, effect, _is_solution, effects in history
        ]
        fulfilled = self._get_fulfilled(target, complaint, history)
        if fulfilled:
            events = [event for event in events if event[0] < fulfilled] + [(fulfilled, clock.STOP)]
        return events

    @api.model
    def _get_fulfilled(self, target, complaint, history):
        """Return when a target that is fulfilled once was fulfilled, else None."""
        if target == "solution":
            return next((moment for moment, _effect, is_solution, _effects in history if is_solution), None)
        given = complaint.responded_datetime or None
        if target == "acknowledge":
            return min(filter(None, (given, complaint.acknowledged_datetime)), default=None)
        return given if target == "response" else None

    @api.model
    def _get_effect(self, target, effect, effects=None):
        """Return what a stage does to one target: what it says of it, else what it does to all.

        :param str effect: run, pause or stop
        :param effects: text as of ``target_effects`` of the history, or None
        """
        own = read_effects(effects).get(target)
        if own:
            return own
        return clock.RUN if effect == clock.PAUSE and target in OWED else effect
