"""Divide work among people as fairly as whole numbers allow, without an ORM.

``share`` fills up from below, like water: who has least gets first. Of people with the same load those who stand
first in the dictionary get what cannot be divided.

>>> share(4, {"ada": 0, "bo": 0})
{'ada': 2, 'bo': 2}
>>> share(5, {"ada": 0, "bo": 0})
{'ada': 3, 'bo': 2}
>>> share(5, {"bo": 0, "ada": 0})
{'bo': 3, 'ada': 2}
>>> share(4, {"ada": 5, "bo": 0, "cy": 2})
{'ada': 0, 'bo': 3, 'cy': 1}
>>> share(100_000, {"ada": 7, "bo": 0})
{'ada': 49997, 'bo': 50003}
>>> share(0, {"ada": 1})
{'ada': 0}
>>> share(3, {})
{}

``rotate`` begins a list after the one whose turn was last:

>>> rotate([1, 2, 3], 2)
[3, 1, 2]
>>> rotate([1, 2, 3], 3)
[1, 2, 3]
>>> rotate([1, 2, 3], None)
[1, 2, 3]
>>> rotate([1, 3, 5], 2)
[3, 5, 1]
"""


def share(count, loads):
    """Return ``{person: how many}`` so that loads and shares together are as equal as can be.

    :param count: pieces of work
    :param loads: ``{person: pieces at hand}``, in the order in which the rest is given out
    """
    if not loads:
        return {}
    levels = sorted(loads.values())
    # The highest level that the work can fill for all who lie below it.
    total, level, rest = 0, levels[0], count
    for number, lower in enumerate(levels, start=1):
        upper = levels[number] if number < len(levels) else None
        room = None if upper is None else (upper - lower) * number
        if room is None or rest <= room:
            level, rest, total = lower + rest // number, rest % number, number
            break
        level, rest = upper, rest - room
    result = {}
    for person, load in loads.items():
        extra = 1 if load <= level and rest > 0 and total else 0
        rest -= extra
        result[person] = max(level - load, 0) + extra
    return result


def rotate(people, last):
    """Return the sorted ids, beginning with the first after ``last``."""
    if last is None:
        return list(people)
    return [one for one in people if one > last] + [one for one in people if one <= last]
