"""Whether so many are more than usual: one-sided tests for counts, small ones too.

The norm is the mean of earlier spans of equal length. When these scatter no more than chance alone lets them, the
count of a usual span follows Poisson's law; when they scatter more (deliveries, seasons, one angry building), the
negative binomial law with the same mean and variance, which alarms later. Tails are summed exactly, term by term, so
that counts of 3 or 4 are treated as rightly as those of 400.

Source: Johnson, Kemp, Kotz, Univariate Discrete Distributions, 3rd ed., chapters 4 and 5 (moment estimators).

>>> round(poisson_tail(3, 1), 6)
0.080301
>>> poisson_tail(0, 1)
1.0
>>> judge(6, [1, 0, 1, 2, 0, 1, 1, 0, 2, 1, 1, 2])
Verdict(expected=1.0, probability=0.0005941848175816...)
>>> judge(6, [0, 0, 0, 9, 0, 0, 0, 0, 3, 0, 0, 0]).probability > 0.01
True
"""

from math import exp, fsum, lgamma, log, log1p
from typing import NamedTuple

# The terms of a tail fall at least as fast as a geometric series beyond the mean: below this they add nothing.
NOTHING = 1e-18


class Verdict(NamedTuple):
    """``expected``: the norm; ``probability``: of so many or more in a usual span, 0..1."""

    expected: float
    probability: float


def poisson_tail(count, mean):
    """Return the probability of ``count`` or more under Poisson's law.

    >>> poisson_tail(1, 0)
    0.0
    """
    if count <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    return _tail(count, mean, lambda k: k * log(mean) - mean - lgamma(k + 1))


def negative_binomial_tail(count, mean, variance):
    """Return the probability of ``count`` or more under the negative binomial law; ``variance`` exceeds ``mean``.

    >>> round(negative_binomial_tail(2, 1, 2), 6)
    0.25
    """
    if count <= 0:
        return 1.0
    size = mean * mean / (variance - mean)
    log_share, log_rest = log(mean) - log(variance), log1p(-mean / variance)

    def term(k):
        return lgamma(k + size) - lgamma(size) - lgamma(k + 1) + size * log_share + k * log_rest

    return _tail(count, mean, term)


def _tail(count, mean, log_term):
    """Sum the terms from ``count`` on; below the mean, where there are many, one less those before."""
    if count <= mean:
        return max(1.0 - fsum(exp(log_term(k)) for k in range(count)), 0.0)
    terms = [exp(log_term(count))]
    k = count
    while terms[-1] > NOTHING * terms[0]:
        k += 1
        terms.append(exp(log_term(k)))
    return min(fsum(terms), 1.0)


def judge(count, earlier):
    """Return the :class:`Verdict` on ``count``, compared with the counts of earlier spans (at least two).

    Where there was nothing before, the norm is taken as one in twice the time looked at: what never happened is
    rare, not impossible.

    >>> judge(1, [0, 0, 0, 0]).expected
    0.125
    """
    spans = len(earlier)
    mean = max(sum(earlier), 0.5) / spans
    variance = fsum((one - mean) ** 2 for one in earlier) / (spans - 1)
    # sums of squares of equal counts must not look like scatter
    if variance > mean * (1 + 1e-9):
        return Verdict(mean, negative_binomial_tail(count, mean, variance))
    return Verdict(mean, poisson_tail(count, mean))
