from datetime import timedelta

import pytz
from odoo import models

from ..tools.worktime import WorkTime


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _care_worktime(self, start, end):
        """Return the ``WorkTime`` of the calendar: attendances less public leaves.

        No calendar, a calendar without hours and a flexible calendar mean round the clock.

        :param start, end: naive UTC datetimes; outside nothing is known, thus no work
        """
        if not self:
            return WorkTime.ALWAYS
        self.ensure_one()
        return self._care_worktime_map(start, end)[self.id]

    def _care_worktime_map(self, start, end):
        """Return ``{calendar_id: WorkTime}`` for the calendars; with ``False`` for "no calendar".

        Read as superuser: a deadline must not depend on who looks at it.
        """
        result = {False: WorkTime.ALWAYS}
        for calendar in self.sudo():
            result[calendar.id] = calendar._care_get_worktime(start, end)
        return result

    def _care_get_worktime(self, start, end):
        self.ensure_one()
        if self._care_is_always_open():
            return WorkTime.ALWAYS
        # One day more on both sides: the zone of the calendar may be anywhere.
        margin = timedelta(days=1)
        intervals = self._work_intervals_batch(
            pytz.utc.localize(start - margin),
            pytz.utc.localize(end + margin),
            domain=self._care_get_leave_domain(),
            tz=pytz.timezone(self.tz or "UTC"),
        )[False]
        return WorkTime(
            (begin.astimezone(pytz.utc).replace(tzinfo=None), stop.astimezone(pytz.utc).replace(tzinfo=None))
            for begin, stop, _attendance in intervals
        ).clip(start, end)

    def _care_is_always_open(self):
        """Whether the calendar has no fixed hours. Override when another kind of calendar has none."""
        return self.flexible_hours or not self.attendance_ids.filtered(
            lambda line: (
                not line.display_type and line.day_period != "lunch" and line.hour_to > line.hour_from
            )
        )

    def _care_get_leave_domain(self):
        """Public leaves of this company only: core would take those of all companies the reader may see."""
        company = self.company_id or self.env.company
        return [("time_type", "=", "leave"), ("company_id", "in", [False, company.id])]
