from datetime import datetime

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

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

    def test_settings_show_and_set_the_time_zone_of_the_company(self):
        """Who founds a company abroad says there by which clock it lives; its hours may still have another one."""
        calendar = self._create_calendar()
        calendar.tz = "Asia/Shanghai"
        other = self.env["res.company"].create({"name": "Other", "resource_calendar_id": calendar.id})
        other.partner_id.tz = "Asia/Shanghai"
        self.assertEqual(other._care_get_tz(), "Asia/Shanghai")
        self.env.user.company_ids |= other
        with Form(self.env["res.config.settings"].with_company(other)) as form:
            self.assertEqual((form.care_tz, form.care_hours_tz), ("Asia/Shanghai", "Asia/Shanghai"))
            form.care_tz = "Europe/Berlin"
        form.save().execute()
        self.assertEqual(other._care_get_tz(), "Europe/Berlin")
        with Form(self.env["res.config.settings"].with_company(other)) as form:
            self.assertEqual((form.care_tz, form.care_hours_tz), ("Europe/Berlin", "Asia/Shanghai"))

    def _create_makeup_day(self, **vals):
        vals = {"name": "National Day", "date": "2026-03-07", "company_id": self.company.id, **vals}
        return self.env["customer.makeup.day"].create(vals)

    def test_makeup_day_adds_the_hours_of_its_weekday(self):
        """A Saturday worked like a Monday has its hours, local ones, without the break."""
        calendar = self._create_calendar(company_id=self.company.id, tz="Asia/Shanghai")
        calendar.attendance_ids.filtered(
            lambda line: line.dayofweek == "0" and line.hour_from > 12
        ).hour_to = 15
        before = self._get_hours(calendar)
        self._create_makeup_day()
        self.assertEqual(self._get_hours(calendar), before + 6)
        last = calendar._care_worktime(MONDAY, SUNDAY).intervals[-1]
        self.assertEqual(last, (datetime(2026, 3, 7, 5), datetime(2026, 3, 7, 7)))

    def test_makeup_day_wins_over_a_public_leave(self):
        """A holiday of a whole week does not close the day that makes up for it."""
        calendar = self._create_calendar(company_id=self.company.id)
        self._create_leave(calendar, date_from="2026-03-01 00:00:00", date_to="2026-03-08 23:59:59")
        self._create_makeup_day(weekday="4")
        self.assertEqual(self._get_hours(calendar), 8)

    def test_makeup_day_on_a_working_day_adds_nothing(self):
        """A day that is worked anyway is not counted twice."""
        calendar = self._create_calendar(company_id=self.company.id)
        self._create_makeup_day(date="2026-03-03")
        self.assertEqual(self._get_hours(calendar), 40)

    def test_makeup_day_holds_for_its_company_and_calendar(self):
        """Another company or other working hours do not know the day; an empty company means all."""
        calendar, other = (self._create_calendar(company_id=self.company.id) for _i in range(2))
        foreign = self.env["res.company"].create({"name": "Foreign"})
        self._create_makeup_day(company_id=foreign.id)
        self._create_makeup_day(calendar_id=other.id)
        self.assertEqual([self._get_hours(calendar), self._get_hours(other)], [40, 48])
        self._create_makeup_day(company_id=False)
        self.assertEqual([self._get_hours(calendar), self._get_hours(other)], [48, 48])

    def test_makeup_day_of_a_two_week_calendar_takes_the_right_week(self):
        """Only the hours of the week in which the day lies count."""
        calendar = self._create_calendar(company_id=self.company.id)
        calendar.switch_calendar_type()
        self.assertTrue(calendar.two_weeks_calendar)
        week = str(calendar.attendance_ids.get_week_type(datetime(2026, 3, 7).date()))
        lines = calendar.attendance_ids.filtered(lambda line: not line.display_type)
        before = self._get_hours(calendar)
        monday = lines.filtered(lambda line: line.dayofweek == "0" and line.day_period != "lunch")
        hours = sum(line.hour_to - line.hour_from for line in monday if line.week_type == week)
        self.assertTrue(hours)
        self._create_makeup_day()
        self.assertEqual(self._get_hours(calendar) - before, hours)

    @mute_logger("odoo.sql_db")
    def test_makeup_day_is_listed_once(self):
        """The same day for the same hours is an error, not a second row."""
        self._create_makeup_day()
        with self.assertRaises(IntegrityError):
            self._create_makeup_day()

    def test_makeup_day_is_configured_by_the_administrator_alone(self):
        """A specialist reads, an administrator writes."""
        day = self._create_makeup_day().with_user(self.specialist)
        self.assertEqual(day.weekday, "0")
        with self.assertRaises(AccessError):
            day.name = "Changed"
        day.with_user(self.admin).name = "Changed"
