from datetime import datetime

from odoo.tests import tagged

from ..tools.worktime import WorkTime
from .common import CareCommon

MONDAY, SUNDAY = datetime(2026, 3, 2), datetime(2026, 3, 8)


@tagged("post_install", "-at_install")
class TestResourceCalendar(CareCommon):
    def _get_hours(self, calendar, start=MONDAY, end=SUNDAY):
        return calendar._care_worktime(start, end).between(start, end) / 3600

    def _create_leave(self, calendar, **vals):
        return calendar.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": calendar.id,
                "date_from": "2026-03-03 00:00:00",
                "date_to": "2026-03-03 23:59:59",
                **vals,
            }
        )

    def test_calendar_plain_gives_its_attendances(self):
        """Five days of eight hours are forty hours."""
        self.assertEqual(self._get_hours(self._create_calendar()), 40)

    def test_calendar_zone_moves_the_hours(self):
        """Hours are local: 8 o'clock in Shanghai is midnight UTC."""
        calendar = self._create_calendar(tz="Asia/Shanghai")
        first = calendar._care_worktime(datetime(2026, 3, 1), SUNDAY).intervals[0]
        self.assertEqual(first, (datetime(2026, 3, 2, 0), datetime(2026, 3, 2, 4)))

    def test_calendar_public_leave_counts_and_personal_does_not(self):
        """Only leaves without a resource close the customer care."""
        calendar = self._create_calendar()
        resource = self.env["resource.resource"].create({"name": "R", "calendar_id": calendar.id})
        self._create_leave(calendar, resource_id=resource.id)
        self.assertEqual(self._get_hours(calendar), 40)
        self._create_leave(calendar)
        self.assertEqual(self._get_hours(calendar), 32)

    def test_calendar_leave_of_another_company_does_not_count(self):
        """A leave without calendar holds for all calendars of its own company alone."""
        calendar = self._create_calendar(company_id=self.company.id)
        other = self.env["res.company"].create({"name": "Other"})
        none = self.env["resource.calendar"]
        leave = self._create_leave(none.with_company(other))
        self.assertEqual((leave.calendar_id, leave.company_id), (none, other))
        self.assertEqual(self._get_hours(calendar), 40)
        self._create_leave(none)
        self.assertEqual(self._get_hours(calendar), 32)

    def test_calendar_without_hours_is_round_the_clock(self):
        """No calendar, no hours and flexible hours never raise and never stop the time."""
        empty = self._create_calendar(days="")
        flexible = self._create_calendar(flexible_hours=True)
        for calendar in (self.env["resource.calendar"], empty, flexible):
            self.assertEqual(calendar._care_worktime(MONDAY, SUNDAY), WorkTime.ALWAYS)

    def test_calendar_weekend_range_is_no_work(self):
        """A range without hours is no reason to think that the calendar has none."""
        calendar = self._create_calendar()
        self.assertEqual(self._get_hours(calendar, datetime(2026, 3, 7), SUNDAY), 0)

    def test_calendar_map_gives_all_and_none(self):
        """The map holds each calendar, and False for no calendar; an empty recordset is fine."""
        calendars = self._create_calendar() | self._create_calendar(days="0")
        worktimes = calendars._care_worktime_map(MONDAY, SUNDAY)
        hours = [worktimes[calendar.id].between(MONDAY, SUNDAY) / 3600 for calendar in calendars]
        self.assertEqual(hours, [40, 8])
        self.assertEqual(worktimes[False], WorkTime.ALWAYS)
        self.assertEqual(calendars.browse()._care_worktime_map(MONDAY, SUNDAY), {False: WorkTime.ALWAYS})

    def test_calendar_portal_reader_sees_the_same_time(self):
        """A deadline does not depend on who looks."""
        calendar = self._create_calendar()
        self._create_leave(calendar)
        self.assertEqual(self._get_hours(calendar.with_user(self.portal)), 32)

    def test_company_calendar_prefers_the_customer_care(self):
        """The customer care may have other hours than the company, and a team other hours again."""
        company, special, own = self.company, self._create_calendar(), self._create_calendar()
        company.resource_calendar_id = self._create_calendar()
        self.assertEqual(company._care_calendar(), company.resource_calendar_id)
        company.care_calendar_id = special
        self.assertEqual(company._care_calendar(), special)
        team = self._create_team()
        self.assertEqual(team._care_calendar(), special)
        team.calendar_id = own
        self.assertEqual(team._care_calendar(), own)
