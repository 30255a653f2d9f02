"""Working time as arithmetic on intervals, without an ORM.

Times are naive UTC ``datetime``. Two days of work, 9 to 12 and 13 to 17 o'clock, in a zone that is UTC:

>>> from datetime import datetime
>>> def at(day, hour, minute=0):
...     return datetime(2026, 3, day, hour, minute)
>>> hours = [(9, 12), (13, 17)]
>>> work = WorkTime([(at(day, begin), at(day, end)) for day in (2, 3) for begin, end in hours])

**Between** two times lie so many working seconds; never less than none:

>>> work.between(at(2, 8), at(2, 10)) / 3600
1.0
>>> work.between(at(2, 11), at(2, 14)) / 3600
2.0
>>> work.between(at(2, 16), at(3, 10)) / 3600
2.0
>>> work.between(at(3, 10), at(2, 16))
0.0
>>> work.between(at(1, 0), at(9, 0)) / 3600
14.0

**After** so many working seconds it is the earliest moment by which they have passed, even if that is the
end of a day; no seconds need no time:

>>> work.after(at(2, 8), 3600)
datetime.datetime(2026, 3, 2, 10, 0)
>>> work.after(at(2, 16), 3600)
datetime.datetime(2026, 3, 2, 17, 0)
>>> work.after(at(2, 16), 3601)
datetime.datetime(2026, 3, 3, 9, 0, 1)
>>> work.after(at(2, 20), 0)
datetime.datetime(2026, 3, 2, 20, 0)
>>> work.after(at(3, 16), 2 * 3600) is None
True

**Clip** cuts the list to a period:

>>> work.clip(at(2, 16), at(3, 10)).intervals == ((at(2, 16), at(2, 17)), (at(3, 9), at(3, 10)))
True

**Day after** counts the local days that have work. The zone matters: 18:00 UTC is already the next day in
Shanghai.

>>> work.day_after(at(1, 12), 1, "UTC")
datetime.datetime(2026, 3, 2, 17, 0)
>>> work.day_after(at(1, 12), 2, "UTC")
datetime.datetime(2026, 3, 3, 17, 0)
>>> work.day_after(at(1, 18), 1, "Asia/Shanghai")
datetime.datetime(2026, 3, 3, 16, 0)
>>> work.day_after(at(2, 12), 2, "UTC") is None
True

With no days it is the end of work of the local day itself or, if that has none, of the next day that has:

>>> work.day_after(at(2, 20), 0, "UTC")
datetime.datetime(2026, 3, 2, 17, 0)
>>> work.day_after(at(1, 12), 0, "UTC")
datetime.datetime(2026, 3, 2, 17, 0)

**Days** are the local days that have work:

>>> [str(day) for day in work.days(at(1, 0).date(), "UTC")]
['2026-03-02', '2026-03-03']
>>> [str(day) for day in work.days(at(3, 0).date(), "UTC")]
['2026-03-03']

Round the clock every second works and a day ends at local midnight:

>>> WorkTime.ALWAYS.between(at(2, 0), at(3, 0)) / 3600
24.0
>>> WorkTime.ALWAYS.after(at(2, 0), 90)
datetime.datetime(2026, 3, 2, 0, 1, 30)
>>> WorkTime.ALWAYS.day_after(at(2, 12), 1, "Asia/Shanghai")
datetime.datetime(2026, 3, 3, 16, 0)

No intervals at all is no work at all:

>>> never = WorkTime([])
>>> never.between(at(1, 0), at(9, 0)), never.after(at(1, 0), 1), never.day_after(at(1, 0), 1, "UTC")
(0.0, None, None)

Unsorted, empty, touching and overlapping pairs are put in order:

>>> WorkTime([(at(3, 9), at(3, 10)), (at(2, 9), at(2, 12)), (at(2, 10), at(2, 11)), (at(4, 9), at(4, 9))])
WorkTime([2026-03-02 09:00:00/2026-03-02 12:00:00, 2026-03-03 09:00:00/2026-03-03 10:00:00])
>>> WorkTime([(at(2, 9), at(2, 10)), (at(2, 10), at(2, 11))])
WorkTime([2026-03-02 09:00:00/2026-03-02 11:00:00])
"""

from bisect import bisect_left, bisect_right
from datetime import datetime, time, timedelta
from itertools import accumulate, islice

import pytz

NOTHING = timedelta()
# The days of longer working times, e.g. round the clock, are not listed.
LISTED = timedelta(days=3000)


class WorkTime:
    """Sorted, disjoint ``(start, end)`` pairs and what can be asked of them; see the module for examples.

    How it works: next to the intervals lies the working time passed before each of them, so that each
    question is one or two bisections.
    """

    __slots__ = ("intervals", "_starts", "_ends", "_before", "_listed")

    def __init__(self, intervals):
        self.intervals = tuple(_ordered(intervals))
        self._starts = [start for start, _end in self.intervals]
        self._ends = [end for _start, end in self.intervals]
        self._before = list(accumulate((end - start for start, end in self.intervals), initial=NOTHING))
        self._listed = {}

    def __eq__(self, other):
        return isinstance(other, WorkTime) and self.intervals == other.intervals

    def __hash__(self):
        return hash(self.intervals)

    def __repr__(self):
        return f"WorkTime([{', '.join(f'{start}/{end}' for start, end in self.intervals)}])"

    def between(self, start, end):
        """Return the working seconds from ``start`` to ``end``, 0 when ``end <= start``."""
        if end <= start:
            return 0.0
        return (self._passed(end) - self._passed(start)).total_seconds()

    def after(self, start, seconds):
        """Return the earliest moment at which ``seconds`` of working time have passed since ``start``.

        ``start`` itself when ``seconds <= 0``, ``None`` when the intervals end before.
        """
        if seconds <= 0:
            return start
        try:
            target = self._passed(start) + timedelta(seconds=seconds)
        except OverflowError:
            return None
        if target > self._before[-1]:
            return None
        index = bisect_left(self._before, target) - 1
        return self._starts[index] + (target - self._before[index])

    def clip(self, start, end):
        """Return the working time inside ``[start, end]``."""
        first = bisect_right(self._ends, start)
        last = bisect_left(self._starts, end)
        return WorkTime((max(begin, start), min(stop, end)) for begin, stop in self.intervals[first:last])

    def day_after(self, start, days, tz):
        """Return the end of work of the ``days``-th working day after the local day of ``start``.

        :param days: 0 is the local day itself or, if it has no work, the next that has
        :param tz: name of the zone, or a tzinfo that prints as its name
        :return: naive UTC datetime, ``None`` when the intervals end before
        """
        zone = pytz.timezone(str(tz or "UTC"))
        first = to_local(start, zone).date() + timedelta(days=1 if days > 0 else 0)
        if self.intervals and self._ends[-1] - self._starts[0] > LISTED:
            return next(islice(self._days(first, zone), max(days, 1) - 1, None), (None, None))[1]
        listed, ends = self._list_days(zone)
        index = bisect_left(listed, first) + max(days, 1) - 1
        return ends[index] if index < len(ends) else None

    def days(self, first, tz):
        """Yield the local days from ``first`` on that have work: as many as the intervals know.

        :param tz: as in ``day_after``
        """
        for day, _end in self._days(first, pytz.timezone(str(tz or "UTC"))):
            yield day

    def _list_days(self, zone):
        """Return ([local day that has work, ...], [its end of work, ...]), listed once for each zone."""
        if zone.zone not in self._listed:
            first = to_local(self._starts[0], zone).date() if self.intervals else None
            pairs = list(self._days(first, zone)) if first else []
            self._listed[zone.zone] = [day for day, _end in pairs], [end for _day, end in pairs]
        return self._listed[zone.zone]

    def _passed(self, moment):
        """Return the working time from the beginning of the list to ``moment``."""
        index = bisect_right(self._starts, moment)
        if not index:
            return NOTHING
        return self._before[index - 1] + min(moment, self._ends[index - 1]) - self._starts[index - 1]

    def _days(self, day, zone):
        """Yield each local day that has work, from ``day`` on, with its end of work."""
        while True:
            midnight = to_utc(day, zone)
            index = bisect_right(self._ends, midnight)
            if index == len(self.intervals):
                return
            if self._starts[index] > midnight:
                day = max(day, to_local(self._starts[index], zone).date())
            tomorrow = to_utc(day + timedelta(days=1), zone)
            last = bisect_left(self._starts, tomorrow) - 1
            yield day, min(self._ends[last], tomorrow)
            day += timedelta(days=1)


def _ordered(intervals):
    """Return the intervals sorted, without empty ones, touching and overlapping ones joined."""
    result = []
    for start, end in sorted(intervals):
        if end <= start:
            continue
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def to_local(moment, zone):
    """Return a naive UTC datetime as one of the zone, a tzinfo of pytz."""
    return pytz.utc.localize(moment).astimezone(zone)


def to_utc(day, zone, clock=time.min):
    """Return the moment (naive UTC) at which it is ``clock`` on a local day; by default the day's beginning."""
    return zone.localize(datetime.combine(day, clock)).astimezone(pytz.utc).replace(tzinfo=None)


WorkTime.ALWAYS = WorkTime([(datetime.min, datetime.max)])
