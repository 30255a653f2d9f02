"""Make the complaints of two years whose figures are known: ``python3 -m tools.figures_data`` writes them anew.

The figures are those that a company of machine builders publishes in its training for complaint handlers: a quarter
more complaints than the year before, 45 % about quality, 30 % about after-sales service, 15 % about contracts and
10 % about all else, most of them in March and August, and three of four customers satisfied with the handling.

>>> rows = list(make_rows())
>>> [sum(row["received_datetime"].startswith(year) for row in rows) for year in ("2024", "2025")]
[400, 500]
>>> answers = [row["satisfaction"] for row in rows if row["satisfaction"]]
>>> sum(answer >= 8 for answer in answers) / len(answers)
0.75
"""

import csv
import itertools
import random
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "data/complaint_figures.csv"
MONTHS = {
    2024: (28, 26, 56, 30, 28, 30, 34, 58, 30, 28, 26, 26),
    2025: (35, 33, 70, 37, 35, 38, 42, 73, 37, 35, 33, 32),
}
# In percent of each year, by the external id of the category.
TYPES = {"product": 45, "service": 30, "contract": 15, "other": 10}
# In percent of those who are not satisfied.
REASONS = {"slow": 40, "solution": 35, "attitude": 15, "other": 10}
ANSWERED, SATISFIED = 80, 75
SUBJECTS = {
    "product": ("The pump leaks", "The motor is loud", "The housing is scratched"),
    "service": ("The repair took six weeks", "Nobody calls back"),
    "contract": ("The guarantee was said to be longer", "The contract names another model"),
    "other": ("The invoice is wrong", "The parking was full"),
}
CHANNELS = ("phone", "phone", "mail", "mail", "web", "visit")
SEVERITIES = ("minor", "general", "general", "general", "serious", "major")
COLUMNS = (
    "name",
    "email_from",
    "category_id/id",
    "channel",
    "severity",
    "received_datetime",
    "satisfaction",
    "dissatisfaction_ids/id",
)


def make_rows():
    """Give the rows of both years, the same at each call."""
    chance = random.Random(2024)
    for year, months in MONTHS.items():
        total = sum(months)
        kinds = divide(TYPES, total)
        chance.shuffle(kinds)
        answers = make_answers(total, chance)
        moments = [month for month, count in enumerate(months, 1) for _number in range(count)]
        for number, (month, kind, answer) in enumerate(zip(moments, kinds, answers, strict=True)):
            yield make_row(f"{year}-{month:02d}", number, kind, answer, chance)


def make_row(month, number, kind, answer, chance):
    """Return one complaint of a month (``2024-03``)."""
    points, reason = answer
    module = "customer_complaint.customer_complaint"
    day, hour, minute = chance.randint(1, 28), chance.randint(8, 17), chance.randint(0, 59)
    return {
        "name": chance.choice(SUBJECTS[kind]),
        "email_from": f"customer{number % 250:03d}@figures.example",
        "category_id/id": f"{module}_category_{kind}",
        "channel": chance.choice(CHANNELS),
        "severity": chance.choice(SEVERITIES),
        "received_datetime": f"{month}-{day:02d} {hour:02d}:{minute:02d}:00",
        "satisfaction": points or "",
        "dissatisfaction_ids/id": f"{module}_dissatisfaction_{reason}" if reason else "",
    }


def make_answers(total, chance):
    """Return [(points, reason)] of so many complaints: ``None`` where nothing was answered, or nothing missed."""
    answered = total * ANSWERED // 100
    satisfied = answered * SATISFIED // 100
    reasons = divide(REASONS, answered - satisfied)
    answers = [(chance.randint(8, 10), None) for _number in range(satisfied)]
    answers += [(chance.randint(1, 7), reason) for reason in reasons]
    answers += [(None, None)] * (total - answered)
    chance.shuffle(answers)
    return answers


def divide(shares, total):
    """Return a list of so many keys, each with its share in percent.

    >>> divide({"a": 75, "b": 25}, 4)
    ['a', 'a', 'a', 'b']
    """
    return list(
        itertools.chain.from_iterable([key] * (total * share // 100) for key, share in shares.items())
    )


def main():
    with FILE.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(make_rows())


if __name__ == "__main__":
    main()
