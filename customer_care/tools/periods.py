"""Periods, shares and cumulations of figures. Knows no ORM.

Days are those of the reader's calendar; moments are naive UTC.

>>> from datetime import date, datetime
>>> Period(date(2026, 3, 1), date(2026, 3, 31)).get_moments("Asia/Shanghai")
(datetime.datetime(2026, 2, 28, 16, 0), datetime.datetime(2026, 3, 31, 16, 0))

A day in which clocks are changed has 23 or 25 hours:

>>> first, after = Period(date(2026, 3, 29), date(2026, 3, 29)).get_moments("Europe/Berlin")
>>> (after - first).seconds / 3600
23.0

Whole months are compared with as many months before, the begin of a month with that of the month before, other
periods with as many days before, and all with the same days of the year before:

>>> Period(date(2026, 3, 1), date(2026, 3, 31)).get_earlier("period")
Period(first=datetime.date(2026, 2, 1), last=datetime.date(2026, 2, 28))
>>> Period(date(2026, 1, 1), date(2026, 12, 31)).get_earlier("period")
Period(first=datetime.date(2025, 1, 1), last=datetime.date(2025, 12, 31))
>>> Period(date(2026, 3, 10), date(2026, 3, 16)).get_earlier("period")
Period(first=datetime.date(2026, 3, 3), last=datetime.date(2026, 3, 9))
>>> Period(date(2024, 2, 1), date(2024, 2, 29)).get_earlier("year")
Period(first=datetime.date(2023, 2, 1), last=datetime.date(2023, 2, 28))

A chart has a point for each month, week or day:

>>> [str(day) for day in Period(date(2026, 1, 15), date(2026, 4, 2)).get_steps("month")]
['2026-01-01', '2026-02-01', '2026-03-01', '2026-04-01']
>>> Period(date(2026, 1, 1), date(2026, 12, 31)).get_grain(), Period(date(2026, 1, 1), date(2026, 1, 31)).get_grain()
('month', 'day')
"""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import pytz

# More days than these are shown by month; a chart of days stays readable.
MOST_DAYS = 62
# What one question may ask for, so that nobody asks for the months of ten thousand years.
MOST_YEARS = 20


@dataclass(frozen=True)
class Period:
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date

    def get_moments(self, zone):
        """Return the moments (UTC, naive) at which the period begins and at which it is over."""
        return _get_midnight(self.first, zone), _get_midnight(self.last + timedelta(days=1), zone)

    def get_earlier(self, kind):
        """Return the period to compare with.

        :param kind: ``period`` for the one before, ``year`` for the same days of the year before
        """
        after = self.last + timedelta(days=1)
        is_whole = self.first.day == after.day == 1
        if kind == "year":
            last = add_months(after, -12) - timedelta(days=1) if is_whole else add_months(self.last, -12)
            return Period(add_months(self.first, -12), last)
        if is_whole:
            months = (after.year - self.first.year) * 12 + after.month - self.first.month
            return Period(add_months(self.first, -months), self.first - timedelta(days=1))
        if self.first.day == 1 and (self.first.year, self.first.month) == (self.last.year, self.last.month):
            return Period(add_months(self.first, -1), add_months(self.last, -1))
        return Period(self.first - (after - self.first), self.first - timedelta(days=1))

    def get_grain(self):
        """Return ``day`` or ``month``: what the points of a chart stand for."""
        return "day" if (self.last - self.first).days < MOST_DAYS else "month"

    def get_steps(self, grain):
        """Return the first days of the points of a chart."""
        if grain == "day":
            return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
        begin = self.first.replace(day=1)
        return [add_months(begin, n) for n in range(months + 1)]


@dataclass(frozen=True)
class FigureQuestion:
    """Of what figures are asked. Inherit to add what else narrows them down.

    >>> march = FigureQuestion(Period(date(2026, 3, 1), date(2026, 3, 31)), "UTC", "day")
    >>> march.at(march.period.get_earlier("period")).period.last, march.by("month").grain
    (datetime.date(2026, 2, 28), 'month')

    :param period: :class:`Period`
    :param zone: name of the time zone of the reader, whose days count
    :param grain: ``day`` or ``month``, of the charts
    """

    period: Period
    zone: str
    grain: str

    def at(self, period):
        """Return the same question about another period."""
        return replace(self, period=period)

    def by(self, grain):
        """Return the same question with charts of other points."""
        return replace(self, grain=grain)


def add_months(day, months):
    """Return the day so many months later, or the last one of a shorter month.

    >>> str(add_months(date(2026, 3, 31), -1)), str(add_months(date(2026, 12, 1), 1))
    ('2026-02-28', '2027-01-01')
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def get_change(number, before):
    """Return by how much more, in percent; ``None`` where there was nothing before.

    >>> get_change(500, 400), get_change(0, 400), get_change(5, 0) is None
    (25.0, -100.0, True)
    """
    return 100.0 * (number - before) / before if before else None


def get_share(part, whole):
    """Return the share in percent, ``None`` of nothing.

    >>> get_share(3, 4), get_share(0, 0) is None
    (75.0, True)
    """
    return 100.0 * part / whole if whole else None


def cumulate(counts):
    """Return the cumulated shares in percent of counts in falling order, as a Pareto chart shows them.

    >>> cumulate([45, 30, 15, 10])
    [45.0, 75.0, 90.0, 100.0]
    >>> cumulate([])
    []
    """
    total, so_far, shares = sum(counts), 0, []
    for count in counts:
        so_far += count
        shares.append(get_share(so_far, total))
    return shares


def _get_midnight(day, zone):
    """Return the moment at which the day begins, also where midnight comes twice or is left out.

    >>> _get_midnight(date(2026, 3, 8), "America/Havana"), _get_midnight(date(2026, 11, 1), "America/Havana")
    (datetime.datetime(2026, 3, 8, 5, 0), datetime.datetime(2026, 11, 1, 4, 0))
    """
    known, midnight = pytz.timezone(zone), datetime.combine(day, time())
    try:
        local = known.localize(midnight, is_dst=None)
    except pytz.AmbiguousTimeError:
        local = known.localize(midnight, is_dst=True)
    except pytz.NonExistentTimeError:
        local = known.localize(midnight, is_dst=False)
    return local.astimezone(pytz.utc).replace(tzinfo=None)
