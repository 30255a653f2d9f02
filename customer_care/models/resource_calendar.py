from datetime import datetime, timedelta
from itertools import chain

import pytz
from odoo import models
from odoo.fields import Domain
from odoo.tools.date_utils import float_to_time

from ..tools.worktime import WorkTime

# One day more on both sides: the zone of a calendar may be anywhere.
MARGIN = timedelta(days=1)


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def write(self, vals):
        result = super().write(vals)
        if "tz" in vals:
            # the cache keeps the time zones of companies
            self.env.registry.clear_cache()
        return result

    def _care_worktime(self, start, end):
        """Return the ``WorkTime`` of the calendar: attendances less public leaves, and make-up working days.

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
        intervals = self._work_intervals_batch(
            pytz.utc.localize(start - MARGIN),
            pytz.utc.localize(end + MARGIN),
            domain=self._care_get_leave_domain(),
            tz=pytz.timezone(self.tz or "UTC"),
        )[False]
        normal = ((_to_utc(begin), _to_utc(stop)) for begin, stop, _attendance in intervals)
        return WorkTime(chain(normal, self._care_get_makeup_intervals(start, end))).clip(start, end)

    def _care_get_makeup_intervals(self, start, end):
        """Yield ``(begin, end)`` in UTC on make-up working days, even where a public leave lies on one."""
        days = self.env["customer.makeup.day"].search(self._care_get_makeup_domain(start, end))
        zone = pytz.timezone(self.tz or "UTC")
        lines = self._care_get_work_lines()
        for day in days:
            week = str(lines.get_week_type(day.date))
            for line in lines.filtered(lambda line, day=day: line.dayofweek == day.weekday):
                if not self.two_weeks_calendar or line.week_type in (False, week):
                    hours = (line.hour_from, line.hour_to)
                    moments = (datetime.combine(day.date, float_to_time(hour)) for hour in hours)
                    yield tuple(_to_utc(zone.localize(moment)) for moment in moments)

    def _care_get_makeup_domain(self, start, end):
        """Return the domain of the make-up working days of the calendar around two moments."""
        company = self.company_id or self.env.company
        return (
            Domain("date", ">=", (start - MARGIN).date())
            & Domain("date", "<=", (end + MARGIN).date())
            & Domain("company_id", "in", [False, company.id])
            & Domain("calendar_id", "in", [False, self.id])
        )

    def _care_is_always_open(self):
        """Whether the calendar has no fixed hours. Override when another kind of calendar has none."""
        return self.flexible_hours or not self._care_get_work_lines()

    def _care_get_work_lines(self):
        return self.attendance_ids.filtered(
            lambda line: (
                not line.display_type and line.day_period != "lunch" and line.hour_to > line.hour_from
            )
        )

    def _care_get_leave_domain(self):
        """Public leaves of this company only: core would take those of all companies the reader may see."""
        company = self.company_id or self.env.company
        return [("time_type", "=", "leave"), ("company_id", "in", [False, company.id])]


def _to_utc(moment):
    return moment.astimezone(pytz.utc).replace(tzinfo=None)
