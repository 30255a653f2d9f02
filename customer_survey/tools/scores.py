"""What an answer is worth, without ORM.

Every answer becomes a number from 0 (worst) to 100 (best), so that different scales can be averaged.

Satisfaction (CSAT) and effort (CES) are the share of the scale that was reached:

>>> linear(1, 1, 10), linear(10, 1, 10)
(0.0, 100.0)
>>> linear(8, 1, 10)
77.78
>>> linear(3, 1, 5)
50.0

What lies outside of the scale is taken as its end; a scale without length is an error:

>>> linear(12, 0, 10)
100.0
>>> linear(5, 5, 5)
Traceback (most recent call last):
    ...
ValueError: A scale needs a maximum above its minimum.

Recommendation (NPS) is asked from 0 to 10 and keeps its class:

>>> [nps_class(value) for value in (0, 6, 7, 8, 9, 10)]
['detractor', 'detractor', 'passive', 'passive', 'promoter', 'promoter']
>>> score("nps", 9, 0, 10)
90.0

The Net Promoter Score of many answers is the share of promoters less that of detractors, -100 to 100:

>>> nps([10, 9, 8, 3])
25.0
>>> nps([]) is None
True

Effort is asked as "it was easy": a high answer is a good one.

>>> score("ces", 7, 1, 7), score("ces", 1, 1, 7)
(100.0, 0.0)
"""

NPS_MIN = 0
NPS_MAX = 10
NPS_PASSIVE_FROM = 7
NPS_PROMOTER_FROM = 9


def linear(value, low, high):
    """Return the share of the scale that was reached, 0-100, rounded to two decimals.

    :raises ValueError: when the scale has no length

    Source: P. Cohen, J. Cohen, L. Aiken, S. West: The Problem of Units and the Circumstance for POMP
    ("percent of maximum possible"), Multivariate Behavioral Research 34 (1999).
    """
    if high <= low:
        raise ValueError("A scale needs a maximum above its minimum.")
    share = (min(max(value, low), high) - low) / (high - low)
    return round(100.0 * share, 2)


def nps_class(value):
    """Return promoter, passive or detractor for a recommendation from 0 to 10.

    Source: F. Reichheld: The One Number You Need to Grow, Harvard Business Review, December 2003.
    """
    if value >= NPS_PROMOTER_FROM:
        return "promoter"
    return "passive" if value >= NPS_PASSIVE_FROM else "detractor"


def nps(values):
    """Return the Net Promoter Score (-100..100) of recommendations from 0 to 10, None without any.

    Source: as `nps_class`.
    """
    classes = [nps_class(value) for value in values]
    if not classes:
        return None
    return round(100.0 * (classes.count("promoter") - classes.count("detractor")) / len(classes), 2)


def score(kind, value, low, high):
    """Return what an answer is worth, 0-100.

    :param kind: `csat`, `nps` or `ces`
    :param value: what was answered
    :param low: worst answer of the scale
    :param high: best answer of the scale

    Source of the effort score ("made it easy", high is good): M. Dixon, N. Toman, R. DeLisi: The Effortless
    Experience (2013), which turned round the scale of M. Dixon, K. Freeman, N. Toman: Stop Trying to Delight
    Your Customers, Harvard Business Review, July 2010.
    """
    if kind == "nps":
        low, high = NPS_MIN, NPS_MAX
    return linear(value, low, high)


# Two answers that differ by less are the same: one step of a scale of ten is 11.
TREND_POINTS = 5


def trend(last, before):
    """Return how the last score compares with the average of those before it.

    >>> trend(80, 70), trend(66, 70), trend(40, 70)
    ('better', 'same', 'worse')
    >>> trend(75, 70), trend(65, 70), trend(75.01, 70)
    ('same', 'same', 'better')
    >>> trend(80, None) is None
    True

    :param last: score of the last answer, 0-100
    :param before: average of the answers in the twelve months before it, None without any
    """
    if last is None or before is None:
        return None
    if abs(last - before) <= TREND_POINTS:
        return "same"
    return "better" if last > before else "worse"
