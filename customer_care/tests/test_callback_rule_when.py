from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from .callback_rule_common import CallbackRuleCommon


@tagged("post_install", "-at_install")
class TestCallbackRuleWhen(CallbackRuleCommon):
    """Who is due, and when."""

    @freeze_time("2026-03-16 10:00:00")  # not at the end of a month: 30 September and six months is 30 March
    def test_purchase_window_is_inclusive_and_never_twice(self):
        """Four to six months after the first purchase: neither before nor after, once, whatever is bought later."""
        today = fields.Date.today()
        rule = self._create_periodic("purchase", month_from=4, month_to=6, horizon_days=0)
        cases = {
            "before": today - relativedelta(months=4) + timedelta(days=1),
            "first": today - relativedelta(months=4),
            "last": today - relativedelta(months=6),
            "after": today - relativedelta(months=6) - timedelta(days=1),
        }
        people = {name: self._create_people(name=name) for name in [*cases, "never", "refund"]}
        for name, day in cases.items():
            self._buy(people[name], day, day + timedelta(days=3))
        self._buy(people["refund"], cases["first"]).amount = -5
        run = self._run(rule)
        made = self._get_callbacks(rule)
        self.assertEqual(made.partner_id, people["first"] + people["last"])
        self.assertEqual((run.state, run.count_customers, run.count_new), ("done", 6, 2))
        self.assertEqual(run.counts, {"early": 1, "late": 1, "none": 2})
        first = made.filtered(lambda callback: callback.partner_id == people["first"])
        self.assertEqual(first.date_planned, today)
        self.assertEqual(first.date_deadline, cases["first"] + relativedelta(months=6))
        self.assertEqual(
            first.reason,
            {"kind": "first_purchase", "date": str(cases["first"]), "from": 4, "to": 6},
        )
        self.assertIn("call after 4 to 6 months", first.reason_text)
        self.assertEqual(self._get_kinds(people["first"]), ["callback_planned"])
        self.assertEqual(self._run(rule).count_new, 0)
        self._reach(made)
        self.assertEqual(self._run(rule).counts.get("done"), 2)
        self.assertEqual(len(self._get_callbacks(rule)), 2)

    def test_purchase_needs_no_rates(self):
        """Two companies with books in two currencies and no rate: when somebody bought is known all the same."""
        foreign = self.env["res.currency"].create({"name": "TTT", "symbol": "T"})
        self.env["res.company"].create({"name": "Other", "currency_id": foreign.id})
        for trigger in ("purchase", "dormant"):
            with self.subTest(trigger):
                rule = self._create_periodic(trigger, company_id=False, team_id=False)
                self.assertTrue(rule._get_due_sql(rule._get_parts()[0]))

    def test_purchase_every_year(self):
        """The window opens again each year, also around leap days; each year is a cause of its own."""
        rule = self._create_periodic("purchase", month_from=10, month_to=12, is_yearly=True, horizon_days=0)
        person = self._create_people()
        self._buy(person, date(2024, 2, 29))
        for day, expected in (
            ("2024-12-28", 0),
            ("2024-12-29", 1),
            ("2025-02-28", 1),
            ("2025-03-01", 1),
            ("2025-12-29", 2),
            ("2027-01-15", 3),
            ("2027-12-28", 3),
            ("2027-12-29", 4),
        ):
            with freeze_time(f"{day} 10:00:00"):
                self._run(rule)
                made = self._get_callbacks(rule)
                self.assertEqual(len(made), expected, day)
                self._reach(made.filtered(lambda callback: callback.state == "planned"))
        self.assertEqual(made[-1].reason["from"], 46)

    def test_purchase_last_counts_anew_after_each_purchase(self):
        """An untouched callback after the last purchase goes when the customer buys again, and comes later."""
        rule = self._create_periodic("purchase", purchase_of="last", month_from=1, month_to=2, horizon_days=0)
        person = self._create_people()
        self._buy(person, self.today - relativedelta(months=1))
        self._run(rule)
        callback = self._get_callbacks(rule)
        self._buy(person, self.today)
        run = self._run(rule)
        self.assertEqual((callback.state, callback.key), ("cancelled", False))
        self.assertEqual((run.count_new, run.count_cancelled), (0, 1))
        self.assertEqual(self._get_kinds(person), ["callback_planned", "callback_cancelled"])

    def test_frequency_renews_itself_after_each_contact(self):
        """Each contact makes the next call due after the days of the grade; an untouched call moves with it."""
        grade = self.env.ref("customer_care.customer_grade_a")
        grade.contact_interval_days = 30
        rule = self._create_periodic("frequency", horizon_days=40)
        person = self._create_people()
        person.sudo().write({"care_grade_id": grade.id, "care_grade_date": self._days_ago(10)})
        none = self._create_people(name="No grade")
        run = self._run(rule)
        callback = self._get_callbacks(rule)
        self.assertEqual(callback.date_planned, self.today + timedelta(days=20))
        self.assertEqual(run.counts, {"none": 1})
        self.assertNotIn(none, callback.partner_id)
        self.assertIn("no contact yet", callback.reason_text)
        # Somebody else talked to the customer.
        other = self._create_callback(partner_id=person.id)
        self._reach(other)
        run = self._run(rule)
        self.assertEqual((run.count_moved, run.count_new, len(self._get_callbacks(rule))), (1, 0, 1))
        self.assertEqual(callback.date_planned, self.today + timedelta(days=30))
        self.assertIn("last contact", callback.reason_text)
        # The rule's own call reaches the customer: the next is due, once.
        self._reach(callback)
        for _n in range(2):
            self._run(rule)
        self.assertEqual(self._get_callbacks(rule).mapped("state"), ["done", "planned"])

    def test_frequency_moves_a_call_of_today_but_no_touched_one(self):
        """A call of today that nobody has begun moves after a contact; one that somebody edited stays."""
        grade = self.env.ref("customer_care.customer_grade_a")
        grade.contact_interval_days = 10
        rule = self._create_periodic("frequency", horizon_days=0)
        people = self._create_people(2)
        people.sudo().write({"care_grade_id": grade.id, "care_grade_date": self._days_ago(10)})
        self._run(rule)
        calls = self._get_callbacks(rule)
        self.assertEqual(calls.mapped("date_planned"), [self.today] * 2)
        self._touch(calls[0])
        for person in people:
            self._reach(self._create_callback(partner_id=person.id))
        self.assertEqual(self._run(rule).count_cancelled, 1)
        self.assertEqual(calls.mapped("state"), ["planned", "cancelled"])

    def _touch(self, callback):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_callback SET write_date = create_date + interval '1 minute' WHERE id IN %s",
            [tuple(callback.ids)],
        )
        self.env.invalidate_all()

    def test_frequency_given_up_comes_again_after_the_interval(self):
        """A customer who was never reached is not forgotten: the days count from the last try."""
        grade = self.env.ref("customer_care.customer_grade_a")
        grade.contact_interval_days = 30
        rule = self._create_periodic("frequency", horizon_days=0, max_attempts=1)
        person = self._create_people()
        person.sudo().write({"care_grade_id": grade.id, "care_grade_date": self._days_ago(50)})
        self._run(rule)
        self._get_callbacks(rule).with_user(self.manager).action_no_answer()
        self.assertEqual(self._run(rule).counts, {"early": 1})
        with freeze_time(self.today + timedelta(days=30)):
            self._run(rule)
        self.assertEqual(self._get_callbacks(rule).mapped("state"), ["missed", "planned"])
        self.assertIn("last tried", self._get_callbacks(rule)[1].reason_text)

    def test_dormant_by_contact_purchase_or_both(self):
        """Silence counts from the last sign of life; customers who never bought are not dormant buyers."""
        buyer, talker, old = (self._create_people(name=name) for name in ("buyer", "talker", "old"))
        self._buy(buyer, self._days_ago(50))
        self._reach(self._create_callback(partner_id=talker.id), self._days_ago(100))
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = %s WHERE id IN %s",
            [self._days_ago(400), tuple((buyer | talker | old).ids)],
        )
        for kind, days, expected in (
            ("any", 50, buyer | talker | old),
            ("any", 51, talker | old),
            ("any", 101, old),
            ("contact", 100, buyer | talker | old),
            ("contact", 101, buyer | old),
            ("purchase", 50, buyer),
            ("purchase", 51, self.env["res.partner"]),
        ):
            with self.subTest(kind=kind, days=days):
                rule = self._create_periodic("dormant", dormant_of=kind, dormant_days=days, horizon_days=0)
                self._run(rule)
                self.assertEqual(self._get_callbacks(rule).partner_id.sorted("id"), expected)

    def test_dormant_ends_with_a_sign_of_life(self):
        """Whoever buys before the call is not called."""
        rule = self._create_periodic("dormant", dormant_days=30, horizon_days=0)
        person = self._create_people()
        self._buy(person, self._days_ago(40))
        self._run(rule)
        self.assertEqual(self._get_callbacks(rule).reason["since"], "purchase")
        self._buy(person, self.today)
        self._run(rule)
        self.assertEqual(self._get_callbacks(rule).state, "cancelled")

    def test_filter_once_or_every_so_many_days(self):
        """Once is once; with days it comes again that long after the last call."""
        once, again = self._create_periodic(), self._create_periodic(repeat_days=10, horizon_days=0)
        self._create_people()
        for rule in (once, again):
            self._run(rule)
            self._reach(self._get_callbacks(rule))
            self._run(rule)
            self.assertEqual(len(self._get_callbacks(rule)), 1)
        with freeze_time(self.today + timedelta(days=10)):
            for rule in (once, again):
                self._run(rule)
        self.assertEqual([len(self._get_callbacks(rule)) for rule in (once, again)], [1, 2])

    @freeze_time("2026-03-06 23:30:00")  # Friday evening in Greenwich, Saturday morning in Shanghai
    def test_day_is_the_companys_and_a_working_day(self):
        """At 23:30 in Greenwich the day is the next in Shanghai; a call waits for the next working day."""
        person = self._create_people()
        for tz, days, working, expected in (
            ("UTC", "01234", True, "2026-03-06"),
            ("Asia/Shanghai", "01234", True, "2026-03-09"),
            ("Asia/Shanghai", "01234", False, "2026-03-07"),
            ("America/New_York", "56", True, "2026-03-07"),
        ):
            with self.subTest(tz=tz, days=days, working=working):
                self.company.care_calendar_id = self._create_calendar(days=days, tz=tz)
                rule = self._create_periodic(is_working_days=working)
                self._run(rule)
                self.assertEqual(str(self._get_callbacks(rule).date_planned), expected)
                self.assertEqual(self._get_callbacks(rule).partner_id, person)

    @freeze_time("2026-03-28 12:00:00")
    def test_day_of_the_clock_change_is_no_other_day(self):
        """In the night to 29 March 2026 Berlin's clock goes forward: days stay days."""
        self.company.care_calendar_id = self._create_calendar(days="0123456", tz="Europe/Berlin")
        self._create_people()
        rule = self._create_periodic(delay_days=1)
        self._run(rule)
        self.assertEqual(str(self._get_callbacks(rule).date_planned), "2026-03-29")

    def test_bad_windows_and_days_are_refused(self):
        """Negative days, a window that ends before it begins, no sample, a broken filter: a sentence, no traceback."""
        for vals, error in (
            ({"partner_domain": "[('no_such_field', '=', 1)]"}, "cannot be used"),
            ({"partner_domain": "import os"}, "cannot be used"),
            ({"partner_domain": "[('id', 'in', 5, 6)]"}, "cannot be used"),
            ({"assign_to": "user"}, "name the person"),
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(ValidationError, error):
                self._create_periodic(**vals)
        for vals in (
            {"trigger": "purchase", "month_from": 6, "month_to": 4},
            {"trigger": "purchase", "month_from": -1, "month_to": 4},
            {"selection": "random", "percent": 0},
            {"selection": "random", "percent": 100.5},
            {"max_count": -1},
            {"dormant_days": 0},
            {"repeat_days": -1},
            {"horizon_days": -1},
            {"window_days": -1},
            {"delay_days": -1},
            {"trigger": "purchase", "month_from": 1, "month_to": 14, "is_yearly": True},
        ):
            with self.subTest(vals=vals), mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
                self._create_periodic(**vals)
