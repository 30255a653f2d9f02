import doctest
from datetime import datetime, timedelta
from fractions import Fraction
from math import comb, exp

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..tools import surge
from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestSurge(TransactionCase):
    def test_doctests(self):
        """The examples of the statistics hold."""
        self.assertFalse(doctest.testmod(surge, optionflags=doctest.ELLIPSIS).failed)

    def test_poisson_against_exact_sums(self):
        """Tails agree with 1 less the exact sum of rational terms, for small and large counts."""
        for mean, count in (
            (Fraction(1, 12), 3),
            (1, 3),
            (Fraction(7, 2), 12),
            (40, 61),
            (300, 301),
            (300, 250),
        ):
            term, total = Fraction(1), Fraction(0)
            for k in range(count):
                total += term
                term = term * mean / (k + 1)
            # the rest of the series of e^mean, until it adds nothing
            rest, k = Fraction(0), count
            while term > rest / 10**20:
                rest += term
                term = term * mean / (k + 1)
                k += 1
            expected = float(rest / (total + rest))
            found = surge.poisson_tail(count, float(mean))
            self.assertAlmostEqual(found / expected, 1, 9, (mean, count))

    def test_negative_binomial_against_exact_sums(self):
        """With a whole size the terms are rational."""
        for size, share, count in ((2, Fraction(1, 3), 9), (5, Fraction(1, 2), 3), (1, Fraction(1, 10), 40)):
            mean = size * (1 - share) / share
            variance = mean / share
            below = sum(comb(k + size - 1, k) * share**size * (1 - share) ** k for k in range(count))
            found = surge.negative_binomial_tail(count, float(mean), float(variance))
            self.assertAlmostEqual(found / float(1 - below), 1, 9)

    def test_limits(self):
        """Nothing before, nothing now, and equal counts are defined."""
        self.assertEqual(surge.judge(0, [0] * 12).probability, 1)
        self.assertAlmostEqual(surge.judge(1, [0] * 12).probability, 1 - exp(-1 / 24), 12)
        self.assertGreater(surge.judge(5, [5] * 12).probability, 0.5)
        self.assertEqual(surge.judge(10**5, [1] * 12).probability, 0)


@tagged("post_install", "-at_install")
class TestWarning(ComplaintCommon):
    """The week that ends on Sunday the 1st of March 2026, looked at on Monday; one complaint a week before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Warned"})
        cls.company.partner_id.tz = "UTC"
        Category = cls.env["customer.complaint.category"]
        cls.parent = Category.create({"name": "Parent"})
        cls.category = Category.create({"name": "Category T", "parent_id": cls.parent.id})
        cls.other = Category.create({"name": "Other", "parent_id": cls.parent.id})
        cls.manager.company_ids |= cls.company
        cls.supervisor.company_ids |= cls.company
        cls.warned_team = cls._create_team(company_id=cls.company.id, user_id=cls.supervisor.id)
        cls.category.team_id = cls.warned_team
        cls.rule = cls.env["customer.complaint.warning.rule"].create(
            {"name": "Week", "company_id": cls.company.id}
        )
        cls.end = datetime(2026, 3, 2)
        for week in range(1, 14):
            cls._receive(cls.end - timedelta(days=7 * week + 1))

    @classmethod
    def _receive(cls, moment, count=1, **vals):
        return cls.env["customer.complaint"].create(
            [
                {
                    "name": "x",
                    "company_id": cls.company.id,
                    "team_id": cls.warned_team.id,
                    "category_id": cls.category.id,
                    "received_datetime": moment,
                    **vals,
                }
                for _time in range(count)
            ]
        )

    def _warn(self, day=2):
        with self._at(day):
            self.rule._warn()
        return self.env["customer.complaint.warning"].search([("rule_id", "=", self.rule.id)])

    def test_rise(self):
        """Six where one is usual: told to the leader of the category's team, once."""
        self._receive(self.end - timedelta(hours=1), 6)
        warning = self._warn()
        self.assertRecordValues(
            warning,
            [
                {
                    "category_id": self.category.id,
                    "count": 6,
                    "expected": 1,
                    "date_from": datetime(2026, 2, 23).date(),
                    "date_to": datetime(2026, 3, 1).date(),
                    "user_id": self.supervisor.id,
                    "compared_count": 2,
                    "earlier_counts": ", ".join(["1"] * 12),
                }
            ],
        )
        self.assertAlmostEqual(warning.probability, 0.000594, 6)
        self.assertEqual(warning.activity_ids.user_id, self.supervisor)
        self.assertEqual(self._warn(), warning)
        self.assertEqual(self._warn(3), warning)
        self.assertEqual(len(warning.activity_ids), 1)

    def test_borders(self):
        """What came today, or just before the week, is not of the week."""
        self._receive(self.end, 6)
        self._receive(self.end - timedelta(days=7, seconds=1), 2)
        self.assertFalse(self._warn())
        self.assertTrue(self._warn(3))

    def test_border_in_the_zone_of_the_company(self):
        """Days are those of the company."""
        self.company.partner_id.tz = "Asia/Shanghai"
        self._receive(datetime(2026, 3, 1, 16), 6)
        self.assertFalse(self._warn())

    def test_few_are_no_rise(self):
        """Two, or three where one is usual, are chance."""
        self._receive(self.end - timedelta(hours=1), 3)
        self.assertFalse(self._warn())

    def test_new_matter(self):
        """Three of what never happened before stand out; the minimum keeps two from it."""
        self._receive(self.end - timedelta(hours=1), 2, category_id=self.other.id)
        self.assertFalse(self._warn())
        self._receive(self.end - timedelta(hours=1), category_id=self.other.id)
        self.assertEqual(self._warn().category_id, self.other)

    def test_parent_without_rising_child(self):
        """Where many below rise a little, the branch is told."""
        third = self.other.copy({"name": "Third", "parent_id": self.parent.id})
        moment = self.end - timedelta(hours=1)
        self._receive(moment, 2, category_id=self.other.id)
        self._receive(moment, 2, category_id=third.id)
        self._receive(moment, 2)
        self.assertEqual(self._warn().category_id, self.parent)

    def test_no_past(self):
        """A company that has just begun is not warned of its first complaints; one without any neither."""
        self.env["customer.complaint"].with_context(active_test=False).search(
            [("company_id", "=", self.company.id), ("received_datetime", "<", self.end - timedelta(days=22))]
        ).unlink()
        self._receive(self.end - timedelta(hours=1), 9)
        self.assertFalse(self._warn())
        self.rule.company_id = self.env["res.company"].create({"name": "Empty"})
        self.assertFalse(self._warn())

    def test_not_counted(self):
        """Praise, cancelled and archived complaints and those of another company are no rise."""
        moment = self.end - timedelta(hours=1)
        self._receive(moment, 9, kind="praise")
        self._receive(moment, 9, active=False)
        self._receive(moment, 9, stage_id=self.stage_cancelled.id)
        self._receive(moment, 9, company_id=self.env.company.id, team_id=self.team.id)
        self.assertFalse(self._warn())

    def test_products_and_causes(self):
        """Products are compared by name without capitals, causes as a tree."""
        cause = self.env["customer.complaint.cause"].create({"name": "Cause T"})
        moment = self.end - timedelta(hours=1)
        self._receive(moment, 2, product_ref="Pump", cause_id=cause.id)
        self._receive(moment, 2, product_ref=" pump", cause_id=cause.id)
        self.rule.subject = "product"
        self.assertEqual(self._warn().product_ref, "pump")
        self.rule.subject = "cause"
        self.assertEqual(self._warn().cause_id, cause)

    def test_divided_limit(self):
        """Divided by the comparisons the limit is stricter."""
        self._receive(self.end - timedelta(hours=1), 5)
        self.rule.write({"is_corrected": True, "alpha": 0.005})
        self.assertFalse(self._warn())
        self.rule.is_corrected = False
        self.assertTrue(self._warn())

    def test_key(self):
        """The same warning cannot exist twice, whoever writes it."""
        self._receive(self.end - timedelta(hours=1), 6)
        warning = self._warn()
        vals = {
            name: warning[name] for name in ("key", "subject", "date_from", "date_to", "count", "expected")
        }
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            warning.create(
                {**vals, "rule_id": self.rule.id, "company_id": self.company.id, "probability": 0.1}
            ).flush_recordset()

    def test_acknowledged_and_explained(self):
        """Supervisors acknowledge and explain; nothing else is changed, by nobody."""
        self._receive(self.end - timedelta(hours=1), 6)
        warning = self._warn()
        own = warning.with_user(self.supervisor)
        own.action_acknowledge()
        self.assertEqual((warning.state, warning.acknowledged_by_id), ("acknowledged", self.supervisor))
        self.assertFalse(warning.activity_ids)
        with self.assertRaises(UserError):
            own.action_explain()
        own.note = "A new catalogue"
        own.action_explain()
        self.assertEqual(warning.state, "explained")
        with self.assertRaises(AccessError):
            own.state = "new"
        with self.assertRaises(UserError):
            own.count = 1
        with self.assertRaises(AccessError):
            own.unlink()
        self.handler.company_ids |= self.company
        for user in (self.handler, self.auditor, self.director):
            with self.assertRaises(AccessError):
                warning.with_user(user).action_acknowledge()
        with self.assertRaises(AccessError):
            own.create({"rule_id": self.rule.id})

    def test_action_of_a_warning(self):
        """The action begins with what rises and its complaints; the complaints counted are shown."""
        made = self._receive(self.end - timedelta(hours=1), 6)
        warning = self._warn()
        manager = warning.with_user(self.manager)
        context = manager.action_create_corrective()["context"]
        self.assertEqual(set(context["default_complaint_ids"]), set(made.ids))
        action = (
            self.env["customer.complaint.action"].with_user(self.manager).with_context(**context).create({})
        )
        self.assertEqual(warning.action_ids, action)
        self.assertEqual(
            self.env["customer.complaint"].search(warning.action_view_complaints()["domain"]), made
        )

    def test_other_company(self):
        """Warnings are seen in their company only."""
        self._receive(self.end - timedelta(hours=1), 6)
        warning = self._warn()
        self.assertFalse(warning.with_user(self.handler).has_access("read"))

    def test_look_now_needs_rights(self):
        """Only who configures looks on demand."""
        for user in (self.handler, self.supervisor, self.auditor):
            with self.assertRaises(AccessError):
                self.rule.with_user(user).action_look_now()
