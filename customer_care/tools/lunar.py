"""Birthdays and anniversaries in the Gregorian and in the Chinese lunar calendar; knows no ORM.

A lunar day is written as ``LunarDay(month, day, is_leap)``, without a year. Which Gregorian day it falls on in
a lunar year follows the usual custom:

- a day of a leap month is kept in the leap month when that year has the same one, else in the ordinary month
  of the same number;
- the 30th of a month that has only 29 days is kept on the 29th.

In the Gregorian calendar 29 February is kept on 28 February of other years.

Source: tables of ``lunardate``, for the lunar years 1900 to 2099; leap months and new years are checked
against published calendars in the tests.
"""

import datetime
import functools
from typing import NamedTuple

from lunardate import LunarDate

FIRST_YEAR, LAST_YEAR = 1900, 2099
# The tables end with the 30th of the 12th month of 2099; beyond it the library gives wrong days.
FIRST_DAY, LAST_DAY = datetime.date(1900, 1, 31), datetime.date(2100, 2, 8)
MONTHS = "正二三四五六七八九十冬腊"
DIGITS = "〇一二三四五六七八九"
ORDINALS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}


class LunarRangeError(ValueError):
    """The day lies outside of the years that the tables know."""


class LunarDayError(ValueError):
    """There is no such day in that year."""


class LunarDay(NamedTuple):
    """A day of the lunar year.

    >>> LunarDay(8, 15).key, LunarDay(2, 30, True).key
    (815, 10230)
    >>> LunarDay.from_key(10230)
    LunarDay(month=2, day=30, is_leap=True)
    """

    month: int
    day: int
    is_leap: bool = False

    @property
    def key(self):
        """One number for a column of a table."""
        return self.month * 100 + self.day + (10000 if self.is_leap else 0)

    @classmethod
    def from_key(cls, key):
        return cls(key % 10000 // 100, key % 100, key >= 10000)


def leap_month(year):
    """Return the number of the leap month of a lunar year, 0 when it has none.

    >>> [leap_month(year) for year in (2022, 2023, 2025, 2033, 2034)]
    [0, 2, 6, 11, 0]
    """
    _check_year(year)
    return LunarDate.leap_month_for_year(year) or 0


def to_lunar(date):
    """Return (lunar year, LunarDay) of a Gregorian date.

    >>> to_lunar(datetime.date(2023, 9, 29))
    (2023, LunarDay(month=8, day=15, is_leap=False))
    >>> to_lunar(datetime.date(2023, 3, 22))
    (2023, LunarDay(month=2, day=1, is_leap=True))

    :raises LunarRangeError: before 31 January 1900, and from the new year of 2100 on
    """
    if not FIRST_DAY <= date <= LAST_DAY:
        raise LunarRangeError(date)
    lunar = LunarDate.from_solar_date(date.year, date.month, date.day)
    return lunar.year, LunarDay(lunar.month, lunar.day, bool(lunar.is_leap_month))


def to_gregorian(year, lunar):
    """Return the Gregorian date of exactly this day of the lunar year.

    >>> to_gregorian(2025, LunarDay(1, 1)), to_gregorian(2025, LunarDay(6, 1, True))
    (datetime.date(2025, 1, 29), datetime.date(2025, 7, 25))

    :raises LunarRangeError: for a year that the tables do not know
    :raises LunarDayError: when that year has no such leap month or the month no such day
    """
    _check_year(year)
    if lunar.is_leap and leap_month(year) != lunar.month:
        raise LunarDayError(year, *lunar)
    try:
        return LunarDate(year, lunar.month, lunar.day, lunar.is_leap).to_solar_date()
    except ValueError as error:
        raise LunarDayError(year, *lunar) from error


@functools.lru_cache(maxsize=4096)
def kept_on(year, lunar):
    """Return the Gregorian date on which a lunar day is kept in a lunar year.

    >>> kept_on(2023, LunarDay(2, 5, True)), kept_on(2024, LunarDay(2, 5, True))
    (datetime.date(2023, 3, 26), datetime.date(2024, 3, 14))
    >>> kept_on(2022, LunarDay(12, 30)), kept_on(2024, LunarDay(12, 30))
    (datetime.date(2023, 1, 21), datetime.date(2025, 1, 28))
    """
    _check_year(year)
    is_leap = lunar.is_leap and leap_month(year) == lunar.month
    try:
        return to_gregorian(year, LunarDay(lunar.month, lunar.day, is_leap))
    except LunarDayError:
        if lunar.day != 30:
            raise
        return to_gregorian(year, LunarDay(lunar.month, 29, is_leap))


def next_lunar(lunar, today):
    """Return the next date, ``today`` included, on which a lunar day is kept.

    >>> next_lunar(LunarDay(8, 15), datetime.date(2023, 9, 29))
    datetime.date(2023, 9, 29)
    >>> next_lunar(LunarDay(8, 15), datetime.date(2023, 9, 30))
    datetime.date(2024, 9, 17)
    >>> next_lunar(LunarDay(12, 29), datetime.date(2026, 2, 1))
    datetime.date(2026, 2, 16)

    :raises LunarRangeError: when that would be beyond the tables
    """
    year = to_lunar(today)[0]
    date = kept_on(year, lunar)
    return date if date >= today else kept_on(year + 1, lunar)


def next_gregorian(date, today):
    """Return the next anniversary of ``date``, ``today`` included, never before ``date`` itself.

    >>> next_gregorian(datetime.date(2000, 2, 29), datetime.date(2026, 1, 1))
    datetime.date(2026, 2, 28)
    >>> next_gregorian(datetime.date(2000, 2, 29), datetime.date(2027, 3, 1))
    datetime.date(2028, 2, 29)
    >>> next_gregorian(datetime.date(2030, 5, 1), datetime.date(2026, 1, 1))
    datetime.date(2030, 5, 1)
    """
    today = max(today, date)
    kept = _in_year(date, today.year)
    return kept if kept >= today else _in_year(date, today.year + 1)


def next_date(date, calendar, today):
    """Return the next anniversary of ``date`` by ``calendar`` (``gregorian``, ``lunar``), ``today`` included.

    >>> next_date(datetime.date(1990, 10, 3), "lunar", datetime.date(2026, 1, 1))  # 15th of the 8th month
    datetime.date(2026, 9, 25)

    :raises LunarRangeError: for a lunar date outside of 1900 to 2099
    """
    if calendar != "lunar":
        return next_gregorian(date, today)
    return next_lunar(to_lunar(date)[1], max(today, date))


def age(date, today):
    """Return the full years since ``date``; who was born on 29 February is older on 28 February.

    >>> age(datetime.date(2000, 2, 29), datetime.date(2026, 2, 27))
    25
    >>> age(datetime.date(2000, 2, 29), datetime.date(2026, 2, 28))
    26
    """
    return today.year - date.year - (_in_year(date, today.year) > today)


def format_lunar(lunar, lang):
    """Return a lunar day for readers of a language: in Chinese as calendars write it, else in English.

    >>> format_lunar(LunarDay(8, 15), "zh_CN"), format_lunar(LunarDay(1, 1), "zh_CN")
    ('八月十五', '正月初一')
    >>> format_lunar(LunarDay(2, 30, True), "zh_CN"), format_lunar(LunarDay(12, 21, True), "zh_TW")
    ('闰二月三十', '閏臘月廿一')
    >>> format_lunar(LunarDay(8, 15), "en_US"), format_lunar(LunarDay(2, 1, True), "en_US")
    ('8th month, 15th day', 'leap 2nd month, 1st day')
    """
    if not (lang or "").startswith("zh"):
        leap = "leap " if lunar.is_leap else ""
        return f"{leap}{_ordinal(lunar.month)} month, {_ordinal(lunar.day)} day"
    text = f"{'闰' if lunar.is_leap else ''}{MONTHS[lunar.month - 1]}月{_chinese_day(lunar.day)}"
    if lang in ("zh_TW", "zh_HK"):
        text = text.replace("闰", "閏").replace("腊", "臘")
    return text


def _chinese_day(day):
    if day in (10, 20, 30):
        return {10: "初十", 20: "二十", 30: "三十"}[day]
    return "初十廿"[day // 10] + DIGITS[day % 10]


def _ordinal(number):
    return f"{number}{ORDINALS.get(number, 'th')}"


def _in_year(date, year):
    try:
        return date.replace(year=year)
    except ValueError:
        return datetime.date(year, 2, 28)


def _check_year(year):
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise LunarRangeError(year)
