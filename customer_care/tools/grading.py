"""From figures to points, score and grade: once in Python and once as SQL, without an ORM.

A **spec** is the frozen text of a scheme, plain JSON. A criterion turns a value into points from 0 to 100. By
**bands**: the points of the last band that begins at or below the value, nothing below the first one:

>>> bands = {"method": "bands", "bands": [[0, 10], [3, 60], [10, 100]], "weight": 50, "missing": "no_points"}
>>> [get_points(bands, value) for value in (-1, 0, 2.9, 3, 250)]
[0.0, 10.0, 10.0, 60.0, 100.0]

**Linear**: 0 points at ``low``, 100 at ``high``, in proportion between; ``low`` above ``high``: less is better:

>>> linear = {"method": "linear", "low": 90, "high": 30, "weight": 50, "missing": "leave_out"}
>>> [get_points(linear, value) for value in (120, 90, 60, 45, 10)]
[0.0, 0.0, 50.0, 75.0, 100.0]

**Quantile**: the known values are sorted, the best first, and cut into classes of equal number; where it does not come
out even, the better classes are larger by one. Who ties at a border shares the better class. The borders are the last
values of all classes but the worst:

>>> quantile = {"method": "quantile", "classes": 3, "scale": "share", "weight": 50, "missing": "no_points"}
>>> get_borders([9, 7, 7, 5, 5, 5, 1], 3)
[7, 5]
>>> [get_class(value, [7, 5]) for value in (9, 7, 6, 5, 1)]
[1, 1, 2, 2, 3]
>>> [get_points(quantile, value, [7, 5]) for value in (9, 5, 1)]
[100.0, 66.66666666666667, 33.333333333333336]
>>> get_borders([10, 20, 30, 40], 2, is_lower_better=True), get_class(20, [20], is_lower_better=True)
([20], 1)

``scale`` says what the classes are worth: ``share`` of three classes is 33.3, 66.7, 100; ``zero`` is 0, 50, 100.

An **unknown** value (``None``) gives no points, a fixed number, or leaves the criterion out: its weight then falls to
the others.

>>> get_points(bands, None), get_points({**bands, "missing": "fixed", "missing_points": 40}, None)
(0.0, 40.0)
>>> get_points(linear, None) is None
True
>>> spec = {"criteria": [bands, linear], "thresholds": [{"grade_id": 1, "min": 75}, {"grade_id": 2, "min": 0}]}
>>> get_score(spec, [10, 45]), get_score(spec, [3, None])
(Decimal('87.50'), Decimal('60.00'))
>>> get_grade(spec, get_score(spec, [10, 45])), get_grade(spec, get_score(spec, [3, None]))
(1, 2)

A customer of whom no **history** is known is not graded at all:

>>> get_score({"criteria": [{**bands, "is_history": True}, linear]}, [None, 30]) is None
True

The same as SQL, over a column with an array of values:

>>> points_sql(bands, SQL("v"), [])
SQL('CASE WHEN v IS NULL THEN %s::float8 WHEN v >= %s THEN %s WHEN v >= %s THEN %s WHEN v >= %s THEN %s ELSE 0 END', \
0.0, 10.0, 100.0, 3.0, 60.0, 0.0, 10.0)

What is **missing** to the next grade, and which criteria could bring it:

>>> explanation = explain(spec, [3, 45], [])
>>> explanation["score"], explanation["next_grade_id"], explanation["gap"]
(67.5, 1, 7.5)
>>> [(row["points"], row["contribution"], row["to_value"], row["to_score"]) for row in explanation["criteria"]]
[(60.0, 30.0, 10.0, 20.0), (75.0, 37.5, 36.0, 7.5)]
"""

from decimal import ROUND_HALF_UP, Decimal

from odoo.tools import SQL

CENT = Decimal("0.01")


def get_positions(count, classes):
    """Return the places (from 1, the best first) of the last value of each class but the worst.

    The classes are those of SQL's ``ntile``.
    """
    size, more = divmod(count, classes)
    return [number * size + min(number, more) for number in range(1, classes)] if count else []


def get_borders(values, classes, is_lower_better=False):
    """Return the worst value of each class but the worst one; empty when no value is known."""
    known = sorted((value for value in values if value is not None), reverse=not is_lower_better)
    return [known[position - 1] for position in get_positions(len(known), classes)]


def get_class(value, borders, is_lower_better=False):
    """Return the class of a value: 1 is the best."""
    if is_lower_better:
        return 1 + sum(value > border for border in borders)
    return 1 + sum(value < border for border in borders)


def get_class_points(criterion, number):
    """Return the points of class ``number`` (1 is the best) of a quantile criterion."""
    classes = criterion["classes"]
    if criterion.get("scale") == "zero":
        return 100.0 * (classes - number) / (classes - 1)
    return 100.0 * (classes - number + 1) / classes


def get_missing_points(criterion):
    """Return the points of an unknown value; ``None`` leaves the criterion out."""
    if criterion["missing"] == "leave_out":
        return None
    return float(criterion.get("missing_points") or 0) if criterion["missing"] == "fixed" else 0.0


def get_points(criterion, value, borders=()):
    """Return the points (0-100) of a value; ``None`` when the criterion is left out.

    :param borders: of a quantile criterion; without any, the value counts as unknown
    """
    method = criterion["method"]
    if value is None or (method == "quantile" and not borders):
        return get_missing_points(criterion)
    if method == "quantile":
        number = get_class(value, borders, criterion.get("is_lower_better"))
        return get_class_points(criterion, number)
    if method == "linear":
        low, high = float(criterion["low"]), float(criterion["high"])
        return min(max(0.0, 100.0 * (value - low) / (high - low)), 100.0)
    points = 0.0
    for start, worth in sorted(criterion["bands"]):
        if value >= start:
            points = float(worth)
    return points


def is_known(spec, values):
    """Return whether there is a history to grade by: some value in a criterion that needs one."""
    needed = [value for row, value in zip(spec["criteria"], values, strict=True) if row.get("is_history")]
    return not needed or any(value is not None for value in needed)


def get_score(spec, values, borders=()):
    """Return the weighted mean of the points, a Decimal with two places; ``None``: not to be graded.

    :param values: one for each criterion, ``None`` where unknown
    :param borders: one list for each criterion, used by quantile criteria
    """
    if not is_known(spec, values):
        return None
    total, weights = 0.0, 0.0
    for index, criterion in enumerate(spec["criteria"]):
        points = get_points(criterion, values[index], borders[index] if borders else ())
        if points is not None:
            total += points * float(criterion["weight"])
            weights += float(criterion["weight"])
    return round_score(total / weights) if weights else None


def round_score(score):
    """Round half up to two places what has 15 digits, as PostgreSQL does with ``round(score::numeric, 2)``.

    >>> round_score(72.665), round_score(0.1 + 0.2)
    (Decimal('72.67'), Decimal('0.30'))
    """
    return Decimal(f"{score:.15g}").quantize(CENT, ROUND_HALF_UP)


def get_grade(spec, score):
    """Return the id of the grade of a score; ``None`` when it is below all thresholds or there is no score."""
    if score is None:
        return None
    reached = [row for row in spec["thresholds"] if score >= round_score(row["min"])]
    return max(reached, key=lambda row: row["min"])["grade_id"] if reached else None


def get_limits(criterion):
    """Return the least and the most points that the criterion can bring (known values)."""
    if criterion["method"] == "bands":
        worth = [float(points) for _start, points in criterion["bands"]]
        return min([0.0, *worth]), max([0.0, *worth])
    if criterion["method"] == "quantile":
        return get_class_points(criterion, criterion["classes"]), 100.0
    return 0.0, 100.0


# --- The same as SQL ---


def points_sql(criterion, value, borders):
    """Return :func:`get_points` as an expression over ``value`` (SQL)."""
    missing = get_missing_points(criterion)
    unknown = SQL("NULL::float8") if missing is None else SQL("%s::float8", missing)
    if criterion["method"] == "linear":
        low, high = float(criterion["low"]), float(criterion["high"])
        known = SQL(
            "ELSE LEAST(GREATEST(100::float8 * (%s - %s::float8) / %s::float8, 0), 100)",
            value,
            low,
            high - low,
        )
    elif criterion["method"] == "quantile":
        if not borders:
            return unknown
        operator = SQL("<=") if criterion.get("is_lower_better") else SQL(">=")
        branches = [
            SQL("WHEN %s %s %s THEN %s", value, operator, float(border), get_class_points(criterion, number))
            for number, border in enumerate(borders, start=1)
        ]
        last = get_class_points(criterion, len(borders) + 1)
        known = SQL("%s ELSE %s", SQL(" ").join(branches), last)
    else:
        branches = [
            SQL("WHEN %s >= %s THEN %s", value, float(start), float(points))
            for start, points in sorted(criterion["bands"], reverse=True)
        ]
        known = SQL("%s ELSE 0", SQL(" ").join(branches)) if branches else SQL("ELSE 0")
    return SQL("CASE WHEN %s IS NULL THEN %s %s END", value, unknown, known)


def score_sql(spec, names):
    """Return :func:`get_score` as an expression over the points and values of the criteria.

    :param names: pairs ``(value, points)`` of SQL, in the order of the criteria
    """
    totals, weights = [SQL("0::float8")], [SQL("0::float8")]
    for criterion, (_value, points) in zip(spec["criteria"], names, strict=True):
        weight = float(criterion["weight"])
        if get_missing_points(criterion) is None:
            totals.append(SQL("COALESCE(%s * %s::float8, 0)", points, weight))
            weights.append(SQL("CASE WHEN %s IS NULL THEN 0 ELSE %s::float8 END", points, weight))
        else:
            totals.append(SQL("%s * %s::float8", points, weight))
            weights.append(SQL("%s::float8", weight))
    score = SQL("round((%s / NULLIF(%s, 0))::numeric, 2)", _add(totals), _add(weights))
    needed = [
        value for criterion, (value, _points) in zip(spec["criteria"], names, strict=True)
        if criterion.get("is_history")
    ]  # fmt: skip
    if not needed:
        return score
    return SQL("CASE WHEN COALESCE(%s) IS NOT NULL THEN %s END", SQL(", ").join(needed), score)


def _add(terms):
    return SQL("(%s)", SQL(" + ").join(terms))


def grade_sql(spec, score):
    """Return :func:`get_grade` as an expression over ``score`` (SQL)."""
    branches = [
        SQL("WHEN %s >= %s::numeric THEN %s", score, str(round_score(row["min"])), row["grade_id"])
        for row in sorted(spec["thresholds"], key=lambda row: -row["min"])
    ]
    return SQL("CASE %s END::int", SQL(" ").join(branches)) if branches else SQL("NULL::int")


# --- Why ---


def explain(spec, values, borders):
    """Return where a score comes from and what is missing to the next grade.

    :return: dict with ``score``, ``grade_id``, ``next_grade_id`` and ``gap`` (None with the best grade) and
        ``criteria``: for each one ``value``, ``points``, ``weight`` (percent that counted), ``is_left_out``,
        ``contribution`` (to the score), and the least that brings the customer on alone: ``to_value``,
        ``to_score`` (what it adds); where it cannot reach the gap, the most it could add; None at its best
    """
    score = get_score(spec, values, borders)
    points = [
        get_points(row, value, borders[index] if borders else ())
        for index, (row, value) in enumerate(zip(spec["criteria"], values, strict=True))
    ]
    total = sum(
        float(row["weight"]) for row, worth in zip(spec["criteria"], points, strict=True) if worth is not None
    )
    next_row = _get_next(spec, score)
    gap = float(round_score(next_row["min"]) - score) if next_row else None
    rows = []
    for index, (criterion, worth) in enumerate(zip(spec["criteria"], points, strict=True)):
        share = float(criterion["weight"]) / total if worth is not None and total else 0.0
        row = {
            "value": values[index],
            "points": worth,
            "weight": share * 100,
            "is_left_out": worth is None,
            "contribution": (worth or 0.0) * share,
            "to_value": None,
            "to_score": None,
        }
        if gap and share:
            step = _get_step(criterion, values[index], worth, borders[index] if borders else (), gap / share)
            if step:
                row["to_value"], row["to_score"] = step[0], (step[1] - worth) * share
        rows.append(row)
    return {
        "score": None if score is None else float(score),
        "grade_id": get_grade(spec, score),
        "next_grade_id": next_row["grade_id"] if next_row else None,
        "gap": gap,
        "criteria": rows,
    }


def _get_next(spec, score):
    if score is None:
        return None
    above = [row for row in spec["thresholds"] if round_score(row["min"]) > score]
    return min(above, key=lambda row: row["min"]) if above else None


def _get_step(criterion, value, points, borders, needed):
    """Return ``(value, points)`` of the next better place that brings ``needed`` points, else of the best."""
    if criterion["method"] == "linear":
        low, high = float(criterion["low"]), float(criterion["high"])
        worth = min(points + needed, 100.0)
        places = [(low + (high - low) * worth / 100, worth)]
    elif criterion["method"] == "quantile":
        # By the class of the border itself: borders that tie share the better one.
        numbers = [get_class(border, borders, criterion.get("is_lower_better")) for border in borders]
        places = [
            (border, get_class_points(criterion, number))
            for border, number in zip(borders, numbers, strict=True)
        ]
        places.reverse()
    else:
        # Upwards from the present value first; downwards only when nothing above is better.
        places = sorted((float(start), float(worth)) for start, worth in criterion["bands"])
        above = [place for place in places if value is None or place[0] > value]
        places = above if any(worth > points for _start, worth in above) else places
    better = sorted(((worth, place) for place, worth in places if worth > points), key=lambda row: row[0])
    if not better:
        return None
    worth, place = next((row for row in better if row[0] - points >= needed - 1e-9), better[-1])
    return place, worth
