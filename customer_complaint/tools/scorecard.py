"""Points of a handler's scorecard, as plain functions: what is shown is what is computed.

All points lie between 0 and 100; ``None`` means that there is nothing to judge. Source of the formulas: our own
convention; the figures are those that the requirements of staff assessments name (speed, time limits,
satisfaction, volume, solved at first try).
"""

from statistics import median

FIGURES = ("speed", "limit", "satisfaction", "volume", "first")
FULL_SHARE, NO_SHARE = 0.5, 1.5


def speed_points(shares):
    """Return the average of the points of the medians of used time, each as a share of its time limit.

    Half of the limit or less gives 100, all of it 50, one and a half times the limit 0, in a straight line.

    :param shares: medians of used time / limit, of the first response and of the solution; None is left out

    >>> speed_points([0.5, None]), speed_points([1.0, 0.2]), speed_points([9.0]), speed_points([None, None])
    (100.0, 75.0, 0.0, None)
    """
    points = [
        100 * min(max(NO_SHARE - share, 0), 1) / (NO_SHARE - FULL_SHARE)
        for share in shares
        if share is not None
    ]
    return sum(points) / len(points) if points else None


def share_points(good, judged):
    """Return how many per cent of what was judged is good.

    >>> share_points(3, 4), share_points(0, 0)
    (75.0, None)
    """
    return 100 * good / judged if judged else None


def volume_points(weight, middle):
    """Return 50 for the median of the team, in proportion below and above, at most 100.

    >>> volume_points(8, 8), volume_points(12, 8), volume_points(40, 8), volume_points(0, 0)
    (50.0, 75.0, 100.0, None)
    """
    return min(50 * weight / middle, 100.0) if middle else None


def total(points, weights):
    """Return the average of the points by their weights; figures without points are left out with their weight.

    :param points: {figure: 0-100 or None}
    :param weights: {figure: whole number}

    >>> total({"speed": 100.0, "limit": 50.0, "first": None}, {"speed": 20, "limit": 20, "first": 60})
    75.0
    >>> total({"speed": None}, {"speed": 100}) is None
    True
    """
    known = {name: value for name, value in points.items() if value is not None and weights[name]}
    weight = sum(weights[name] for name in known)
    return sum(value * weights[name] for name, value in known.items()) / weight if weight else None


def judge(rows, weights, minimum):
    """Add points, total, rank and comparison to the figures of all handlers of a company in one month.

    :param rows: list of dicts as of the query of the scorecards; changed in place
    :param weights: {figure: weight}
    :param minimum: the fewest complaints for a total
    """
    teams = {}
    for row in rows:
        teams.setdefault(row["team_id"], []).append(row)
    for members in teams.values():
        middle = median(row["volume"] for row in members)
        for row in members:
            points = {
                "speed": speed_points([row["response_share"], row["solution_share"]]),
                "limit": share_points(row["limit_met"], row["limit_count"]),
                "satisfaction": row["satisfaction"],
                "volume": volume_points(row["volume"], middle),
                "first": share_points(row["first_count"], row["case_count"]),
            }
            row.update({f"points_{name}": value for name, value in points.items()})
            row["is_small"] = row["case_count"] < minimum
            row["total"] = None if row["is_small"] else total(points, weights)
        totals = [row["total"] for row in members if row["total"] is not None]
        for row in members:
            row["team_total"] = median(totals) if len(totals) > 1 else None
    ranked = sorted((round(row["total"], 2) for row in rows if row["total"] is not None), reverse=True)
    for row in rows:
        row["rank"] = None if row["total"] is None else ranked.index(round(row["total"], 2)) + 1
        row["rank_count"] = len(ranked)
