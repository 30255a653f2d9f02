import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

from odoo.tests import tagged
from odoo.tools import SQL

from ..tools import grading
from .metric_common import MetricCommon

DATA = Path(__file__).parent / "data"
LAST_DAY = date(1998, 6, 30)
# End of the period that the published summary is about.
CALIBRATION = date(1997, 9, 30)
ROUNDING = 0.005001


@tagged("post_install", "-at_install")
class TestRfm(MetricCommon):
    """Recency, frequency and monetary value of public data; see data/SOURCES.md."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with (DATA / "cdnow_sample.csv").open(encoding="utf-8") as file:
            cls.rows = [
                (int(row["customer"]), date.fromisoformat(row["date"]), Decimal(row["amount"]))
                for row in csv.DictReader(file)
            ]
        numbers = sorted({number for number, _day, _amount in cls.rows})
        partners = cls.env["res.partner"].create([{"name": f"CDNOW {number}"} for number in numbers])
        cls.partners = dict(zip(numbers, partners, strict=True))

    def _load(self, rows):
        self.env["customer.transaction"].create(
            [
                {"partner_id": self.partners[number].id, "date": day, "amount": float(amount)}
                for number, day, amount in rows
            ]
        )

    def _read(self, metrics, day):
        partners = self.env["res.partner"].union(*self.partners.values())
        values = metrics._get_values(partners, date=day)
        return {
            number: [values[partner.id][metric.id] for metric in metrics]
            for number, partner in self.partners.items()
        }

    def test_rfm_of_every_customer_equals_an_independent_count(self):
        """Days since the last purchase, number and amount are those that plain Python counts in the file."""
        self._load(self.rows)
        metrics = self.env.ref("customer_care.customer_metric_recency_days")
        metrics += self._create_metric("purchases") + self._create_metric("amount")
        metrics += self.env.ref("customer_care.customer_metric_purchases_6m")
        metrics += self._create_metric("amount", 6)
        by_customer = defaultdict(list)
        for number, day, amount in self.rows:
            by_customer[number].append((day, amount))
        expected = {}
        for number, rows in by_customer.items():
            bought = [(day, amount) for day, amount in rows if amount > 0]
            late = [amount for day, amount in bought if day > date(1997, 12, 30)]
            expected[number] = (
                [
                    float((LAST_DAY - max(bought)[0]).days),
                    float(len(bought)),
                    float(sum(amount for _day, amount in bought)),
                    float(len(late)),
                    float(sum(late)),
                ]
                if bought
                else [None] * 5
            )
        self.assertEqual(len(expected), 2357)
        self.assertEqual(self._read(metrics, LAST_DAY), expected)

    def test_rfm_agrees_with_the_published_summary(self):
        """By day of purchase, repeats, weeks and mean amount are the x, t_x, T and zbar of the literature."""
        by_day = defaultdict(Decimal)
        for number, day, amount in self.rows:
            by_day[number, day] += amount
        # A free record still is a purchase to the authors; ours need an amount.
        days = [(number, day, max(amount, Decimal("0.01"))) for (number, day), amount in by_day.items()]
        self._load(days)
        metrics = self._create_metric("purchases") + self._create_metric("amount")
        metrics += self.env.ref("customer_care.customer_metric_recency_days")
        metrics += self.env.ref("customer_care.customer_metric_first_purchase_days")
        values = self._read(metrics, CALIBRATION)
        first = {}
        for number, _day, amount in sorted(days):
            first.setdefault(number, float(amount))
        with (DATA / "cdnow_summary.csv").open(encoding="utf-8") as file:
            published = {int(row.pop("customer")): row for row in csv.DictReader(file)}
        self.assertEqual(published.keys(), values.keys())
        for number, row in published.items():
            count, amount, recency, age = values[number]
            self.assertEqual(count - 1, int(row["x"]))
            self.assertAlmostEqual((age - recency) / 7, float(row["t_x"]), delta=ROUNDING)
            self.assertAlmostEqual(age / 7, float(row["T"]), delta=ROUNDING)
            mean = (amount - first[number]) / (count - 1) if count > 1 else 0
            self.assertAlmostEqual(mean, float(row["zbar"]), delta=2 * ROUNDING)

    def test_rfm_quintiles_equal_an_independent_ranking(self):
        """R, F and M class are those of a plain ranking with ties in the better class, also in SQL."""
        self._load(self.rows)
        metrics = self.env.ref("customer_care.customer_metric_recency_days")
        metrics += self._create_metric("purchases") + self._create_metric("amount")
        values = self._read(metrics, LAST_DAY)
        for index, metric in enumerate(metrics):
            known = {number: row[index] for number, row in values.items() if row[index] is not None}
            expected = self._rank(known, 5, metric.is_lower_better)
            borders = grading.get_borders(known.values(), 5, metric.is_lower_better)
            found = {
                number: grading.get_class(value, borders, metric.is_lower_better)
                for number, value in known.items()
            }
            self.assertEqual(found, expected)
            self.assertEqual(set(expected.values()) - {1, 2, 3, 4, 5}, set())
            criterion = {
                "method": "quantile",
                "classes": 5,
                "missing": "no_points",
                "is_lower_better": metric.is_lower_better,
            }
            points = dict(
                self.env.execute_query(
                    SQL(
                        "SELECT number, %s FROM (VALUES %s) known (number, value)",
                        grading.points_sql(criterion, SQL("value"), borders),
                        SQL(", ").join(SQL("(%s, %s::float8)", *pair) for pair in known.items()),
                    )
                )
            )
            self.assertEqual({number: 6 - round(worth / 20) for number, worth in points.items()}, expected)

    def _rank(self, known, classes, is_lower_better):
        """Return ``{customer: class}``: equal numbers by rank, ties in the better class."""
        order = sorted(known.items(), key=lambda pair: pair[1] if is_lower_better else -pair[1])
        size, larger = divmod(len(order), classes)
        of_rank = [
            number + 1 for number in range(classes) for _place in range(size + (1 if number < larger else 0))
        ]
        best = {}
        for place, (_customer, value) in enumerate(order):
            best.setdefault(value, of_rank[place])
        return {customer: best[value] for customer, value in order}
