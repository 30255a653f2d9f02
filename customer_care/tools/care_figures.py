"""Figures of the care report: what each is made of, and whether it reaches its target. Knows no ORM.

A figure is a part of a whole in percent. Both are sums of columns of ``customer.care.report.row``:

>>> row = {"satisfied_count": 9, "answer_count": 12}
>>> FIGURES["satisfaction"].get_percent(row)
75.0
>>> FIGURES["satisfaction"].get_percent({}) is None
True

A target is reached from both sides, by what is better:

>>> FIGURES["satisfaction"].is_reached(90.0, 90), FIGURES["churn"].is_reached(5.1, 5)
(True, False)
>>> FIGURES["churn"].is_reached(None, 5) is None
True
"""

from dataclasses import dataclass

from .matrix import get_percent


@dataclass(frozen=True)
class Figure:
    """A share in percent.

    :param part, whole: names of columns
    :param is_lower_better: the target is the most, not the least
    """

    code: str
    part: str
    whole: str
    is_lower_better: bool = False

    def get_percent(self, sums):
        """Return the share of the sums (``{column: number}``) in percent, ``None`` when there is no whole."""
        return get_percent(sums.get(self.part) or 0, sums.get(self.whole) or 0)

    def is_reached(self, percent, target):
        """Return whether ``percent`` reaches ``target``, ``None`` where one of them is unknown."""
        if percent is None or target is None:
            return None
        return percent <= target if self.is_lower_better else percent >= target


FIGURES = {
    figure.code: figure
    for figure in (
        Figure("contacts", "done_count", "planned_count"),
        Figure("coverage", "covered_count", "due_count"),
        Figure("reach", "reached_count", "call_count"),
        Figure("overdue", "overdue_count", "planned_count", is_lower_better=True),
        Figure("cost", "actual_cost", "planned_cost", is_lower_better=True),
        Figure("satisfaction", "satisfied_count", "answer_count"),
        Figure("loyalty", "loyal_count", "buyer_count"),
        Figure("retention", "kept_count", "start_count"),
        Figure("churn", "lost_count", "start_count", is_lower_better=True),
        Figure("better", "better_count", "graded_count"),
        Figure("worse", "worse_count", "graded_count", is_lower_better=True),
    )
}
COUNTS = (
    "planned_count",
    "done_count",
    "overdue_count",
    "due_count",
    "covered_count",
    "call_count",
    "reached_count",
    "contact_count",
    "answer_count",
    "satisfied_count",
    "buyer_count",
    "loyal_count",
    "start_count",
    "kept_count",
    "lost_count",
    "graded_count",
    "better_count",
    "worse_count",
)
AMOUNTS = ("planned_cost", "actual_cost")
