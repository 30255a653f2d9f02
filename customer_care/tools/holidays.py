"""The days of holidays in a year; knows no ORM.

A rule is ``("fixed", month, day)``, ``("lunar", month, day)`` or ``("qingming", 0, 0)``. The day on
which a lunar day falls follows ``tools/lunar.py``: the 30th of a short month is kept on the 29th, so that (12, 30)
is New Year's Eve.

>>> get_day("lunar", 1, 1, 2026), get_day("lunar", 12, 30, 2025), get_day("fixed", 10, 1, 2026)
(datetime.date(2026, 2, 17), datetime.date(2026, 2, 16), datetime.date(2026, 10, 1))
>>> [get_day("qingming", 0, 0, year).day for year in (2023, 2024, 2025, 2026, 2027, 2028)]
[5, 4, 4, 5, 5, 4]

Source of the position of the sun: J. Meeus, Astronomical Algorithms, 2nd edition, chapter 25 (low accuracy:
0.01 degree, a quarter of an hour).
"""

import datetime
import math

from . import lunar

# The solar term Qingming begins when the sun stands at 15 degrees; the day counts in Beijing.
QINGMING_DEGREES = 15.0
BEIJING_HOURS = 8
YEAR_DAYS = 365.2422
J2000 = datetime.datetime(2000, 1, 1, 12)
# The difference between the time of astronomy and of clocks, about a minute in these centuries, is left out.


def get_day(rule, month, day, year):
    """Return the date of a holiday in a year of its calendar.

    >>> get_day("fixed", 2, 29, 2027)
    datetime.date(2027, 2, 28)

    :param year: Gregorian, for lunar days the lunar year
    :raises LunarRangeError: outside of the years 1900 to 2099
    :raises ValueError: there is no such day
    """
    if rule == "lunar":
        return lunar.kept_on(year, lunar.LunarDay(month, day))
    if not lunar.FIRST_YEAR <= year <= lunar.LAST_YEAR:
        raise lunar.LunarRangeError(year)
    if rule == "qingming":
        return get_qingming(year)
    if (month, day) == (2, 29):
        return datetime.date(year, 3, 1) - datetime.timedelta(days=1)
    return datetime.date(year, month, day)


def check_day(rule, month, day):
    """Tell whether a rule names a day that exists.

    >>> check_day("fixed", 2, 29), check_day("fixed", 2, 30), check_day("lunar", 12, 30), check_day("lunar", 13, 1)
    (True, False, True, False)
    """
    if rule == "qingming":
        return True
    if rule == "lunar":
        return 1 <= month <= 12 and 1 <= day <= 30
    try:
        datetime.date(2024, month, day)
    except ValueError:
        return False
    return True


def get_days(rule, month, day, begin, end):
    """Return ``[(date, year of the calendar)]`` of a holiday from ``begin`` to ``end``, both included.

    >>> get_days("lunar", 12, 8, datetime.date(2022, 1, 1), datetime.date(2022, 12, 31))
    [(datetime.date(2022, 1, 10), 2021), (datetime.date(2022, 12, 30), 2022)]
    """
    found = []
    for year in range(begin.year - 1, end.year + 1):
        try:
            date = get_day(rule, month, day, year)
        except (lunar.LunarRangeError, lunar.LunarDayError):
            continue
        if begin <= date <= end:
            found.append((date, year))
    return found


def get_lunar_year(date):
    """Return the lunar year of a date, beyond the tables the Gregorian one.

    >>> get_lunar_year(datetime.date(2026, 2, 16)), get_lunar_year(datetime.date(2026, 2, 17))
    (2025, 2026)
    """
    try:
        return lunar.to_lunar(date)[0]
    except lunar.LunarRangeError:
        return date.year


def get_qingming(year):
    """Return the day of Qingming in Beijing: the sun reaches 15 degrees.

    >>> get_qingming(1999), get_qingming(2012), get_qingming(2050)
    (datetime.date(1999, 4, 5), datetime.date(2012, 4, 4), datetime.date(2050, 4, 4))
    """
    moment = datetime.datetime(year, 4, 5)
    for _step in range(5):
        missing = (QINGMING_DEGREES - _get_sun_degrees(moment) + 180) % 360 - 180
        moment += datetime.timedelta(days=missing * YEAR_DAYS / 360)
    return (moment + datetime.timedelta(hours=BEIJING_HOURS)).date()


def _get_sun_degrees(moment):
    """Return the apparent longitude of the sun in degrees at a moment in UTC."""
    century = (moment - J2000).total_seconds() / 86400 / 36525
    mean = 280.46646 + 36000.76983 * century + 0.0003032 * century**2
    anomaly = math.radians(357.52911 + 35999.05029 * century - 0.0001537 * century**2)
    center = (
        (1.914602 - 0.004817 * century - 0.000014 * century**2) * math.sin(anomaly)
        + (0.019993 - 0.000101 * century) * math.sin(2 * anomaly)
        + 0.000289 * math.sin(3 * anomaly)
    )
    node = math.radians(125.04 - 1934.136 * century)
    return (mean + center - 0.00569 - 0.00478 * math.sin(node)) % 360
