"""What the conditions of life-cycle stages allow, without an ORM: so that rules that never match are found.

A **range** is what the conditions on one figure leave of it. It has a lower and an upper end, each with a flag
whether the end itself is inside, and says whether an unknown figure passes:

>>> narrow(ANY, "<=", 180)
Range(low=-inf, low_in=True, high=180, high_in=True, known=True)
>>> narrow(narrow(ANY, ">", 180), "<=", 365)
Range(low=180, low_in=False, high=365, high_in=True, known=True)
>>> narrow(ANY, "unknown", 0).is_empty(), narrow(ANY, "known", 0).is_empty()
(False, False)

Conditions on the same figure that contradict each other leave nothing:

>>> narrow(narrow(ANY, ">", 365), "<=", 180).is_empty()
True
>>> narrow(narrow(ANY, ">", 180), "<", 180).is_empty(), narrow(narrow(ANY, ">=", 180), "<=", 180).is_empty()
(True, False)
>>> narrow(narrow(ANY, "unknown", 0), ">", 180).is_empty()
True

The rules of a stage are a range for each figure. Rules that are looser than others **cover** them: whoever
meets the narrower ones meets the looser ones too:

>>> old = get_ranges([("recency", ">", 180)])
>>> very_old = get_ranges([("recency", ">", 365)])
>>> covers(old, very_old), covers(very_old, old), covers({}, very_old)
(True, False, True)
>>> covers(old, get_ranges([("purchases", ">", 3)]))
False
>>> covers(get_ranges([("recency", "known", 0)]), old), covers(get_ranges([("recency", "unknown", 0)]), old)
(True, False)
"""

from math import inf
from typing import NamedTuple

OPERATORS = ("<=", "<", ">=", ">", "=", "known", "unknown")


class Range(NamedTuple):
    """The values of one figure that pass; ``known`` is None when also an unknown one does."""

    low: float = -inf
    low_in: bool = True
    high: float = inf
    high_in: bool = True
    # None: known or not; True: only known; False: only unknown; "never": contradiction
    known: bool | str | None = None

    def is_empty(self):
        if self.known == "never":
            return True
        if self.known is False:
            return False
        return self.low > self.high or (self.low == self.high and not (self.low_in and self.high_in))

    def covers(self, other):
        """Tell whether all that passes ``other`` passes this range too."""
        if other.is_empty() or self == ANY:
            return True
        if self.known is False or other.known is False:
            return self.known is False and other.known is False
        if other.known is None:
            return False
        low = self.low < other.low or (self.low == other.low and (self.low_in or not other.low_in))
        high = self.high > other.high or (self.high == other.high and (self.high_in or not other.high_in))
        return low and high


ANY = Range()


def narrow(found, operator, value):
    """Return what one more condition leaves of a range."""
    known = operator != "unknown"
    if found.known not in (None, known):
        return found._replace(known="never")
    found = found._replace(known=known)
    if operator in ("<=", "<", "="):
        inside = operator != "<"
        if value < found.high or (value == found.high and not inside):
            found = found._replace(high=value, high_in=inside)
    if operator in (">=", ">", "="):
        inside = operator != ">"
        if value > found.low or (value == found.low and not inside):
            found = found._replace(low=value, low_in=inside)
    return found


def get_ranges(conditions):
    """Return ``{figure: Range}`` of conditions ``(figure, operator, value)`` that hold together."""
    ranges = {}
    for figure, operator, value in conditions:
        ranges[figure] = narrow(ranges.get(figure, ANY), operator, value)
    return ranges


def covers(loose, tight):
    """Tell whether whoever meets the ranges ``tight`` also meets the ranges ``loose``."""
    return all(found.covers(tight.get(figure, ANY)) for figure, found in loose.items())
