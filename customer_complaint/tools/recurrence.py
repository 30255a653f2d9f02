"""Whether a remedy held: what came back in the days after it, beside the days before.

Days are those of the company: the caller turns them into moments. The day of the remedy belongs to neither side.

>>> from datetime import date
>>> watch = Watch(date(2026, 3, 1), 30)
>>> watch.before, watch.after
((datetime.date(2026, 1, 30), datetime.date(2026, 3, 1)), (datetime.date(2026, 3, 2), datetime.date(2026, 4, 1)))
>>> [watch.get_days_passed(day) for day in (date(2026, 3, 1), date(2026, 3, 12), date(2027, 1, 1))]
[0, 10, 30]
>>> get_rate(4, 60), get_rate(0, 0)
(2.0, 0.0)
"""

from datetime import timedelta
from typing import NamedTuple

RATE_DAYS = 30


class Watch(NamedTuple):
    """``days`` before and after ``day``; both sides as (first day, day after the last one)."""

    day: object
    days: int

    @property
    def before(self):
        return self.day - timedelta(self.days), self.day

    @property
    def after(self):
        first = self.day + timedelta(1)
        return first, first + timedelta(self.days)

    def get_days_passed(self, today):
        """Return how many whole days of the time after have passed at the beginning of ``today``."""
        return min(max((today - self.after[0]).days, 0), self.days)


def get_rate(count, days):
    """Return how many in 30 days; 0 of no time."""
    return count * RATE_DAYS / days if days else 0.0


def get_allowed(mode, before, limit, percent):
    """Return how many may come back without the remedy having failed.

    :param mode: ``count``: fewer than ``limit``; ``before``: ``percent`` less than ``before``

    >>> get_allowed("count", 7, 1, 0), get_allowed("count", 7, 3, 0)
    (0, 2)
    >>> get_allowed("before", 7, 1, 50), get_allowed("before", 7, 1, 100), get_allowed("before", 10, 1, 10)
    (3, 0, 9)
    """
    if mode == "count":
        return limit - 1
    return before * (100 - percent) // 100
