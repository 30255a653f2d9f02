"""The satisfaction index as arithmetic, without ORM.

An **indicator** has a raw figure, which becomes points on the way from its worst value (0) to its best (100); less may
be better:

>>> get_points(8, worst=0, best=10), get_points(3, worst=10, best=0), get_points(-20, worst=-100, best=100)
(80.0, 70.0, 40.0)
>>> get_points(12, worst=0, best=10), get_points(12, worst=10, best=0)
(100.0, 0.0)

The **index** is the weighted mean of the points. An indicator without points is left out, and the weights of the others
grow in proportion, so that the index always goes from 0 to 100:

>>> weigh({"csat": Part(80.0, 60), "speed": Part(50.0, 40)})
(68.0, {'csat': 0.6, 'speed': 0.4})
>>> weigh({"csat": Part(80.0, 60), "speed": Part(None, 40)})
(80.0, {'csat': 1.0, 'speed': 0.0})
>>> weigh({"csat": Part(None, 60)})
(None, {'csat': 0.0})

The **change** between two periods is divided among the indicators without rest, also when weights changed or an
indicator was missing. What comes from its points and what from its weight is told apart:

>>> before = {"csat": Part(80.0, 60), "speed": Part(50.0, 40)}
>>> after = {"csat": Part(85.0, 60), "speed": Part(40.0, 40)}
>>> explain(after, before)
{'csat': (3.0, 0.0), 'speed': (-4.0, 0.0)}
>>> effects = explain({"csat": Part(80.0, 60), "speed": Part(None, 40)}, before)
>>> {key: (round(points, 2), round(weight, 2)) for key, (points, weight) in effects.items()}
{'csat': (0.0, 2.4), 'speed': (0.0, 9.6)}
>>> round(sum(map(sum, effects.values())), 2), round(80.0 - 68.0, 2)
(12.0, 12.0)

Shown figures are rounded so that they add up to the shown total:

>>> round_parts([1.234, 1.234, 1.233], 3.7, digits=1)
[1.3, 1.2, 1.2]
>>> round_parts([-0.04, 0.02], -0.02, digits=2)
[-0.04, 0.02]

**Periods** are months, quarters and years:

>>> get_period("quarter", date(2026, 5, 17)), get_period("year", date(2026, 5, 17))
((datetime.date(2026, 4, 1), datetime.date(2026, 6, 30)), (datetime.date(2026, 1, 1), datetime.date(2026, 12, 31)))
>>> [first.isoformat() for first, _last in get_periods("month", date(2025, 12, 9), date(2026, 2, 1))]
['2025-12-01', '2026-01-01', '2026-02-01']
"""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Part:
    """What an indicator gives to an index: its points (0-100), ``None`` when unknown, and its weight."""

    points: float | None
    weight: float


def get_points(raw, worst, best):
    """Return where ``raw`` lies on the way from ``worst`` to ``best``, 0-100, rounded to two decimals.

    :raises ValueError: when worst and best are the same

    Source: percent of maximum possible, as in :mod:`scores`.
    """
    if worst == best:
        raise ValueError("An indicator needs a best value that differs from its worst.")
    share = (raw - worst) / (best - worst)
    return round(100.0 * min(max(share, 0.0), 1.0), 2)


def weigh(parts):
    """Return the index (0-100, ``None`` without any points) and what share of it each indicator weighs.

    :param parts: {key: Part}
    :return: ``(index, {key: share})``, the shares sum to 1 where there is an index
    """
    total = sum(part.weight for part in parts.values() if part.points is not None)
    if total <= 0:
        return None, dict.fromkeys(parts, 0.0)
    shares = {key: part.weight / total if part.points is not None else 0.0 for key, part in parts.items()}
    return sum(share * parts[key].points for key, share in shares.items() if share), shares


def explain(after, before):
    """Divide the change of the index among its indicators.

    With the means of both periods, the effect of points is ``mean share x change of points`` and that of weights
    ``change of share x (mean points - mean index)``. The first is the symmetric decomposition of a product; the
    second takes away the mean index, which changes no sum because shares sum to 1 in both periods: an indicator above
    the mean lifts the index when it weighs more. Points that are unknown in one period are taken as in the other, their
    share there being 0.

    Source: T. L. Bennet: The Theory of Measurement of Changes in Cost of Living, Journal of the Royal Statistical
    Society 83 (1920).

    :param after, before: {key: Part} with points in at least one indicator each
    :return: {key: (effect of points, effect of weight)}; all together they are the change of the index
    """
    index_after, shares_after = weigh(after)
    index_before, shares_before = weigh(before)
    mean_index = (index_after + index_before) / 2
    effects = {}
    for key in {**before, **after}:
        points = [parts[key].points if key in parts else None for parts in (after, before)]
        known = [value for value in points if value is not None]
        if not known:
            effects[key] = (0.0, 0.0)
            continue
        now, then = (known[0] if value is None else value for value in points)
        share_now, share_then = shares_after.get(key, 0.0), shares_before.get(key, 0.0)
        effects[key] = (
            (share_now + share_then) / 2 * (now - then),
            (share_now - share_then) * ((now + then) / 2 - mean_index) + 0.0,
        )
    return effects


def round_parts(values, total, digits=2):
    """Round values so that they sum to the rounded total: the rest goes to those that rounding changed most.

    :return: list of floats, none more than one unit of the last digit away from its value, given that the values
        sum to the total
    """
    unit = 10**digits
    floors = [int(value * unit // 1) for value in values]
    missing = round(total * unit) - sum(floors)
    order = sorted(range(len(values)), key=lambda place: values[place] * unit - floors[place], reverse=True)
    for place in order[: max(missing, 0)]:
        floors[place] += 1
    return [floor / unit for floor in floors]


def get_period(kind, day):
    """Return the first and the last day of the period of a day.

    :param kind: ``month``, ``quarter`` or ``year``
    """
    length = MONTHS[kind]
    first = date(day.year, (day.month - 1) // length * length + 1, 1)
    return first, first + relativedelta(months=length) - timedelta(days=1)


def get_periods(kind, day_from, day_to):
    """Return the periods from that of one day to that of another, the oldest first."""
    first, last = get_period(kind, day_from)
    periods = []
    while first <= day_to:
        periods.append((first, last))
        first, last = get_period(kind, last + timedelta(days=1))
    return periods
