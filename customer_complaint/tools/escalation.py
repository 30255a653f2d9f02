"""When a level of escalation is due, as a pure function of what happened. No ORM.

A threshold is an amount of used time: a share of the limit, or some hours before or after its end. It is
reached at the moment at which the clock (``clock.py``) has used so much; paused time does not count. Times are
naive UTC.

>>> from datetime import datetime
>>> from odoo.addons.customer_care.tools.worktime import WorkTime
>>> from odoo.addons.customer_complaint.tools.clock import HOUR, PAUSE, RUN, STOP
>>> def at(day, hour, minute=0):
...     return datetime(2026, 3, day, hour, minute)
>>> week = WorkTime([(at(day, 9), at(day, 17)) for day in range(2, 7)])

Of ten hours, 80 percent are eight, and two hours before and after the end are eight and twelve:

>>> limit = 10 * HOUR
>>> [threshold(limit, *level) / HOUR for level in (("percent", 80), ("before", 2, "hours"), ("after", 2, "hours"))]
[8.0, 8.0, 12.0]
>>> threshold(limit, "after", 30, "minutes") / HOUR, threshold(limit, "before", 99, "hours")
(10.5, 0)

From Monday 9 o'clock they are reached at the end of Monday and on Tuesday at 13:00:

>>> reach(at(2, 9), [], [8 * HOUR, 12 * HOUR], week, now=at(2, 10))
[datetime.datetime(2026, 3, 2, 17, 0), datetime.datetime(2026, 3, 3, 13, 0)]

It makes no difference when one asks, and a pause of one working day moves what had not been reached by a day:

>>> reach(at(2, 9), [], [8 * HOUR, 12 * HOUR], week, now=at(6, 10))
[datetime.datetime(2026, 3, 2, 17, 0), datetime.datetime(2026, 3, 3, 13, 0)]
>>> paused = [(at(3, 10), PAUSE), (at(4, 10), RUN)]
>>> reach(at(2, 9), paused, [8 * HOUR, 12 * HOUR], week, now=at(4, 11))
[datetime.datetime(2026, 3, 2, 17, 0), datetime.datetime(2026, 3, 4, 13, 0)]

While the clock is held or has stopped nothing is to come; after a reopening it goes on:

>>> reach(at(2, 9), paused[:1], [12 * HOUR], week, now=at(3, 11)) is None
True
>>> reach(at(2, 9), [(at(2, 12), STOP)], [12 * HOUR], week, now=at(3, 11)) is None
True
>>> reach(at(2, 9), [(at(2, 12), STOP), (at(4, 9), RUN)], [12 * HOUR], week, now=at(4, 9))
[datetime.datetime(2026, 3, 5, 10, 0)]

None in the list: the working time that is known ends before.

>>> reach(at(2, 9), [], [8 * HOUR, 99 * HOUR], week, now=at(2, 10))
[datetime.datetime(2026, 3, 2, 17, 0), None]

People are told in working time; the last moment of a day still belongs to it:

>>> told_at(week, at(2, 12)), told_at(week, at(2, 17)), told_at(week, at(2, 17, 1)), told_at(week, at(3, 0))
(datetime.datetime(2026, 3, 2, 12, 0), datetime.datetime(2026, 3, 2, 17, 0), \
datetime.datetime(2026, 3, 3, 9, 0), datetime.datetime(2026, 3, 3, 9, 0))
>>> told_at(WorkTime.ALWAYS, at(3, 0)), told_at(week, at(9, 0))
(datetime.datetime(2026, 3, 3, 0, 0), None)
"""

from datetime import timedelta

from .clock import HOUR, RUN, _phases

UNIT_SECONDS = {"minutes": 60, "hours": HOUR}
SECOND = timedelta(seconds=1)


def threshold(limit, trigger, amount, unit="hours"):
    """Return after how many seconds of used time a level is reached, at least none.

    :param float limit: seconds
    :param str trigger: percent (of the limit), before or after (the end of the limit)
    :param str unit: minutes or hours, unless percent
    """
    if trigger == "percent":
        return limit * amount / 100
    seconds = amount * UNIT_SECONDS[unit]
    return max(limit + (seconds if trigger == "after" else -seconds), 0)


def reach(start, history, amounts, worktime, now):
    """Return when each of ``amounts`` (seconds) is used up, None for what lies beyond the working time.

    None instead of the list while the clock does not run. The other parameters are those of ``clock.compute``.
    """
    return reach_in(_phases(start, history, now), amounts, worktime)


def reach_in(phases, amounts, worktime):
    """Return the same as ``reach`` for the phases that a clock has found."""
    if phases[-1][2] != RUN:
        return None
    found, used = {}, 0
    for number, (begin, end, effect) in enumerate(phases, start=1):
        if effect != RUN:
            continue
        for amount in amounts:
            moment = worktime.after(begin, amount - used) if amount not in found else None
            if moment is not None and (moment < end or number == len(phases)):
                found[amount] = moment
        used += worktime.between(begin, end)
    return [found.get(amount) for amount in amounts]


def told_at(worktime, moment):
    """Return the first moment in working time from ``moment`` on, None beyond the working time."""
    if worktime.between(moment - SECOND, moment):
        return moment
    following = worktime.after(moment, 1)
    return following and following - SECOND
