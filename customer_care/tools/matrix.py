"""Tables for the screen (field widget ``care_matrix``) of counts from one state to another, without an ORM.

>>> counts = {("a", "a"): 6, ("a", "b"): 2, (None, "b"): 1}
>>> table = get_matrix([("a", "A"), ("b", "B")], [("a", "A"), ("b", "B")], counts, none="None", total="Total")
>>> table["head"]
['A', 'B', 'Total']
>>> [(row["name"], [cell["text"] for cell in row["cells"]]) for row in table["rows"]]
[('A', ['6', '2', '8']), ('B', ['', '', '']), ('None', ['', '1', '1']), ('Total', ['6', '3', '9'])]
>>> table["rows"][0]["cells"][1]["note"], table["rows"][0]["cells"][1]["args"]
('25.0 %', ['a', 'b'])

Only keys with a count have a row or column of their own for no state at all; all others are always shown, so
that tables of two days can be compared:

>>> get_matrix([("a", "A")], [("a", "A")], {("a", "a"): 1}, none="None", total="Total")["head"]
['A', 'Total']
"""

# How a cell is coloured, by the direction of its change.
DIRECTION_CLASSES = {"better": "table-success", "worse": "table-danger", "same": "table-light"}


def get_direction(ranking, old, new):
    """Return how ``new`` lies to ``old`` in ``ranking``, a list of keys with the best first.

    >>> [get_direction("ABC", *pair) for pair in ("BA", "BC", "BB")]
    ['better', 'worse', 'same']
    >>> get_direction("A", None, "A"), get_direction("A", "A", None)
    ('new', 'ended')
    """
    if not old or not new:
        return "ended" if old else "new"
    steps = ranking.index(old) - ranking.index(new)
    return "better" if steps > 0 else "worse" if steps < 0 else "same"


def get_percent(part, whole):
    """Return ``part`` of ``whole`` in percent with one decimal, ``None`` of nothing.

    >>> get_percent(1, 3), get_percent(0, 0)
    (33.3, None)
    """
    return round(100.0 * part / whole, 1) if whole else None


def get_matrix(rows, columns, counts, none, total, get_class=None):
    """Return the table of ``counts``; cells say how much of their row they are.

    :param rows, columns: lists of ``(key, name)``
    :param counts: ``{(row key or None, column key or None): number}``
    :param none, total: names of the row of no state and of the sums
    :param get_class: function of (row key, column key) that gives a CSS class
    """
    rows = [*rows, *([(None, none)] if any(row is None for row, _column in counts) else [])]
    columns = [*columns, *([(None, none)] if any(column is None for _row, column in counts) else [])]
    lines = []
    for row, name in rows:
        whole = sum(counts.get((row, column), 0) for column, _name in columns)
        cells = [
            _get_cell(counts.get((row, column), 0), whole, row, column, get_class)
            for column, _name in columns
        ]
        lines.append({"name": name, "cells": [*cells, {"text": str(whole or ""), "class": "fw-bold"}]})
    sums = [sum(counts.get((row, column), 0) for row, _name in rows) for column, _name in columns]
    lines.append(
        {
            "name": total,
            "class": "fw-bold",
            "cells": [{"text": str(number or "")} for number in [*sums, sum(sums)]],
        }
    )
    return {"head": [*(name for _key, name in columns), total], "rows": lines}


def _get_cell(count, whole, row, column, get_class):
    if not count:
        return {"text": ""}
    return {
        "text": str(count),
        "note": f"{get_percent(count, whole)} %",
        "class": get_class(row, column) if get_class else "",
        "args": [row, column],
    }
