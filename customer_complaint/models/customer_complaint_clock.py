from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_care.tools.insert import insert
from odoo.addons.customer_care.tools.worktime import WorkTime
from odoo.tools import SQL

from ..tools import clock
from .customer_complaint_policy_line import COMPLAINT_TARGETS, TARGETS, UNITS

STATES = [
    ("running", "Running"),
    ("paused", "Paused"),
    ("breached", "Exceeded"),
    ("met", "Met"),
    ("missed", "Missed"),
]
# The working time is read this many days ahead at most; beyond, time is counted round the clock.
HORIZONS = (None, 400, 1200)
STORED = (
    "start_datetime",
    "deadline",
    "limit_seconds",
    "used_seconds",
    "remaining_seconds",
    "state",
    "breach_datetime",
)


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
    def _refresh(self, complaints, histories=None):
        """Store the results of the complaints; queries do not grow with their number.

        :param complaints: as superuser
        :param histories: of new complaints, which have no results yet, as of ``_get_histories``
        """
        if not complaints:
            return
        results = self._compute_results(complaints, histories)
        stored = {} if histories else self._get_stored(complaints)
        self.browse([line.id for key, line in stored.items() if key not in results]).unlink()
        values = {key: self._prepare_clock_vals(key, entry) for key, entry in results.items()}
        insert(self, [vals for key, vals in values.items() if key not in stored])
        self._update({stored[key]: vals for key, vals in values.items() if key in stored})
        complaints.invalidate_recordset(["clock_ids"], flush=False)
        self._store_next_deadlines(complaints, values, complaints._get_next_escalations(results))

    @api.model
    def _get_stored(self, complaints):
        """Return {(complaint id, target): clock}."""
        names = ("complaint_id", "target", "limit", "unit", *STORED)
        lines = self.search_fetch([("complaint_id", "in", complaints.ids)], names, order="id")
        return {(line.complaint_id.id, line.target): line for line in lines}

    @api.model
    def _compute_results(self, complaints, histories=None):
        """Return {(complaint id, target): dict of limit (seconds), line (limit, unit), start and result}.

        Complaints registered together often have the same answer, which is then computed once.
        """
        wanted = {}
        for complaint in complaints:
            _policy, limits = self.env["customer.complaint.policy"]._match(complaint)
            wanted.update(
                {
                    (complaint.id, target): (complaint, limit, unit)
                    for target, limit, unit in limits
                    if target in COMPLAINT_TARGETS
                }
            )
        if not wanted:
            return {}
        histories = histories or self._get_histories(complaints)
        calendars = self._get_calendars(complaints)
        questions = {
            key: (
                calendars[complaint.team_id, complaint.company_id],
                complaint.company_id,
                limit,
                unit,
                complaint.received_datetime,
                tuple(self._get_target_history(key[1], complaint, histories[complaint.id])),
            )
            for key, (complaint, limit, unit) in wanted.items()
        }
        answers = self._answer(set(questions.values()))
        return {key: answers[question] for key, question in questions.items()}

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
        calendar, company, limit, unit, start, history = question
        opening = worktime = worktimes[calendar, company] if worktimes else WorkTime.ALWAYS
        zone = calendar._get_complaint_zone() or company.partner_id.tz or "UTC"
        seconds, worktime = clock.limit_seconds(limit, unit, start, worktime, zone)
        if seconds is None:
            return None
        result = clock.compute(start, history, seconds, worktime, now)
        if result.is_exhausted:
            return None
        # What levels of escalation need beside: the working times in which time counts and people are told.
        return {
            "limit": seconds,
            "line": (limit, unit),
            "start": start,
            "history": history,
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
        days = days or max(clock.horizon_days(question[2], question[3]) for question in questions)
        starts = [question[4] for question in questions]
        # Whole weeks and months, so that the cache is hit.
        first = min(starts).date() - timedelta(days=min(starts).weekday() + 1)
        last = (max(now, *starts) + timedelta(days=days)).date().replace(day=1) + timedelta(days=32)
        return {
            (calendar, company): calendar._get_complaint_worktime(company.id, first, last)
            for calendar, company in {question[:2] for question in questions}
        }

    @api.model
    def _get_histories(self, complaints):
        """Return {complaint id: [(datetime, effect, is_solution), ...]} in order."""
        rows = self.env.execute_query(
            SQL(
                "SELECT complaint_id, datetime, clock_effect, COALESCE(is_solution, FALSE)"
                " FROM customer_complaint_stage_history WHERE complaint_id IN %s ORDER BY datetime, id",
                tuple(complaints.ids),
            )
        )
        histories = {complaint.id: [] for complaint in complaints}
        for complaint_id, *entry in rows:
            histories[complaint_id].append(tuple(entry))
        return histories

    @api.model
    def _get_target_history(self, target, complaint, history):
        """Return the history of one target. Override for a target of one's own.

        Waiting for the customer pauses solution and resolution, not what is owed to him before. A solution is
        proposed once; so are acknowledgement and first response given once.
        """
        if target == "resolution":
            return [(moment, effect) for moment, effect, _is_solution in history]
        if target == "solution":
            proposed = [moment for moment, _effect, is_solution in history if is_solution]
            events = [(moment, effect) for moment, effect, _is_solution in history]
        else:
            given = complaint.responded_datetime
            if target == "acknowledge":
                given = min(filter(None, (given, complaint.acknowledged_datetime)), default=None)
            proposed = [given] if given else []
            events = [
                (moment, clock.RUN if effect == clock.PAUSE else effect)
                for moment, effect, _is_solution in history
            ]
        if proposed:
            events = [event for event in events if event[0] < proposed[0]] + [(proposed[0], clock.STOP)]
        return events

    # Storing

    @api.model
    def _prepare_clock_vals(self, key, entry):
        result = entry["result"]
        limit, unit = entry["line"]
        return {
            "complaint_id": key[0],
            "target": key[1],
            "limit": limit,
            "unit": unit,
            "start_datetime": entry["start"],
            "deadline": result.deadline and result.deadline.replace(microsecond=0),
            "limit_seconds": round(entry["limit"]),
            "used_seconds": round(result.used),
            "remaining_seconds": round(result.remaining),
            "state": result.state,
            "breach_datetime": result.breach and result.breach.replace(microsecond=0),
        }

    @api.model
    def _update(self, changes):
        """Write {clock: values}; only what differs, in one statement."""
        names = ("limit", "unit", *STORED)
        rows = []
        for line, vals in changes.items():
            if any((line[name] or None) != (vals[name] or None) for name in names):
                rows.append((line.id, *(vals[name] for name in names)))
        if rows:
            self._update_rows(names, rows)
            self.browse([row[0] for row in rows]).invalidate_recordset(names, flush=False)

    @api.model
    def _update_rows(self, names, rows):
        """Update the table from [(id, value of each name), ...], cast to the columns' types."""
        self.flush_model(names)
        types = [SQL(self._fields[name].column_type[1].split("(")[0]) for name in names]
        assigned = SQL(", ").join(
            SQL("%s = new.%s::%s", SQL.identifier(name), SQL.identifier(name), sql_type)
            for name, sql_type in zip(names, types, strict=True)
        )
        columns = SQL(", ").join(SQL.identifier(name) for name in ("id", *names))
        values = SQL(", ").join(
            SQL("%s", tuple(None if cell is False else cell for cell in row)) for row in rows
        )
        self.env.execute_query(
            SQL(
                "UPDATE %(table)s SET %(assigned)s FROM (VALUES %(values)s) AS new(%(columns)s) "
                "WHERE %(table)s.id = new.id RETURNING %(table)s.id",
                table=SQL.identifier(self._table),
                assigned=assigned,
                values=values,
                columns=columns,
            )
        )

    @api.model
    def _store_next_deadlines(self, complaints, values, escalations):
        """Store which policy applies, the nearest deadline that is not fulfilled and the next escalation.

        :param escalations: {complaint id: moment}
        """
        Policy = self.env["customer.complaint.policy"]
        nearest = {}
        for (complaint_id, _target), vals in values.items():
            if vals["deadline"] and vals["state"] in clock.OPEN_STATES:
                nearest[complaint_id] = min(vals["deadline"], nearest.get(complaint_id, vals["deadline"]))
        names = ("policy_id", "next_deadline", "is_clock_stale", "next_escalation_datetime")
        for row, group in complaints.grouped(
            lambda complaint: (
                Policy._match(complaint)[0],
                nearest.get(complaint.id),
                False,
                escalations.get(complaint.id, False),
            )
        ).items():
            for name, value in zip(names, row, strict=True):
                # As a stored computed field: no log of changes, written with what else is pending.
                complaints._fields[name].write(group, value)
        complaints.modified(["clock_ids", *names])
