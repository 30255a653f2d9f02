"""Who held something, and for which share of the working time: arithmetic on spans, without an ORM.

A span says that a holder had it from ``start`` to ``end`` (``None``: until now). Times are naive UTC ``datetime``.

>>> from datetime import datetime
>>> from odoo.addons.customer_care.tools.worktime import WorkTime
>>> def at(hour, day=2):
...     return datetime(2026, 3, day, hour)
>>> always = WorkTime.ALWAYS
>>> def hours(*spans, start=at(8), end=at(18), worktime=always):
...     return {holder: seconds / 3600 for holder, seconds in hold(spans, start, end, worktime).items()}

One after the other; what nobody held is nobody's:

>>> hours(Span("Ann", 0, at(8), at(12)), Span("Bob", 0, at(12), None))
{'Ann': 4.0, 'Bob': 6.0}
>>> hours(Span("Ann", 0, at(9), at(12)))
{'Ann': 3.0}

A span of a higher level goes before those below while it lasts: a department that was asked holds it, not the handler
who waits for the answer.

>>> hours(Span("Ann", 0, at(8), None), Span("Quality", 2, at(10), at(14)), Span("customer", 1, at(13), at(16)))
{'Ann': 4.0, 'Quality': 4.0, 'customer': 2.0}

Two on the same level at the same time share it in equal parts; the same one twice counts once:

>>> hours(Span("Quality", 2, at(8), at(12)), Span("Logistics", 2, at(10), at(12)))
{'Quality': 3.0, 'Logistics': 1.0}
>>> hours(Span("Quality", 2, at(8), at(12)), Span("Quality", 2, at(10), at(12)))
{'Quality': 4.0}

Spans are cut to the time asked for, and only working time counts. Who held it outside of it alone is left out:

>>> day = WorkTime([(at(9), at(12)), (at(13), at(17))])
>>> hours(Span("Ann", 0, at(0), at(13)), Span("Bob", 0, at(13), at(23, 3)), worktime=day)
{'Ann': 3.0, 'Bob': 4.0}
>>> hours(Span("Ann", 0, at(12), at(13)), worktime=day)
{}
>>> hours(Span("Ann", 0, at(12), at(10)), start=at(12), end=at(10))
{}

Shares in percent, to one decimal, are exactly 100 together: the largest remainders are rounded up.

>>> percents({"Ann": 1, "Bob": 1, "Cid": 1})
{'Ann': 33.4, 'Bob': 33.3, 'Cid': 33.3}
>>> percents({"Ann": 3600.0})
{'Ann': 100.0}
>>> percents({})
{}
"""

from typing import Any, NamedTuple

TENTHS = 1000


class Span(NamedTuple):
    holder: Any
    level: int
    start: Any
    end: Any


def hold(spans, start, end, worktime):
    """Return {holder: working seconds} within ``[start, end]``, in order of first holding.

    :param spans: iterable of :class:`Span`
    :param worktime: a ``WorkTime``
    """
    cut = [span._replace(start=max(span.start, start), end=min(span.end or end, end)) for span in spans]
    cut = [span for span in cut if span.start < span.end]
    moments = sorted({moment for span in cut for moment in (span.start, span.end)})
    seconds = {}
    for begin, finish in zip(moments, moments[1:], strict=False):
        holding = [span for span in cut if span.start <= begin and span.end >= finish]
        top = max((span.level for span in holding), default=None)
        holders = list(dict.fromkeys(span.holder for span in holding if span.level == top))
        worked = worktime.between(begin, finish) if holders else 0
        for holder in holders if worked else ():
            seconds[holder] = seconds.get(holder, 0) + worked / len(holders)
    return seconds


def percents(seconds):
    """Return {holder: percent with one decimal}, together 100 (largest remainder method), {} of nothing."""
    total = sum(seconds.values())
    if not total:
        return {}
    exact = {holder: TENTHS * value / total for holder, value in seconds.items()}
    tenths = {holder: int(value) for holder, value in exact.items()}
    rest = TENTHS - sum(tenths.values())
    for holder in sorted(exact, key=lambda holder: round(tenths[holder] - exact[holder], 6))[:rest]:
        tenths[holder] += 1
    return {holder: value / 10 for holder, value in tenths.items()}
