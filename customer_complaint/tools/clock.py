"""Deadlines as a pure function of what happened. No ORM, no hidden state.

A clock is asked with a start, a history, a limit and a working time, and answers what the deadline is, how
much time is used and which spans counted. Asking twice gives the same answer, so that pausing, resuming,
reopening or a changed calendar can never make a deadline drift: one asks again.

Times are naive UTC. A history is a list of ``(datetime, effect)``: ``run`` lets time pass, ``pause`` holds
it, ``stop`` ends it (the target is reached). A ``run`` after a ``stop`` is a reopening: time goes on from
what was used.

Monday 2 March 2026 to Friday 6 March, 09:00 to 17:00 each day:

>>> from datetime import datetime
>>> from odoo.addons.customer_care.tools.worktime import WorkTime
>>> week = WorkTime([(datetime(2026, 3, day, 9), datetime(2026, 3, day, 17)) for day in range(2, 7)])
>>> monday = datetime(2026, 3, 2, 9)

Ten working hours from Monday 09:00 end on Tuesday at 11:00:

>>> clock = compute(monday, [], 10 * HOUR, week, now=datetime(2026, 3, 2, 12))
>>> clock.state, clock.deadline, clock.used / HOUR, clock.remaining / HOUR
('running', datetime.datetime(2026, 3, 3, 11, 0), 3.0, 7.0)

A pause holds the clock and has no deadline until it ends:

>>> pause = [(datetime(2026, 3, 2, 11), PAUSE)]
>>> clock = compute(monday, pause, 10 * HOUR, week, now=datetime(2026, 3, 5, 9))
>>> clock.state, clock.deadline, clock.remaining / HOUR
('paused', None, 8.0)
>>> resume = pause + [(datetime(2026, 3, 4, 9), RUN)]
>>> compute(monday, resume, 10 * HOUR, week, now=datetime(2026, 3, 4, 10)).deadline
datetime.datetime(2026, 3, 4, 17, 0)

Reached at the last moment is reached; a moment later is not:

>>> compute(monday, [(datetime(2026, 3, 3, 11), STOP)], 10 * HOUR, week, now=datetime(2026, 3, 9)).state
'met'
>>> late = compute(monday, [(datetime(2026, 3, 3, 11, 1), STOP)], 10 * HOUR, week, now=datetime(2026, 3, 9))
>>> late.state, late.breach
('missed', datetime.datetime(2026, 3, 3, 11, 0))

Reopened, the clock goes on with what was left:

>>> again = [(datetime(2026, 3, 2, 11), STOP), (datetime(2026, 3, 5, 9), RUN)]
>>> clock = compute(monday, again, 10 * HOUR, week, now=datetime(2026, 3, 5, 10))
>>> clock.state, clock.deadline
('running', datetime.datetime(2026, 3, 5, 17, 0))

Every second of the way is explained:

>>> [(span.kind, span.seconds / HOUR) for span in clock.spans]
[('counted', 2.0), ('stopped', 70.0), ('counted', 1.0)]

An extension adds to the limit from the moment at which it was asked for. Asked for in time it moves the deadline;
asked for later it gives a new deadline, but what was exceeded stays exceeded:

>>> more = [(datetime(2026, 3, 3, 10), 4 * HOUR)]
>>> clock = compute(monday, [], 10 * HOUR, week, now=datetime(2026, 3, 3, 12), extensions=more)
>>> clock.state, clock.deadline
('running', datetime.datetime(2026, 3, 3, 15, 0))
>>> more = [(datetime(2026, 3, 3, 12), 4 * HOUR)]
>>> clock = compute(monday, [], 10 * HOUR, week, now=datetime(2026, 3, 3, 12), extensions=more)
>>> clock.state, clock.deadline, clock.breach
('breached', datetime.datetime(2026, 3, 3, 15, 0), datetime.datetime(2026, 3, 3, 11, 0))

Limits are written in working hours, working days (until the end of work of that day) or calendar days (until
midnight of that day), and become seconds of a working time:

>>> limit_seconds(2, "working_hours", monday, week)[0] / HOUR
2.0
>>> limit_seconds(2, "working_days", monday, week)[0] / HOUR
24.0
>>> seconds, always = limit_seconds(2, "calendar_days", monday, week)
>>> compute(monday, [], seconds, always, now=monday).deadline
datetime.datetime(2026, 3, 5, 0, 0)
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from functools import cached_property
from zoneinfo import ZoneInfo

from odoo.addons.customer_care.tools.worktime import WorkTime

HOUR = 3600
RUN, PAUSE, STOP = "run", "pause", "stop"
OPEN_STATES = ("running", "paused", "breached")


@dataclass(frozen=True)
class Span:
    """A piece of the way: ``kind`` is counted, outside, paused or stopped."""

    start: datetime
    end: datetime
    kind: str

    @property
    def seconds(self):
        """Return the length of the span in seconds of the wall clock."""
        return (self.end - self.start).total_seconds()


@dataclass(frozen=True)
class Clock:
    """The answer: ``deadline`` is None while paused in time, and beyond the end of the working time.

    ``state``: running, paused, breached (open and over the limit), met (stopped in time), missed (stopped too
    late). ``used`` and ``remaining`` are seconds of working time, ``remaining`` is negative beyond the limit.
    ``limit`` are the seconds allowed in all, extensions included. ``is_exhausted`` tells that the working time
    ended before a deadline could be found.
    """

    state: str
    deadline: datetime | None
    used: float
    remaining: float
    breach: datetime | None
    stopped: datetime | None
    limit: float
    is_exhausted: bool
    phases: tuple
    worktime: WorkTime

    @cached_property
    def spans(self):
        """Return the pieces of the way without gap; made when asked for, as only explanations do."""
        return tuple(span for phase in self.phases for span in _spans(phase, self.worktime))


def compute(start, history, limit, worktime, now, extensions=()):
    """Return the :class:`Clock` of a target.

    :param datetime start: when time begins to count, at the earliest
    :param history: iterable of (datetime, effect), sorted; what lies at or before ``start``
        only sets the first effect
    :param float limit: seconds of working time
    :param worktime: a WorkTime
    :param datetime now: entries of the history later than this are not looked at
    :param extensions: iterable of (datetime, seconds) in any order: what is added to the limit, and when
    """
    phases = _phases(start, history, now)
    extensions = sorted(extensions)
    total = limit + sum(seconds for _moment, seconds in extensions)
    used = sum(worktime.between(begin, end) for begin, end, effect in phases if effect == RUN)
    begin, _end, effect = phases[-1]
    deadline, is_reached = _find_deadline(phases, total, worktime)
    breach = deadline if is_reached else None
    if extensions:
        breach = _find_breach(phases, limit, extensions, worktime)
    if effect == PAUSE and not is_reached:
        deadline = None
    return Clock(
        state=_state(effect, breach),
        deadline=deadline,
        used=used,
        remaining=total - used,
        breach=breach,
        stopped=begin if effect == STOP else None,
        limit=total,
        is_exhausted=effect == RUN and deadline is None,
        phases=tuple(phases),
        worktime=worktime,
    )


def limit_seconds(limit, unit, start, worktime, tz="UTC"):
    """Return (seconds, working time) of a limit given in ``unit``.

    The seconds are None when the working time ends before.

    :param str unit: working_hours, working_days or calendar_days
    :param str tz: the zone in which days begin and end
    """
    if unit == "working_hours":
        return limit * HOUR, worktime
    end = _limit_end(limit, unit, start, worktime, tz)
    if unit == "working_days":
        return (None if end is None else worktime.between(start, end)), worktime
    return (end - start).total_seconds(), WorkTime.ALWAYS


def extended_seconds(limit, unit, additions, start, worktime, tz="UTC"):
    """Return (seconds, working time, extensions) of a limit and what was added to it, as ``compute`` takes them.

    Additions in the limit's own unit are as if the limit had been longer from the beginning: 10 working days and
    5 more are 15. Others are worth what they would be at the start.

    >>> week = WorkTime([(datetime(2026, 3, day, 9), datetime(2026, 3, day, 17)) for day in range(2, 7)])
    >>> monday, asked = datetime(2026, 3, 2, 9), datetime(2026, 3, 3)
    >>> more = [(asked, 1, "working_days"), (asked, 2, "working_hours")]
    >>> seconds, _work, extensions = extended_seconds(1, "working_days", more, monday, week)
    >>> seconds / HOUR, [added / HOUR for _moment, added in extensions]
    (16.0, [8.0, 2.0])

    The seconds are None when the working time ends before.

    :param additions: iterable of (datetime, amount, unit)
    """
    seconds, counted = limit_seconds(limit, unit, start, worktime, tz)
    extensions, known = [], seconds
    for moment, amount, added_unit in sorted(additions):
        if known is None:
            return None, counted, []
        if added_unit == unit:
            limit += amount
            longer = limit_seconds(limit, unit, start, worktime, tz)[0]
            added = None if longer is None else longer - known
            known = longer
        else:
            begin = _limit_end(0, added_unit, start, worktime, tz)
            end = _limit_end(amount, added_unit, start, worktime, tz)
            added = None if end is None else counted.between(begin, end)
        if added is None:
            return None, counted, []
        extensions.append((moment, added))
    return seconds, counted, extensions


def horizon_days(limit, unit):
    """Return how many days ahead the working time is needed; holidays may ask for more."""
    days = limit / 4 if unit == "working_hours" else limit * 2
    return int(days) + 14


def _limit_end(limit, unit, start, worktime, tz):
    """Return the moment at which a limit ends that was never paused, None beyond the working time."""
    if unit == "working_hours":
        return worktime.after(start, limit * HOUR)
    if unit == "working_days":
        return worktime.day_after(start, int(limit), tz)
    zone = ZoneInfo(tz)
    day = start.replace(tzinfo=timezone.utc).astimezone(zone).date() + timedelta(days=int(limit) + 1)
    return datetime.combine(day, time.min, zone).astimezone(timezone.utc).replace(tzinfo=None)


def _phases(start, history, now):
    """Return [(begin, end, effect)] from ``start`` to ``now``, neighbours of one effect joined."""
    effect, begin, phases = RUN, start, []
    for moment, following in history:
        if moment > max(now, start):
            break
        if moment > begin and following != effect:
            phases.append((begin, moment, effect))
            begin = moment
        effect = following
    if phases and phases[-1][2] == effect:
        begin = phases.pop()[0]
    phases.append((begin, max(now, begin), effect))
    return phases


def _find_deadline(phases, total, worktime):
    """Return (the moment at which ``total`` seconds are used, or would be, None if unknown; whether it passed)."""
    used, deadline = 0, None
    for begin, end, effect in phases:
        if effect != RUN:
            continue
        deadline = worktime.after(begin, total - used)
        if deadline is not None and deadline < end:
            return deadline, True
        used += worktime.between(begin, end)
    return deadline, False


def _find_breach(phases, limit, extensions, worktime):
    """Return the first moment at which time ran on beyond what was allowed then, None if it never did."""
    total = limit
    for moment, seconds in extensions:
        deadline, is_reached = _find_deadline(phases, total, worktime)
        if is_reached and deadline < moment:
            return deadline
        total += seconds
    deadline, is_reached = _find_deadline(phases, total, worktime)
    return deadline if is_reached else None


def _state(effect, breach):
    if effect == STOP:
        return "missed" if breach else "met"
    if breach:
        return "breached"
    return "paused" if effect == PAUSE else "running"


def _spans(phase, worktime):
    begin, end, effect = phase
    if effect != RUN:
        if end > begin:
            yield Span(begin, end, "paused" if effect == PAUSE else "stopped")
        return
    for opened, closed in worktime.clip(begin, end).intervals:
        if opened > begin:
            yield Span(begin, opened, "outside")
        yield Span(opened, closed, "counted")
        begin = closed
    if end > begin:
        yield Span(begin, end, "outside")
