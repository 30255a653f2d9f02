import doctest
from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ..tools import lunar
from ..tools.lunar import LunarDay, LunarDayError, LunarRangeError

# Published by the observatories of Nanjing and Hong Kong, known from any printed calendar.
SPRING_FESTIVALS = {
    1900: (1, 31),
    1949: (1, 29),
    1984: (2, 2),
    1985: (2, 20),
    2000: (2, 5),
    2020: (1, 25),
    2023: (1, 22),
    2024: (2, 10),
    2025: (1, 29),
    2026: (2, 17),
    2027: (2, 6),
    2033: (1, 31),
    2034: (2, 19),
}
MID_AUTUMNS = {2020: (10, 1), 2022: (9, 10), 2023: (9, 29), 2024: (9, 17), 2025: (10, 6), 2026: (9, 25)}
LEAP_MONTHS = {
    2001: 4,
    2004: 2,
    2006: 7,
    2009: 5,
    2012: 4,
    2014: 9,
    2017: 6,
    2020: 4,
    2023: 2,
    2025: 6,
    2028: 5,
}
LEAP_MONTHS |= {2031: 3, 2033: 11, 2036: 6, 2021: 0, 2022: 0, 2024: 0, 2026: 0, 2034: 0}


@tagged("post_install", "-at_install")
class TestLunar(BaseCase):
    def test_lunar_examples_hold(self):
        """The examples of the module are its specification."""
        result = doctest.testmod(lunar)
        self.assertGreater(result.attempted, 15)
        self.assertFalse(result.failed)

    def test_lunar_published_calendars(self):
        """New years, mid-autumns and leap months are those of published calendars."""
        for year, (month, day) in SPRING_FESTIVALS.items():
            self.assertEqual(lunar.to_gregorian(year, LunarDay(1, 1)), date(year, month, day))
        for year, (month, day) in MID_AUTUMNS.items():
            self.assertEqual(lunar.to_lunar(date(year, month, day)), (year, LunarDay(8, 15)))
        for year, month in LEAP_MONTHS.items():
            self.assertEqual(lunar.leap_month(year), month, year)

    def test_lunar_every_day_there_and_back(self):
        """Each day of 200 years has one lunar day, and that day is it again."""
        day, last = lunar.FIRST_DAY, lunar.to_gregorian(2099, LunarDay(12, 29))
        before = None
        while day <= last:
            year, lunar_day = lunar.to_lunar(day)
            self.assertEqual(lunar.to_gregorian(year, lunar_day), day)
            self.assertNotEqual((year, lunar_day), before)
            before = (year, lunar_day)
            day += timedelta(days=1)

    def test_lunar_leap_month_birthday(self):
        """Born in a leap month: kept in that leap month when the year has it, else in the ordinary month."""
        born = LunarDay(6, 10, True)
        self.assertEqual(lunar.kept_on(2025, born), lunar.to_gregorian(2025, born))
        self.assertEqual(lunar.kept_on(2026, born), lunar.to_gregorian(2026, LunarDay(6, 10)))
        # 2023 has a leap month, but another one.
        self.assertEqual(lunar.kept_on(2023, born), lunar.to_gregorian(2023, LunarDay(6, 10)))
        # An ordinary day is kept in the ordinary month of a leap year.
        self.assertEqual(lunar.kept_on(2025, LunarDay(6, 10)), lunar.to_gregorian(2025, LunarDay(6, 10)))

    def test_lunar_thirtieth_in_a_short_month(self):
        """The 30th is kept on the 29th of a month that has 29 days, never in the next month."""
        for year in range(1900, 2099):
            for month in range(1, 13):
                kept_year, kept = lunar.to_lunar(lunar.kept_on(year, LunarDay(month, 30)))
                self.assertEqual((kept_year, kept.month), (year, month))
                self.assertIn(kept.day, (29, 30))

    def test_lunar_next_is_never_past_and_never_far(self):
        """The next date is today or later, and at most 13 lunar months away."""
        for day in (LunarDay(1, 1), LunarDay(12, 30), LunarDay(11, 30, True), LunarDay(2, 30, True)):
            for number in range(0, 3000, 7):
                today = date(2026, 1, 1) + timedelta(days=number)
                self.assertTrue(0 <= (lunar.next_lunar(day, today) - today).days <= 385)

    def test_lunar_day_before_and_after_the_new_year(self):
        """In January the lunar year is still the old one."""
        self.assertEqual(lunar.next_lunar(LunarDay(12, 8), date(2026, 1, 1)), date(2026, 1, 26))
        self.assertEqual(lunar.next_lunar(LunarDay(1, 1), date(2026, 2, 17)), date(2026, 2, 17))
        self.assertEqual(lunar.next_lunar(LunarDay(1, 1), date(2026, 2, 18)), date(2027, 2, 6))

    def test_lunar_outside_of_the_tables(self):
        """Before 1900 and after 2099 there is a clear error, not a wrong day."""
        for day in (date(1900, 1, 30), date(1850, 5, 5), date(2100, 2, 9), date(2150, 1, 1)):
            with self.assertRaises(LunarRangeError):
                lunar.to_lunar(day)
        for year in (1899, 2100):
            with self.assertRaises(LunarRangeError):
                lunar.to_gregorian(year, LunarDay(1, 1))
        with self.assertRaises(LunarRangeError):
            lunar.next_lunar(LunarDay(1, 1), date(2099, 12, 1))
        for bad in (LunarDay(13, 1), LunarDay(1, 31), LunarDay(0, 1), LunarDay(5, 1, True)):
            with self.assertRaises(LunarDayError):
                lunar.to_gregorian(2026, bad)

    def test_lunar_gregorian_leap_day(self):
        """29 February is kept on 28 February of other years."""
        born = date(2024, 2, 29)
        self.assertEqual(lunar.next_gregorian(born, date(2025, 2, 28)), date(2025, 2, 28))
        self.assertEqual(lunar.next_gregorian(born, date(2025, 3, 1)), date(2026, 2, 28))
        self.assertEqual(lunar.next_gregorian(born, date(2027, 12, 31)), date(2028, 2, 29))
