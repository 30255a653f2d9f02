from datetime import date, timedelta

from freezegun import freeze_time
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ..tools import lunar, yearly
from .common import CareCommon


@tagged("post_install", "-at_install")
class TestBirthday(CareCommon):
    @freeze_time("2026-03-02")
    def test_birthday_gregorian_and_lunar(self):
        """The next birthday follows the calendar that was chosen."""
        self.contact.care_birthday = "1985-09-29"  # 15th of the 8th lunar month
        self.assertRecordValues(
            self.contact,
            [{"care_next_birthday": date(2026, 9, 29), "care_age": 40, "care_lunar_key": 0}],
        )
        self.contact.care_birthday_calendar = "lunar"
        self.assertEqual(self.contact.care_next_birthday, date(2026, 9, 25))
        self.assertEqual(self.contact.care_lunar_birthday, "8th month, 15th day")
        self.assertEqual(self.contact.with_context(lang="zh_CN").care_lunar_birthday, "八月十五")
        self.contact.care_birthday = False
        self.assertFalse(self.contact.care_next_birthday or self.contact.care_lunar_birthday)

    def test_birthday_entered_by_the_lunar_date(self):
        """Year, month, day and leap month give the Gregorian day, on the form and in an import."""
        form = Form(self.env["res.partner"].with_user(self.specialist))
        form.name = "Li Mei"
        form.care_birthday_calendar = "lunar"
        form.care_lunar_year, form.care_lunar_month, form.care_lunar_day = 2023, 2, 5
        self.assertEqual(form.care_birthday, date(2023, 2, 24))
        form.care_lunar_is_leap = True
        self.assertEqual(form.care_birthday, date(2023, 3, 26))
        partner = form.save()
        self.assertEqual(partner.care_birthday, date(2023, 3, 26))
        self.assertEqual(partner.care_lunar_key, 10205)
        imported = self._create_customer(
            care_lunar_year=1985, care_lunar_month=8, care_lunar_day=15, care_birthday_calendar="lunar"
        )
        self.assertEqual(imported.care_birthday, date(1985, 9, 29))

    def test_birthday_bad_input(self):
        """What is no day is refused with a sentence."""
        for vals in (
            {"care_lunar_year": 2023, "care_lunar_month": 2},
            {"care_lunar_year": 2023, "care_lunar_month": 13, "care_lunar_day": 1},
            {"care_lunar_year": 2024, "care_lunar_month": 2, "care_lunar_day": 1, "care_lunar_is_leap": True},
            {"care_lunar_year": 1899, "care_lunar_month": 2, "care_lunar_day": 1},
            {"care_lunar_year": 2101, "care_lunar_month": 2, "care_lunar_day": 1},
            {"care_birthday": "1899-12-31", "care_birthday_calendar": "lunar"},
            {"care_birthday": date.today() + timedelta(days=5)},
        ):
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                self.contact.write(vals)
        self.contact.write({"care_birthday": "1899-12-31"})  # by the Gregorian calendar all is well
        self.assertTrue(self.contact.care_next_birthday)

    def test_birthday_next_is_the_programs(self):
        """Nobody writes the next birthday, by RPC or by a default in the context."""
        partner = self.contact.with_user(self.specialist)
        for name in ("care_next_birthday", "care_lunar_key"):
            with self.assertRaises(AccessError):
                partner.write({name: False})
        partner = (
            self.env["res.partner"]
            .with_user(self.specialist)
            .with_context(default_care_next_birthday="2030-01-01")
            .create({"name": "X"})
        )
        self.assertFalse(partner.care_next_birthday)

    def test_birthday_is_hidden_from_portal(self):
        """A portal user does not read birthdays, not even by a search."""
        partner = self.portal.partner_id.with_user(self.portal)
        for name in (
            "care_birthday",
            "care_next_birthday",
            "care_lunar_birthday",
            "care_age",
            "care_lunar_year",
        ):
            with self.assertRaises(AccessError):
                partner.read([name])
        with self.assertRaises(AccessError):
            partner.search([("care_birthday", "!=", False)])

    def test_birthday_job_renews_all_in_few_statements(self):
        """The nightly job gives the same dates as the formulas, in a fixed number of statements."""
        with freeze_time("2024-01-15"):
            days = [date(1960, 1, 1) + timedelta(days=97 * number) for number in range(200)]
            days += [date(2000, 2, 29), date(2023, 3, 22), date(2023, 4, 19), date(1900, 1, 31)]
            partners = self.env["res.partner"].create(
                [
                    {"name": f"P{number}", "care_birthday": day, "care_birthday_calendar": calendar}
                    for number, day in enumerate(days)
                    for calendar in ("gregorian", "lunar")
                ]
            )
            self.env.flush_all()
        for today in (date(2025, 3, 1), date(2025, 12, 31), date(2027, 2, 28)):
            with freeze_time(today):
                with self.assertQueryCount(4):
                    self.env["res.partner"]._cron_care_birthdays()
                for partner in partners:
                    expected = lunar.next_date(partner.care_birthday, partner.care_birthday_calendar, today)
                    self.assertEqual(partner.care_next_birthday, expected, partner.care_birthday)

    def test_birthday_job_twice_changes_nothing(self):
        """A second run finds nothing to do; at the end of the tables the job does not fail."""
        self.contact.write({"care_birthday": "1985-09-29", "care_birthday_calendar": "lunar"})
        self.env["res.partner"]._cron_care_birthdays()
        before = self.contact.care_next_birthday
        self.env["res.partner"]._cron_care_birthdays()
        self.assertEqual(self.contact.care_next_birthday, before)
        self.assertIsNone(yearly.build_lunar_update("res_partner", "a", "b", date(2150, 1, 1)))

    def test_birthday_search(self):
        """Who has birthday in the next 30 days is found."""
        soon = date.today() + timedelta(days=10)
        born = date(1980, soon.month, min(soon.day, 28))
        self.contact.care_birthday = born
        domain = [("care_next_birthday", ">=", "today"), ("care_next_birthday", "<=", "today +30d")]
        self.assertIn(self.contact, self.env["res.partner"].with_user(self.specialist).search(domain))
        self.contact.care_birthday = date(1980, 1 + soon.month % 12, 28) + timedelta(days=60)
        self.assertNotIn(self.contact, self.env["res.partner"].search(domain))

    @freeze_time("2026-03-02")
    def test_anniversary(self):
        """Companies have anniversaries by either calendar; the job renews them too."""
        Anniversary = self.env["customer.anniversary"].with_user(self.specialist)
        founding = Anniversary.create(
            {"name": "Founding", "partner_id": self.customer.id, "date": "2001-02-01"}
        )
        self.assertEqual(founding.next_date, date(2027, 2, 1))
        founding.calendar = "lunar"  # 9th of the 1st month
        self.assertEqual(founding.next_date, date(2027, 2, 14))
        with self.assertRaises(ValidationError):
            founding.date = "1850-01-01"
        founding.flush_recordset()
        with freeze_time("2027-02-15"):
            self.env["res.partner"]._cron_care_birthdays()
            self.assertEqual(founding.next_date, date(2028, 2, 3))
        ahead = Anniversary.create({"name": "Fair", "partner_id": self.customer.id, "date": "2030-05-01"})
        self.assertEqual(ahead.next_date, date(2030, 5, 1))

    def test_anniversary_access(self):
        """Specialists keep anniversaries, the auditor reads, nobody else."""
        day = self.env["customer.anniversary"].create(
            {"name": "Founding", "partner_id": self.customer.id, "date": "2001-02-01"}
        )
        for user in (self.employee, self.portal, self.public):
            with self.assertRaises(AccessError):
                day.with_user(user).read(["name"])
        day.with_user(self.auditor).read(["name"])
        with self.assertRaises(AccessError):
            day.with_user(self.auditor).write({"name": "X"})
        day.with_user(self.specialist).unlink()

    def test_birthday_responsible_of_a_contact(self):
        """Birthdays and anniversaries of contacts show the specialist of their company."""
        self.customer.care_user_id = self.specialist
        self.assertEqual(self.contact.care_responsible_id, self.specialist)
        anniversary = self.env["customer.anniversary"].create(
            {"name": "Wedding", "partner_id": self.contact.id, "date": "2010-06-01"}
        )
        self.assertEqual(anniversary.user_id, self.specialist)
