"""What figures of many answers say, and how sure they are. Knows no ORM.

Shares and their intervals are in percent, the Net Promoter Score and its interval from -100 to 100. What is not
known is ``None``: nobody was asked, nobody answered.

Satisfied is who answers as high as the company says, on a scale of 1 to 10 (8 unless changed). On other scales these
are 4 and 5 of 5, 6 and 7 of 7:

>>> from .scores import linear
>>> [linear(answer, 1, 10) > satisfied_above(8) for answer in (7, 8, 9)]
[False, True, True]
>>> [linear(answer, 1, 5) > satisfied_above(8) for answer in (3, 4, 5)]
[False, True, True]
>>> [linear(answer, 1, 7) > satisfied_above(8) for answer in (5, 6, 7)]
[False, True, True]
>>> linear(1, 1, 10) > satisfied_above(1)
True

The share of a few answers is known within wide limits, that of many within narrow ones:

>>> [round(limit, 1) for limit in wilson(9, 10)]
[59.6, 98.2]
>>> [round(limit, 1) for limit in wilson(900, 1000)]
[88.0, 91.7]
>>> wilson(0, 0) is None
True

The Net Promoter Score of 60 promoters, 25 passives and 15 detractors:

>>> net_score(60, 25, 15)
45.0
>>> [round(limit, 1) for limit in net_interval(60, 25, 15)]
[29.3, 58.0]
>>> net_score(0, 0, 0) is None, net_interval(0, 0, 0) is None
(True, True)

Even five promoters of five do not prove that there are no others:

>>> [round(limit, 1) for limit in net_interval(5, 0, 0)]
[17.5, 100.0]

Two periods: 50 of 100 were satisfied and now 70 of 100 are, which is hardly by chance; 52 may be:

>>> compare_shares(70, 100, 50, 100)
Difference(change=20.0, p=0.0039, verdict='real')
>>> compare_shares(52, 100, 50, 100).verdict
'chance'

So few answers tell nothing:

>>> compare_shares(7, 10, 5, 10)
Difference(change=20.0, p=None, verdict='few')
>>> compare_shares(7, 10, 0, 0)
Difference(change=None, p=None, verdict='few')

Neither do a hundred that all say the same, as none differs from the others:

>>> compare_shares(100, 100, 100, 100).verdict
'few'

The same of Net Promoter Scores and of means:

>>> compare_nets((60, 25, 15), (40, 30, 30)).verdict, compare_nets((60, 25, 15), (55, 30, 15)).verdict
('real', 'chance')
>>> compare_means(Sample(100, 7800.0, 640000.0), Sample(100, 7000.0, 530000.0)).verdict
'real'
"""

from dataclasses import dataclass
from math import erfc, sqrt

# The standard normal distribution holds 95 % between minus and plus this.
Z = 1.959964
# A difference that chance makes less often than this counts as real.
LEAST_P = 0.05
# Fewer answers in one of two periods tell nothing: below, a mean is not yet near a normal distribution.
LEAST_ANSWERS = 30
# So many answers of each side a share needs to be compared.
LEAST_EACH = 5


@dataclass(frozen=True)
class Difference:
    """What two periods differ by.

    :param change: in the unit of the figure, now less before
    :param p: how often chance alone makes at least such a difference, 0 to 1
    :param verdict: ``real``, ``chance`` or ``few`` (too few answers to tell)
    """

    change: float | None
    p: float | None
    verdict: str


@dataclass(frozen=True)
class Sample:
    """Numbers as their count, sum and sum of squares.

    >>> Sample(3, 6.0, 14.0).mean, Sample(3, 6.0, 14.0).variance
    (2.0, 1.0)
    >>> Sample(0, 0.0, 0.0).mean is None
    True
    """

    count: int
    total: float
    squares: float

    @property
    def mean(self):
        return self.total / self.count if self.count else None

    @property
    def variance(self):
        """The variance of whom the sample was drawn from; ``None`` for less than two."""
        if self.count < 2:
            return None
        return max(self.squares - self.total * self.total / self.count, 0.0) / (self.count - 1)


def satisfied_above(answer):
    """Return the score (0-100) above which a customer is satisfied.

    The care report judges answers in the same way, where an answer of 1 to 10 is worth ten times as much.

    :param answer: from which answer of 1 to 10 on a customer is satisfied

    Source of counting the highest answers ("top two boxes" of five): P. Farris, N. Bendle, P. Pfeifer, D. Reibstein:
    Marketing Metrics (2010), on customer satisfaction.
    """
    return 10.0 * (answer - 1) or -1.0


def share(part, whole):
    """Return a share in percent, ``None`` of nothing."""
    return 100.0 * part / whole if whole else None


def wilson(part, whole):
    """Return the limits between which a share lies with 95 %, or ``None``.

    Source: E. B. Wilson: Probable Inference, the Law of Succession, and Statistical Inference, Journal of the American
    Statistical Association 22 (1927). L. Brown, T. Cai, A. DasGupta: Interval Estimation for a Binomial Proportion,
    Statistical Science 16 (2001), on why not Wald's.
    """
    if not whole:
        return None
    rate, square = part / whole, Z * Z / whole
    center = rate + square / 2
    margin = Z * sqrt(rate * (1 - rate) / whole + square / (4 * whole))
    low, high = (center - margin) / (1 + square), (center + margin) / (1 + square)
    return 100.0 * max(low, 0.0), 100.0 * min(high, 1.0)


def net_score(promoters, passives, detractors):
    """Return the share of promoters less that of detractors, -100 to 100, ``None`` without answers."""
    whole = promoters + passives + detractors
    return 100.0 * (promoters - detractors) / whole if whole else None


def net_interval(promoters, passives, detractors):
    """Return the limits between which the Net Promoter Score lies with 95 %, or ``None``.

    An answer is +1, 0 or -1: with shares p and d of promoters and detractors among n answers its variance is
    p + d - (p - d)^2, so the interval is (p - d) +- 1.96 sqrt(variance / n). As this is far too narrow for few or
    unanimous answers, three answers are added before: 3/4 promoters, 3/2 passives, 3/4 detractors.

    Source: B. Rocks: Interval Estimation for the Net Promoter Score, The American Statistician 70 (2016)
    ("adjusted Wald", the best of those compared there).
    """
    if not promoters + passives + detractors:
        return None
    center, deviation = _get_net(promoters + 0.75, passives + 1.5, detractors + 0.75)
    low, high = 100.0 * (center - Z * deviation), 100.0 * (center + Z * deviation)
    # of one or two answers the score itself may lie beyond
    score = net_score(promoters, passives, detractors)
    return max(min(low, score), -100.0), min(max(high, score), 100.0)


def net_margin(promoters, passives, detractors):
    """Return how far the limits of ``net_interval`` lie from its middle, before they are cut at -100 and 100.

    >>> round(net_margin(60, 25, 15), 1), net_margin(0, 0, 0)
    (14.3, None)
    """
    if not promoters + passives + detractors:
        return None
    _center, deviation = _get_net(promoters + 0.75, passives + 1.5, detractors + 0.75)
    return 100.0 * Z * deviation


def compare_shares(part, whole, earlier_part, earlier_whole):
    """Return the :class:`Difference` of two shares in points, by the z-test of two proportions.

    Source: P. Armitage, G. Berry, J. Matthews: Statistical Methods in Medical Research (2002); expected counts of
    five: W. Cochran: Some Methods for Strengthening the Common Chi-Squared Tests, Biometrics 10 (1954).
    """
    if not whole or not earlier_whole:
        return Difference(None, None, "few")
    change = share(part, whole) - share(earlier_part, earlier_whole)
    pooled = (part + earlier_part) / (whole + earlier_whole)
    least = min(pooled, 1 - pooled) * min(whole, earlier_whole)
    if min(whole, earlier_whole) < LEAST_ANSWERS or least < LEAST_EACH:
        return Difference(change, None, "few")
    return _judge(change, change / 100.0, sqrt(pooled * (1 - pooled) * (1 / whole + 1 / earlier_whole)))


def compare_nets(now, before):
    """Return the :class:`Difference` of two Net Promoter Scores, each given as (promoters, passives, detractors).

    Source of the variance as ``net_interval``; those of both periods add up.
    """
    if not sum(now) or not sum(before):
        return Difference(None, None, "few")
    change = net_score(*now) - net_score(*before)
    if min(sum(now), sum(before)) < LEAST_ANSWERS:
        return Difference(change, None, "few")
    deviation = sqrt(sum(_get_net(*counts)[1] ** 2 for counts in (now, before)))
    return _judge(change, change / 100.0, deviation)


def compare_means(now, before):
    """Return the :class:`Difference` of the means of two :class:`Sample`, by Welch's test for many answers.

    Source: B. L. Welch: The Generalization of Student's Problem when several different Population Variances are
    involved, Biometrika 34 (1947); with 30 answers and more Student's distribution is taken as normal.
    """
    if not now.count or not before.count:
        return Difference(None, None, "few")
    change = now.mean - before.mean
    if min(now.count, before.count) < LEAST_ANSWERS:
        return Difference(change, None, "few")
    return _judge(change, change, sqrt(now.variance / now.count + before.variance / before.count))


def _get_net(promoters, passives, detractors):
    """Return (mean, its standard deviation) of answers of +1, 0 and -1."""
    whole = promoters + passives + detractors
    mean = (promoters - detractors) / whole
    return mean, sqrt(max((promoters + detractors) / whole - mean * mean, 0.0) / whole)


def _judge(change, difference, deviation):
    """Return the :class:`Difference` of which chance makes so large a deviation."""
    if not deviation:
        return Difference(change, None, "few")
    p = round(erfc(abs(difference) / deviation / sqrt(2)), 4)
    return Difference(change, p, "real" if p < LEAST_P else "chance")
