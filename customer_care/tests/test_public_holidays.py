import base64
import doctest
from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..tools import public_holidays
from .common import CareCommon

# Notice of the General Office of the State Council of 4 November 2025 on the holidays of 2026.
CHINA_2026 = {
    ("2026-01-01", "2026-01-03"),
    ("2026-02-15", "2026-02-23"),
    ("2026-04-04", "2026-04-06"),
    ("2026-05-01", "2026-05-05"),
    ("2026-06-19", "2026-06-21"),
    ("2026-09-25", "2026-09-27"),
    ("2026-10-01", "2026-10-07"),
}
CHINA_2026_WORKED = {"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"}


@tagged("post_install", "-at_install")
class TestPublicHolidays(CareCommon):
    """Public holidays and make-up days of a year, from the library and from a file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._create_user("Admin", "customer_care.group_care_admin")
        cls.calendar = cls._create_calendar(tz="Asia/Shanghai")
        cls.env.company.care_calendar_id = cls.calendar
        cls.china = cls.env.ref("base.cn")
        cls.env["customer.makeup.day"].search([]).unlink()
        cls.env["resource.calendar.leaves"].search([("resource_id", "=", False)]).unlink()

    def _open(self, **vals):
        values = {"country_id": self.china.id, "year_from": 2026, "year_to": 2026, **vals}
        wizard = self.env["customer.holiday.import"].with_user(self.admin).create(values)
        wizard.action_preview()
        return wizard

    def _upload(self, text, encoding="utf-8"):
        return {"source": "file", "file": base64.b64encode(text.encode(encoding))}

    def _get_leaves(self):
        return self.env["resource.calendar.leaves"].search([("resource_id", "=", False)], order="date_from")

    def test_doctests(self):
        """The examples of the module are true."""
        result = doctest.testmod(public_holidays)
        self.assertGreater(result.attempted, 4)
        self.assertFalse(result.failed)

    def test_china_2026_is_as_the_notice_says(self):
        """Breaks with their weekends, make-up days, and of which weekday they take the hours."""
        lines = self._open().line_ids
        leaves = lines.filtered(lambda line: line.kind == "leave")
        days = set()
        for line in leaves:
            days |= set(range(line.date_from.toordinal(), line.date_to.toordinal() + 1))
        official = set()
        for first, last in CHINA_2026:
            official |= set(
                range(date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal() + 1)
            )
        self.assertEqual(days, official)
        makeup = (lines - leaves).sorted("date_from")
        self.assertEqual({str(line.date_from) for line in makeup}, CHINA_2026_WORKED)
        self.assertEqual(makeup.mapped("weekday"), ["4", "4", "0", "1", "1", "2"])
        self.assertEqual(set(lines.mapped("state")), {"new"})

    def test_import_is_counted_and_repeated_without_effect(self):
        """The working time is that of the notice; a second import finds all known and adds nothing."""
        self._open().action_import()
        with freeze_time("2026-02-01"):
            work = self.calendar._care_worktime(datetime(2026, 2, 8), datetime(2026, 3, 1))
        days = [str(day) for day in work.days(date(2026, 2, 9), "Asia/Shanghai")]
        self.assertEqual(
            days,
            [f"2026-02-{day:02}" for day in (9, 10, 11, 12, 13, 14, 24, 25, 26, 27, 28)],
        )
        count = len(self._get_leaves()), self.env["customer.makeup.day"].search_count([])
        again = self._open()
        self.assertEqual(set(again.line_ids.mapped("state")), {"known"})
        self.assertFalse(any(again.line_ids.mapped("is_chosen")))
        again.line_ids.is_chosen = True
        again.action_import()
        self.assertEqual((len(self._get_leaves()), self.env["customer.makeup.day"].search_count([])), count)
        self.assertIn("0 public holidays and 0 make-up working days were added", again.result)

    def test_what_is_there_stays(self):
        """Days entered by hand are known when they cover the same, else a conflict that is not ticked."""
        Leave = self.env["resource.calendar.leaves"]
        vals = {"company_id": self.env.company.id, "calendar_id": False}
        golden = Leave.create(
            {
                **vals,
                "name": "Golden Week",
                "date_from": datetime(2026, 9, 30, 16),
                "date_to": datetime(2026, 10, 7, 15, 59, 59),
            }
        )
        part = Leave.create(
            {**vals, "name": "Half", "date_from": datetime(2026, 4, 5), "date_to": datetime(2026, 4, 5, 8)}
        )
        self.env["customer.makeup.day"].create({"name": "By hand", "date": "2026-05-09", "weekday": "4"})
        wizard = self._open()
        found = {str(line.date_from): line for line in wizard.line_ids}
        self.assertEqual(found["2026-10-01"].state, "known")
        for day in ("2026-04-04", "2026-05-09"):
            self.assertEqual((found[day].state, found[day].is_chosen), ("conflict", False))
        self.assertIn("Half", found["2026-04-04"].note)
        wizard.action_import()
        self.assertTrue(golden.exists() and part.exists())
        self.assertFalse(
            self._get_leaves().filtered(lambda leave: leave.date_from == datetime(2026, 4, 3, 16))
        )

    def test_one_calendar_of_one_company(self):
        """Days for one calendar leave the others alone; two calendars can have the same day."""
        other = self._create_calendar(tz="Europe/Berlin")
        self._open(calendar_id=self.calendar.id).action_import()
        self.assertEqual(self._get_leaves().calendar_id, self.calendar)
        wizard = self._open(calendar_id=other.id)
        self.assertEqual(set(wizard.line_ids.mapped("state")), {"new"})
        wizard.action_import()
        leave = self._get_leaves().filtered(lambda leave: leave.calendar_id == other)[0]
        self.assertEqual(
            (leave.date_from, leave.date_to), (datetime(2025, 12, 31, 23), datetime(2026, 1, 3, 23))
        )
        foreign = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(AccessError):
            self._open(company_id=foreign.id, calendar_id=False)

    def test_year_without_official_days(self):
        """A year of which the government has not decided yet says so; a year without any day is refused."""
        wizard = self._open(year_from=2099, year_to=2099)
        self.assertIn("2099", wizard.warning)
        self.assertIn("official notice", wizard.warning)
        self.assertFalse(wizard.line_ids.filtered(lambda line: line.kind == "makeup"))
        nothing = patch.object(public_holidays, "read_library", lambda *args: ([], []))
        with nothing, self.assertRaisesRegex(UserError, "No holidays are known of these years: 2026"):
            self._open()

    def test_other_countries(self):
        """States have holidays of their own; weekends are left alone where asked so."""
        usa, california = self.env.ref("base.us"), self.env.ref("base.state_us_5")
        lines = self._open(country_id=usa.id, state_id=california.id, with_weekends=False).line_ids
        self.assertIn("2026-03-31", [str(line.date_from) for line in lines])
        self.assertNotIn(
            "2026-03-31", [str(line.date_from) for line in self._open(country_id=usa.id).line_ids]
        )
        self.assertTrue(all(line.date_to - line.date_from < timedelta(2) for line in lines))

    def test_bad_choices(self):
        """No country, years out of order or too many, an unknown country, no library: words that help."""
        unknown = self.env["res.country"].create({"name": "Atlantis", "code": "XX"})
        for vals in (
            {"country_id": False},
            {"year_from": 2027},
            {"year_to": 2040},
            {"year_from": 0},
            {"year_from": -5, "year_to": 99999},
            {"country_id": unknown.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self._open(**vals)
        with (
            patch.object(public_holidays, "holidays", None),
            self.assertRaisesRegex(UserError, "import a file"),
        ):
            self._open()

    def test_only_administrators(self):
        """Others can neither open the wizard nor call its methods."""
        user = self._create_user("Supervisor", "customer_care.group_care_supervisor")
        wizard = self._open()
        for call in (
            lambda: self.env["customer.holiday.import"].with_user(user).create({}),
            lambda: wizard.with_user(user).action_import(),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_file(self):
        """English and Chinese headers, separators and encodings of spreadsheets."""
        for text, encoding in (
            ("date,until,name,kind,hours of\n2026-10-01,2026-10-07,National Day,holiday,\n", "utf-8"),
            ("日期;至;名称;类型\n2026年10月1日;2026/10/7;国庆节;放假\n", "utf-8-sig"),
            ("日期\t至\t名称\t类型\n20261001\t07.10.2026\t国庆节\t假\n", "gb18030"),
        ):
            with self.subTest(text=text):
                line = self._open(**self._upload(text, encoding)).line_ids
                self.assertEqual((str(line.date_from), str(line.date_to)), ("2026-10-01", "2026-10-07"))
        wizard = self._open(**self._upload("date,name,kind,hours of\n2026-10-10,National Day,workday,Wed\n"))
        wizard.action_import()
        day = self.env["customer.makeup.day"].search([("date", "=", "2026-10-10")])
        self.assertEqual((day.name, day.weekday), ("National Day", "2"))

    def test_bad_file_names_all_cells(self):
        """Each cell that cannot be used is named, and nothing is read."""
        text = (
            "date,until,name,kind,hours of\n"
            "2026-13-01,,A,,\n"
            "2026-10-01,2026-09-01,B,,\n"
            "2026-10-01,2027-10-01,C,,\n"
            "2026-10-01,,,,\n"
            "2026-10-01,,E,party,\n"
            "2026-10-01,2026-10-02,F,work,Noday\n"
        )
        with self.assertRaises(UserError) as caught:
            self._open(**self._upload(text))
        message = str(caught.exception)
        self.assertIn("7 cells", message)
        for line in range(2, 8):
            self.assertIn(f"Line {line}:", message)
        for content in ("", "name\nx\n", "date,name\n"):
            with self.subTest(content=content), self.assertRaises(UserError):
                self._open(**self._upload(content))
        for content in (b"\xff\xfe\x00\x81\xff", b"not base64!"):
            with self.subTest(content=content), self.assertRaises(UserError):
                self._open(source="file", file=base64.b64encode(content))
