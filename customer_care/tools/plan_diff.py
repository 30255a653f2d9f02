"""What differs between two frozen versions of a care plan, without an ORM.

A version is a dict of plain values with lists of dicts, whose rows carry a ``key`` that stays the same from
version to version:

>>> old = {"budget": 100, "date_end": "2026-12-31", "measures": [
...     {"key": "1", "name": "Call", "cost": 0}, {"key": "2", "name": "Gift", "cost": 100}]}
>>> new = {"budget": 150, "date_end": "2026-12-31", "measures": [
...     {"key": "2", "name": "Gift", "cost": 120}, {"key": "3", "name": "Visit", "cost": 30}]}
>>> difference = compare(old, new)
>>> difference.values
[('budget', 100, 150)]
>>> rows = difference.rows["measures"]
>>> [row["name"] for row in rows.added], [row["name"] for row in rows.removed]
(['Visit'], ['Call'])
>>> [(row["name"], changes) for row, changes in rows.changed]
[('Gift', [('cost', 100, 120)])]
>>> bool(difference), bool(compare(old, old))
(True, False)

What one of the versions does not know yet is no difference to nothing:

>>> compare({}, {"budget": None, "measures": []}).values
[]
"""

from dataclasses import dataclass, field


@dataclass
class Rows:
    """Rows of one list: ``added`` and ``removed`` rows, ``changed`` ones with ``(name, old, new)`` for each value."""

    added: list = field(default_factory=list)
    removed: list = field(default_factory=list)
    changed: list = field(default_factory=list)

    def __bool__(self):
        return bool(self.added or self.removed or self.changed)


@dataclass
class Difference:
    """``values``: ``(name, old, new)`` of plain values; ``rows``: ``{name of the list: Rows}``."""

    values: list = field(default_factory=list)
    rows: dict = field(default_factory=dict)

    def __bool__(self):
        return bool(self.values or any(self.rows.values()))


def compare(old, new):
    """Return the :class:`Difference` from ``old`` to ``new``; names in the order of the newer version."""
    names = list(dict.fromkeys([*new, *old]))
    lists = [name for name in names if isinstance(new.get(name, old.get(name)), list)]
    return Difference(
        values=compare_values(old, new, [name for name in names if name not in lists]),
        rows={name: compare_rows(old.get(name) or [], new.get(name) or []) for name in lists},
    )


def compare_values(old, new, names):
    """Return ``(name, old, new)`` of the values that differ; nothing, zero and an empty text are the same."""
    pairs = [(name, old.get(name), new.get(name)) for name in names]
    return [pair for pair in pairs if (pair[1] or None) != (pair[2] or None)]


def compare_rows(old, new):
    """Return the :class:`Rows` that tell two lists of dicts with ``key`` apart."""
    before = {row["key"]: row for row in old}
    after = {row["key"]: row for row in new}
    rows = Rows(
        added=[row for key, row in after.items() if key not in before],
        removed=[row for key, row in before.items() if key not in after],
    )
    for key, row in after.items():
        if key in before:
            names = [name for name in dict.fromkeys([*row, *before[key]]) if name != "key"]
            changes = compare_values(before[key], row, names)
            if changes:
                rows.changed.append((row, changes))
    return rows
