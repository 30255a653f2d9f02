from odoo import api, models
from odoo.tools import SQL

from ..tools import clock

STORED = (
    "start_datetime",
    "deadline",
    "limit_seconds",
    "used_seconds",
    "remaining_seconds",
    "state",
    "breach_datetime",
)
# What is written anew when it differs.
COMPARED = ("limit", "unit", *STORED)
# What a complaint keeps of its time limits.
NEXT_FIELDS = ("policy_id", "next_deadline", "next_target", "next_escalation_datetime", "is_clock_stale")


class CustomerComplaintClock(models.Model):
    """How results are kept: read and written for many complaints in one statement, and only what differs."""

    _inherit = "customer.complaint.clock"

    @api.model
    def _get_stored(self, complaints):
        """Return {(complaint id, target): clock}."""
        names = ("complaint_id", "target", *COMPARED)
        lines = self.search_fetch([("complaint_id", "in", complaints.ids)], names, order="id")
        return {(line.complaint_id.id, line.target): line for line in lines}

    @api.model
    def _get_stored_values(self, complaints):
        """Return {(complaint id, target): (id, value of each of ``COMPARED``)}, as they stand in the database."""
        self.flush_model(["complaint_id", "target", *COMPARED])
        columns = SQL(", ").join(map(SQL.identifier, ("complaint_id", "target", "id", *COMPARED)))
        rows = self.env.execute_query(
            SQL(
                "SELECT %s FROM customer_complaint_clock WHERE complaint_id = ANY(%s)",
                columns,
                list(complaints.ids),
            )
        )
        return {(complaint_id, target): line for complaint_id, target, *line in rows}

    @api.model
    def _prepare_clock_vals(self, key, entry):
        result = entry["result"]
        limit, unit = entry["line"]
        return {
            "complaint_id": key[0],
            "target": key[1],
            "limit": limit,
            "unit": unit,
            "start_datetime": entry["question"].start,
            "deadline": result.deadline and result.deadline.replace(microsecond=0),
            "limit_seconds": round(result.limit),
            "used_seconds": round(result.used),
            "remaining_seconds": round(result.remaining),
            "state": result.state,
            "breach_datetime": result.breach and result.breach.replace(microsecond=0),
        }

    @api.model
    def _update(self, changes):
        """Write [(line as of ``_get_stored_values``, values), ...]; only what differs, in one statement."""
        rows = []
        for (line_id, *before), vals in changes:
            after = [vals[name] for name in COMPARED]
            if any((old or None) != (new or None) for old, new in zip(before, after, strict=True)):
                rows.append((line_id, *after))
        if rows:
            self._update_rows(COMPARED, rows)
            self.browse([row[0] for row in rows]).invalidate_recordset(COMPARED, flush=False)

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
        for row, group in self._group_by_next(complaints, values, escalations):
            for name, value in row.items():
                # As a stored computed field: no log of changes, written with what else is pending.
                complaints._fields[name].write(group, value)
        complaints.modified(NEXT_FIELDS)

    @api.model
    def _group_by_next(self, complaints, values, escalations):
        """Return [({field of the complaint: value}, complaints)] of what is next; see ``NEXT_FIELDS``.

        :param values: {(complaint id, target): values of its clock}
        :param escalations: {complaint id: moment}
        """
        Policy = self.env["customer.complaint.policy"]
        nearest = {}
        for (complaint_id, target), vals in values.items():
            if vals["deadline"] and vals["state"] in clock.OPEN_STATES:
                found = (vals["deadline"], target)
                nearest[complaint_id] = min(found, nearest.get(complaint_id, found))
        rows = complaints.grouped(
            lambda complaint: (
                Policy._match(complaint)[0],
                *nearest.get(complaint.id, (None, None)),
                escalations.get(complaint.id, False),
                False,
            )
        )
        return [(dict(zip(NEXT_FIELDS, row, strict=True)), group) for row, group in rows.items()]
