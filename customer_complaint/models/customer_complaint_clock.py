from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_care.tools.worktime import WorkTime
from odoo.tools import SQL

from ..tools import clock
from .customer_complaint_policy_line import TARGETS, UNITS

STATES = [
    ("running", "Running"),
    ("paused", "Paused"),
    ("breached", "Exceeded"),
    ("met", "Met"),
    ("missed", "Missed"),
]
SPAN_KINDS = ("counted", "outside", "paused", "stopped")
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

    complaint_id = fields.Many2one("customer.complaint", required=True, readonly=True, ondelete="cascade")
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
        return STATES

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
    def _refresh(self, complaints):
        """Store the results of the complaints; queries do not grow with their number.

        :param complaints: as superuser
        """
        if not complaints:
            return
        results = self._compute_results(complaints)
        stored = {
            (line.complaint_id.id, line.target): line
            for line in self.search([("complaint_id", "in", complaints.ids)])
        }
        self.browse([line.id for key, line in stored.items() if key not in results]).unlink()
        values = {key: self._prepare_clock_vals(key, entry) for key, entry in results.items()}
        self.create([vals for key, vals in values.items() if key not in stored])
        self._update({stored[key]: vals for key, vals in values.items() if key in stored})
        self._store_next_deadlines(complaints, values)

    @api.model
    def _compute_results(self, complaints):
        """Return {(complaint id, target): dict of limit (seconds), line (limit, unit), start and result}."""
        wanted = {}
        for complaint in complaints:
            _policy, limits = self.env["customer.complaint.policy"]._match(complaint)
            wanted.update(
                {(complaint.id, target): (complaint, limit, unit) for target, limit, unit in limits}
            )
        if not wanted:
            return {}
        histories = self._get_histories(complaints)
        now = fields.Datetime.now()
        results = {}
        for days in HORIZONS:
            missing = {key: entry for key, entry in wanted.items() if key not in results}
            if not missing:
                return results
            worktimes = self._get_worktimes(missing.values(), now, days)
            for key, entry in missing.items():
                result = self._compute_result(key[1], entry, histories[key[0]], worktimes, now)
                if result:
                    results[key] = result
        for key in wanted.keys() - results.keys():
            results[key] = self._compute_result(key[1], wanted[key], histories[key[0]], None, now)
        return results

    @api.model
    def _compute_result(self, target, entry, history, worktimes, now):
        """Return the result of one target, None when the working time known is too short for it."""
        complaint, limit, unit = entry
        calendar = self._get_calendar(complaint)
        worktime = worktimes[calendar, complaint.company_id] if worktimes else WorkTime.ALWAYS
        start = complaint.received_datetime
        zone = calendar.tz or complaint.company_id.partner_id.tz or "UTC"
        seconds, worktime = clock.limit_seconds(limit, unit, start, worktime, zone)
        if seconds is None:
            return None
        result = clock.compute(
            start, self._get_target_history(target, complaint, history), seconds, worktime, now
        )
        if result.is_exhausted:
            return None
        return {"limit": seconds, "line": (limit, unit), "start": start, "result": result}

    @api.model
    def _get_calendar(self, complaint):
        return complaint.team_id.calendar_id or complaint.company_id._care_calendar()

    @api.model
    def _get_worktimes(self, entries, now, days):
        """Return {(calendar, company): WorkTime}, reaching ``days`` ahead or as far as usually needed."""
        entries = list(entries)
        days = days or max(clock.horizon_days(limit, unit) for _complaint, limit, unit in entries)
        starts = [complaint.received_datetime for complaint, _limit, _unit in entries]
        # Whole weeks and months, so that the cache is hit.
        first = min(starts).date() - timedelta(days=min(starts).weekday() + 1)
        last = (max(now, *starts) + timedelta(days=days)).date().replace(day=1) + timedelta(days=32)
        needed = {(self._get_calendar(entry[0]), entry[0].company_id) for entry in entries}
        return {
            (calendar, company): calendar._get_complaint_worktime(company.id, first, last)
            for calendar, company in needed
        }

    @api.model
    def _get_histories(self, complaints):
        """Return {complaint id: [(datetime, effect, is_solution), ...]} in order."""
        rows = (
            self.env["customer.complaint.stage.history"]
            .sudo()
            .search_fetch(
                [("complaint_id", "in", complaints.ids)],
                ["complaint_id", "datetime", "clock_effect", "is_solution"],
                order="datetime, id",
            )
        )
        histories = {complaint.id: [] for complaint in complaints}
        for row in rows:
            histories[row.complaint_id.id].append((row.datetime, row.clock_effect, row.is_solution))
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
            self._update_rows(self, names, rows)
            self.browse([row[0] for row in rows]).invalidate_recordset([*names, "write_date"])

    @api.model
    def _update_rows(self, model, names, rows):
        """Update the table of ``model`` from [(id, value of each name), ...], cast to the columns' types."""
        self.env.flush_all()
        types = [SQL(model._fields[name].column_type[1].split("(")[0]) for name in names]
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
                table=SQL.identifier(model._table),
                assigned=assigned,
                values=values,
                columns=columns,
            )
        )

    @api.model
    def _store_next_deadlines(self, complaints, values):
        """Store on the complaints which policy applies and the nearest deadline that is not fulfilled."""
        nearest = {}
        for (complaint_id, _target), vals in values.items():
            if vals["deadline"] and vals["state"] in clock.OPEN_STATES:
                nearest[complaint_id] = min(vals["deadline"], nearest.get(complaint_id, vals["deadline"]))
        rows = []
        for complaint in complaints:
            policy_id, _limits = self.env["customer.complaint.policy"]._match(complaint)
            row = (complaint.id, policy_id or None, nearest.get(complaint.id), False)
            now = (complaint.policy_id.id or None, complaint.next_deadline or None, complaint.is_clock_stale)
            if now != row[1:]:
                rows.append(row)
        if rows:
            names = ("policy_id", "next_deadline", "is_clock_stale")
            self._update_rows(complaints, names, rows)
            complaints.invalidate_recordset([*names, "is_late", "time_left"])
