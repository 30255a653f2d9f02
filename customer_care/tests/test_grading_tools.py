import doctest
import random

from odoo.tests import BaseCase, tagged
from odoo.tools import SQL

from ..tools import grading
from .grading_common import GradingCommon

POOL = (
    None,
    None,
    -1e9,
    -7.25,
    -0.1,
    0.0,
    0.1,
    0.30000000000000004,
    1.0,
    2.5,
    2.5,
    10.0,
    33.333333,
    99.995,
    1e12,
)


def _make_criterion(rng):
    """Return a random criterion and its weight, as a spec has it."""
    row = {
        "weight": rng.choice((0.01, 5.0, 12.5, 33.33, 50.0, 100.0)),
        "method": rng.choice(("bands", "quantile", "linear")),
        "missing": rng.choice(("no_points", "fixed", "leave_out")),
        "missing_points": rng.choice((0.0, 12.34, 100.0)),
        "is_history": rng.random() < 0.4,
        "is_lower_better": rng.random() < 0.5,
        "classes": rng.choice((3, 4, 5)),
        "scale": rng.choice(("share", "zero")),
    }
    starts = rng.sample((-100.0, -0.1, 0.0, 0.1, 2.5, 10.0, 1000.0), rng.randint(1, 5))
    row["bands"] = [[start, round(rng.uniform(0, 100), 2)] for start in starts]
    row["low"], row["high"] = rng.sample((-50.0, 0.0, 0.3, 7.0, 100.0), 2)
    return row


def _make_case(rng):
    """Return a random spec, rows of values and the borders of its classes."""
    criteria = [_make_criterion(rng) for _number in range(rng.randint(1, 5))]
    scores = rng.sample((0.0, 0.01, 35.0, 49.99, 66.67, 100.0), rng.randint(1, 4))
    thresholds = [{"grade_id": number, "min": score} for number, score in enumerate(scores, start=1)]
    rows = [
        [rng.choice(POOL) if rng.random() < 0.7 else rng.uniform(-200, 2000) for _row in criteria]
        for _n in range(25)
    ]
    if rng.random() < 0.1:
        rows = [[None] * len(criteria) for _row in rows]
    borders = [
        grading.get_borders([values[index] for values in rows], row["classes"], row["is_lower_better"])
        if row["method"] == "quantile"
        else []
        for index, row in enumerate(criteria)
    ]
    return {"criteria": criteria, "thresholds": thresholds}, rows, borders


def _get_select(number, spec, rows, borders):
    """Return a SELECT of case, row, points, score and grade."""
    names = [
        (SQL.identifier(f"v{index}"), SQL.identifier(f"p{index}")) for index in range(len(spec["criteria"]))
    ]
    points = [
        SQL("%s AS %s", grading.points_sql(row, value, borders[index]), name)
        for index, (row, (value, name)) in enumerate(zip(spec["criteria"], names, strict=True))
    ]
    values = [
        SQL("(%s, %s)", place, SQL(", ").join(SQL("%s::float8", value) for value in row))
        for place, row in enumerate(rows)
    ]
    return SQL(
        "SELECT %s, n, ps, score, %s FROM (SELECT n, ARRAY[%s]::float8[] AS ps, %s AS score"
        " FROM (SELECT n, %s, %s FROM (VALUES %s) data (n, %s)) pointed) scored",
        number,
        grading.grade_sql(spec, SQL("score")),
        SQL(", ").join(name for _value, name in names),
        grading.score_sql(spec, names),
        SQL(", ").join(value for value, _name in names),
        SQL(", ").join(points),
        SQL(", ").join(values),
        SQL(", ").join(value for value, _name in names),
    )


@tagged("post_install", "-at_install")
class TestGradingExamples(BaseCase):
    def test_grading_examples_hold(self):
        """The examples of the formulas are their specification."""
        result = doctest.testmod(grading)
        self.assertGreater(result.attempted, 15)
        self.assertFalse(result.failed)

    def test_grading_classes_are_those_of_ntile(self):
        """The places of the borders cut any number of values as SQL's ntile does, the larger classes first."""
        for count in range(1, 40):
            for classes in (3, 4, 5):
                sizes = [count // classes + (number < count % classes) for number in range(classes)]
                ends = [sum(sizes[: number + 1]) for number in range(classes - 1)]
                self.assertEqual(grading.get_positions(count, classes), ends)

    def test_grading_ways_to_the_next_grade_keep_their_word(self):
        """Whoever gets the value that the explanation names has at least the score that it promises."""
        rng = random.Random(19)
        promised = 0
        for _case in range(300):
            spec, rows, borders = _make_case(rng)
            for values in rows[:5]:
                explanation = grading.explain(spec, values, borders)
                self.assertEqual(
                    explanation["grade_id"], grading.get_grade(spec, grading.get_score(spec, values, borders))
                )
                for index, row in enumerate(explanation["criteria"]):
                    if row["to_value"] is None or values[index] is None:
                        continue
                    better = [*values[:index], row["to_value"], *values[index + 1 :]]
                    score = grading.get_score(spec, better, borders)
                    self.assertAlmostEqual(float(score), explanation["score"] + row["to_score"], delta=0.011)
                    self.assertGreater(row["to_score"], 0)
                    promised += 1
        self.assertGreater(promised, 200)


@tagged("post_install", "-at_install")
class TestGradingSql(GradingCommon):
    def test_grading_sql_equals_python(self):
        """For any rules and values, points, score and grade from SQL are those of the Python functions."""
        rng = random.Random(20260331)
        cases = [_make_case(rng) for _number in range(120)]
        query = SQL(" UNION ALL ").join(_get_select(number, *case) for number, case in enumerate(cases))
        found = {(number, n): rest for number, n, *rest in self.env.execute_query(query)}
        self.assertEqual(len(found), 120 * 25)
        graded = 0
        for number, (spec, rows, borders) in enumerate(cases):
            for n, values in enumerate(rows):
                points = [
                    grading.get_points(row, values[index], borders[index])
                    for index, row in enumerate(spec["criteria"])
                ]
                score = grading.get_score(spec, values, borders)
                grade = grading.get_grade(spec, score)
                expected = [points, None if score is None else float(score), grade]
                self.assertEqual(found[number, n], expected, (spec, values, borders))
                graded += grade is not None
        self.assertGreater(graded, 1000)

    def test_grading_borders_of_a_run_equal_python(self):
        """The borders that a run takes from the database are those of the sorted values, ties and few values too."""
        rng = random.Random(7)
        run = self.env["customer.grading.run"].create(
            {"scheme_id": self.scheme.id, "user_id": self.env.uid, "date": "2026-03-31", "state": "done"}
        )
        for size in (0, 1, 2, 3, 4, 7, 50):
            values = [
                rng.choice(POOL[1:]) if rng.random() < 0.7 else rng.uniform(-9, 9) for _n in range(size)
            ]
            for classes in (3, 4, 5):
                for lower in (False, True):
                    self.env.cr.execute("DELETE FROM customer_grading_value WHERE run_id = %s", [run.id])
                    for number, value in enumerate(values):
                        self.env.cr.execute(
                            "INSERT INTO customer_grading_value (run_id, partner_id, metric_values)"
                            " VALUES (%s, %s, ARRAY[%s]::float8[])",
                            [run.id, number, value],
                        )
                    row = {"method": "quantile", "classes": classes, "is_lower_better": lower}
                    run.spec = {"criteria": [row]}
                    self.assertEqual(
                        run._get_borders(), [grading.get_borders(values, classes, lower)], (values, row)
                    )
