from freezegun import freeze_time
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import CareCommon


@tagged("post_install", "-at_install")
class TestHolidayReminder(CareCommon):
    """In December administrators are reminded of holidays that are missing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Reminder = cls.env["customer.holiday.reminder"]
        cls.Reminder.search([]).unlink()
        cls.admin = cls._create_user("Admin", "customer_care.group_care_admin")
        cls.calendar = cls._create_calendar(tz="Asia/Shanghai")
        cls.company = cls.env.company
        cls.company.care_calendar_id = cls.calendar
        cls.env["resource.calendar.leaves"].search([("resource_id", "=", False)]).unlink()

    def _run_job(self, day="2026-12-01"):
        with freeze_time(f"{day} 08:00:00"):
            self.Reminder._cron_remind()

    def _find(self, calendar=None, year=2027):
        domain = [("calendar_id", "=", (calendar or self.calendar).id), ("year", "=", year)]
        return self.Reminder.search([*domain, ("company_id", "=", self.company.id)])

    def _add_leave(self, first, last, **vals):
        values = {"name": "Holiday", "resource_id": False, "date_from": first, "date_to": last, **vals}
        leave = self.env["resource.calendar.leaves"].create(values)
        # The program itself takes that of the calendar.
        leave.company_id = vals.get("company_id", self.company.id)
        return leave

    def test_from_december_on_once(self):
        """Not in November; in December one to-do for each administrator, however often the job runs."""
        self._run_job("2026-11-30")
        self.assertFalse(self._find())
        for day in ("2026-12-01", "2026-12-02", "2026-12-31"):
            self._run_job(day)
        reminder = self._find()
        self.assertEqual(reminder.state, "open")
        todo = reminder.activity_ids.filtered(lambda activity: activity.user_id == self.admin)
        self.assertEqual(len(todo), 1)
        self.assertIn("2027", todo.summary)
        self.assertEqual(str(todo.date_deadline), "2026-12-15")
        self.assertFalse(self._find(year=2026))

    def test_what_counts_as_imported(self):
        """A public leave that begins in the coming year, of this company and these working hours."""
        other = self.env["res.company"].create({"name": "Other"})
        person = self.env["resource.resource"].create({"name": "P", "calendar_id": self.calendar.id})
        for vals, is_enough in (
            # New year's eve in Shanghai, and a break that goes on from the year before.
            ({"date_from": "2026-12-31 15:00:00", "date_to": "2027-01-02 15:00:00"}, False),
            ({"date_from": "2026-12-31 16:00:00", "date_to": "2027-01-03 16:00:00"}, True),
            ({"date_from": "2027-10-01", "date_to": "2027-10-07", "resource_id": person.id}, False),
            ({"date_from": "2027-10-01", "date_to": "2027-10-07", "company_id": other.id}, False),
            ({"date_from": "2027-10-01", "date_to": "2027-10-07", "calendar_id": self.calendar.id}, True),
            ({"date_from": "2027-12-31 16:00:00", "date_to": "2028-01-03 16:00:00"}, False),
        ):
            with self.subTest(vals=vals):
                values = dict(vals)
                leave = self._add_leave(values.pop("date_from"), values.pop("date_to"), **values)
                self.assertEqual(self.Reminder._has_holidays(self.company, self.calendar, 2027), is_enough)
                leave.unlink()

    def test_closes_itself(self):
        """As soon as holidays are there the reminder is closed and the to-dos are gone; nothing comes again."""
        self._run_job()
        reminder = self._find()
        self._add_leave("2027-02-05 16:00:00", "2027-02-12 16:00:00")
        self.assertEqual(reminder.state, "imported")
        self.assertTrue(reminder.closed_datetime)
        self.assertFalse(reminder.activity_ids)
        self._run_job("2026-12-09")
        self.assertEqual(len(self._find()), 1)

    def test_import_closes(self):
        """The wizard that the button opens brings the days in."""
        with freeze_time("2025-12-01"):
            self.Reminder._remind(2026)
        reminder = self._find(year=2026).with_user(self.admin)
        context = reminder.action_import()["context"]
        wizard = self.env["customer.holiday.import"].with_user(self.admin).with_context(**context)
        wizard = wizard.create({"country_id": self.env.ref("base.cn").id})
        self.assertEqual((wizard.year_from, wizard.year_to), (2026, 2026))
        wizard.action_preview()
        wizard.action_import()
        self.assertEqual(reminder.state, "imported")

    def test_calendars_in_use(self):
        """Those of company and teams; none without fixed hours, none archived, none that nobody uses."""
        team_calendar = self._create_calendar()
        flexible = self._create_calendar(flexible_hours=True)
        archived = self._create_calendar(active=False)
        unused = self._create_calendar()
        for calendar in (team_calendar, flexible, archived):
            self.env["customer.care.team"].create({"name": "T", "calendar_id": calendar.id})
        self._run_job()
        self.assertTrue(self._find() and self._find(team_calendar))
        self.assertFalse(self._find(flexible) or self._find(archived) or self._find(unused))

    def test_two_companies(self):
        """Each company has its own reminder and its own administrators."""
        second = self.env["res.company"].create({"name": "Second"})
        second.care_calendar_id = self._create_calendar(company_id=second.id)
        self._run_job()
        self.assertFalse(
            self.Reminder.search(
                [("company_id", "=", second.id), ("calendar_id", "=", second.care_calendar_id.id)]
            ).activity_ids.filtered(lambda one: one.user_id == self.admin)
        )
        mine = self.Reminder.with_user(self.admin).search([])
        self.assertEqual(mine.company_id, self.company)

    def test_dismissed(self):
        """Who needs no holidays says so once; only administrators may."""
        self._run_job()
        reminder = self._find()
        auditor = self._create_user("Auditor", "customer_care.group_care_auditor")
        self.assertEqual(reminder.with_user(auditor).state, "open")
        with self.assertRaises(AccessError):
            reminder.with_user(auditor).action_dismiss()
        for vals in ({"state": "imported"}, {"year": 2030}):
            with self.assertRaises(AccessError):
                reminder.with_user(self.admin).write(vals)
        reminder.with_user(self.admin).action_dismiss()
        self.assertEqual(reminder.state, "dismissed")
        self.assertFalse(reminder.activity_ids)
        self._run_job("2026-12-20")
        self.assertFalse(self._find().activity_ids)

    def test_nobody_to_remind(self):
        """Without administrator nothing is noted: whoever comes later is reminded."""
        self.env.ref("customer_care.group_care_admin").all_user_ids.active = False
        self._run_job()
        self.assertFalse(self._find())

    @mute_logger("odoo.sql_db")
    def test_once_in_the_database(self):
        """The same reminder cannot be there twice."""
        self._run_job()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._find().copy()
