"""Which cells of a table must stay hidden, so that nobody computes a small one from its totals.

A cell with fewer answers than the limit is hidden (primary suppression). Where totals are shown, it would be the total
less the cells that are shown: so of each line of the table whose total is shown, the hidden cells together hold at
least the limit; if they do not, the smallest cell that is shown is hidden, too (secondary suppression).

Source: Hundepool et al., Statistical Disclosure Control, 2012, chapter 4; Eurostat, Handbook on Statistical Disclosure
Control, 2010, section 4.3.

A table has several dimensions, and all its margins are shown, too: by team and month, by team, by month, in all.
Margins come first; what a hidden margin is made of is hidden. Then whole rows, by the first dimension, are hidden
instead of single cells: two rows or more, so that no cell follows from the sums of its row and its column.
"""

from itertools import combinations

from .index import MONTHS, get_period


def hide_cells(counts, size, least):
    """Return the set of the hidden cells of a table with all dimensions.

    >>> totals = {(): {(): 18}}
    >>> sorted(hide_cells({**totals, (0,): {("a",): 3, ("b",): 7, ("c",): 8}}, 1, 5))
    [('a',), ('b',)]
    >>> sorted(hide_cells({**totals, (0,): {("a",): 3, ("b",): 4, ("c",): 11}}, 1, 5))
    [('a',), ('b',)]
    >>> sorted(hide_cells({**totals, (0,): {("a",): 5, ("b",): 6, ("c",): 7}}, 1, 5))
    []
    >>> sorted(hide_cells({(): {(): 4}, (0,): {("a",): 4}}, 1, 5))
    [('a',)]

    Cells that share answers (reasons, kinds of scores) do not add up: then one of the hidden ones must be big enough.

    >>> sorted(hide_cells({(): {(): 10}, (0,): {("a",): 3, ("b",): 3, ("c",): 9}}, 1, 5))
    [('a',), ('b',), ('c',)]

    By two dimensions: the row with a small cell, and another, so that the column does not tell it.

    >>> rows, columns = {("x",): 9, ("y",): 12, ("z",): 20}, {("p",): 20, ("q",): 21}
    >>> cells = {("x", "p"): 2, ("x", "q"): 7, ("y", "p"): 6, ("y", "q"): 6, ("z", "p"): 12, ("z", "q"): 8}
    >>> sorted(hide_cells({(): {(): 41}, (0,): rows, (1,): columns, (0, 1): cells}, 2, 5))
    [('x', 'p'), ('x', 'q'), ('y', 'p'), ('y', 'q')]

    :param counts: {positions of the dimensions: {their values: number of answers}}, with all margins
    :param size: number of dimensions
    :param least: answers that a cell needs to be shown
    """
    hidden = {}
    for number in range(size + 1):
        for dims in combinations(range(size), number):
            hidden[dims] = _hide(dims, counts, hidden, least)
    return hidden[tuple(range(size))]


def get_hidden_months(counts, kind, least):
    """Return the months whose few answers a period leaves out, so that no other period's figure tells them.

    A month shows its answers from the limit on. What months left out, their quarter shows together if that reaches the
    limit; what quarters left out, their year. So each answer comes in with at least so many others, and whatever
    figures of months, quarters and years are subtracted from one another, no fewer are left.

    >>> from datetime import date
    >>> counts = {date(2026, 1, 1): 3, date(2026, 2, 1): 9, date(2026, 4, 1): 4, date(2026, 5, 1): 1}
    >>> for kind in MONTHS:
    ...     print(kind, [f"{month:%b}" for month in sorted(get_hidden_months(counts, kind, 5))])
    month ['Jan', 'Apr', 'May']
    quarter ['Jan']
    year ['Jan']
    >>> get_hidden_months({date(2026, month, 1): 3 for month in (1, 4)}, "year", 5)
    set()

    :param counts: {first day of a month: number of answers}
    :param kind: of the period: ``month``, ``quarter`` or ``year``
    :param least: answers that a figure needs to be shown
    """
    hidden = {month for month, count in counts.items() if count < least}
    for longer, length in MONTHS.items():
        if 1 < length <= MONTHS[kind]:
            sums = {}
            for month in hidden:
                first = get_period(longer, month)
                sums[first] = sums.get(first, 0) + counts[month]
            hidden = {month for month in hidden if sums[get_period(longer, month)] < least}
    return hidden


def _hide(dims, counts, hidden, least):
    """Return the hidden cells of the table of some dimensions, whose margins are done."""
    cells = counts.get(dims, {})
    if not dims:
        return {cell for cell, count in cells.items() if 0 < count < least}
    places = range(len(dims))
    below = {
        cell
        for cell in cells
        if any(_without(cell, place) in hidden[_without(dims, place)] for place in places)
    }
    rows = {cell[0] for cell, count in cells.items() if cell not in below and 0 < count < least}
    lines = [
        (line, counts[_without(dims, place)][total])
        for place in places
        for total, line in _get_lines(cells, place).items()
        if total not in hidden[_without(dims, place)]
    ]
    while True:
        taken = below | {cell for cell in cells if cell[0] in rows}
        row = next(filter(None, (_find_row(line, total, cells, taken, least) for line, total in lines)), None)
        row = row or (len(dims) > 1 and _find_second(cells, taken))
        if not row:
            return taken
        rows.add(row[0])


def _find_row(line, total, cells, taken, least):
    """Return (the row to hide,) if the hidden cells of a line could be computed from its total, else ``None``."""
    secret = [cells[cell] for cell in line if cell in taken]
    shown = [cell for cell in line if cell not in taken]
    if not secret or not shown:
        return None
    adds_up = sum(cells[cell] for cell in line) == total
    if (sum(secret) if adds_up else max(secret)) >= least:
        return None
    return (min(shown, key=lambda cell: (cells[cell], repr(cell)))[0],)


def _find_second(cells, taken):
    """Return (the smallest row that is not hidden,) if one row alone is, whose cells the columns would tell."""
    rows = {}
    for cell, count in cells.items():
        total, is_hidden = rows.get(cell[0], (0, True))
        rows[cell[0]] = (total + count, is_hidden and cell in taken)
    shown = [row for row, (_total, is_hidden) in rows.items() if not is_hidden]
    if len(rows) - len(shown) != 1 or not shown:
        return None
    return (min(shown, key=lambda row: (rows[row][0], repr(row))),)


def _get_lines(cells, place):
    """Return {cell of the margin: [cells that it sums up]} along one dimension."""
    lines = {}
    for cell in cells:
        lines.setdefault(_without(cell, place), []).append(cell)
    return lines


def _without(values, place):
    return values[:place] + values[place + 1 :]
