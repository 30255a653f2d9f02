from datetime import datetime

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ComplaintCommon

YEAR = {
    "date_from": "2026-01-01",
    "date_to": "2026-12-31",
    "compare": "none",
    "kind": "problems",
    "team_id": False,
}
MARCH = {**YEAR, "date_from": "2026-03-01", "date_to": "2026-03-31"}


class FiguresCommon(ComplaintCommon):
    """Complaints of March 2026 in ``team``, seen by the manager, in UTC unless said otherwise."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own_policy = cls._create_policy(
            response=(4, "working_hours"),
            resolution=(16, "working_hours"),
            team_ids=[Command.link(cls.team.id)],
        )
        cls.product = cls.env.ref("customer_complaint.customer_complaint_category_product")
        cls.function = cls.env.ref("customer_complaint.customer_complaint_category_product_function")
        cls.contract = cls.env.ref("customer_complaint.customer_complaint_category_contract")

    def _figures(self, user=None, **context):
        return self.env["customer.complaint.figures"].with_user(user or self.manager).with_context(**context)

    def _show(self, options=MARCH, user=None, **context):
        return self._figures(user, **context).get_dashboard({**options, "team_id": self.team.id})

    def _tiles(self, options=MARCH, user=None, **context):
        return {tile["code"]: tile for tile in self._show(options, user, **context)["tiles"]}

    def _report(self, user=None):
        return self.env["customer.complaint.report"].with_user(user or self.manager)

    def _count_open(self, figure, key=None, options=MARCH, user=None):
        action = self._figures(user).open_figure({**options, "team_id": self.team.id}, figure, key)
        return self._report(user).search_count(action["domain"])

    def _solve(self, day, respond, resolve, **vals):
        """Create a complaint at 9 o'clock of a day in March, answered and resolved so many hours later."""
        with self._at(day):
            complaint = self._create_complaint(category_id=self.product.id, **vals)
        with self._at(day, 9 + respond):
            complaint.responded_datetime = datetime(2026, 3, day, 9 + respond)
        with self._at(day, 9 + resolve):
            self._move(complaint, self.stage_resolved)
        return complaint


@tagged("post_install", "-at_install")
class TestFigures(FiguresCommon):
    def test_times_are_exact(self):
        """Median and 90th percentile are those of the single complaints, in working time and in days."""
        for day, respond, resolve in ((2, 1, 2), (3, 2, 4), (4, 3, 6), (5, 6, 8)):
            self._solve(day, respond, resolve)
        figures = self._show()
        times = {row["key"]: row for row in figures["times"]}
        # 1, 2, 3, 6 hours: the median lies between 2 and 3, the 90th percentile at 0.7 of the way from 3 to 6
        self.assertEqual(times["response"]["numbers"][:2], [2.5 * 3600, 5.1 * 3600])
        self.assertEqual(times["response"]["numbers"][2], 75.0)
        self.assertEqual(times["response"]["timed"], 4)
        self.assertAlmostEqual(times["resolution"]["numbers"][3], 5 / 24, 5)
        tiles = {tile["code"]: tile for tile in figures["tiles"]}
        self.assertEqual(tiles["response_hours"]["value"], "2.5 h")
        self.assertEqual(tiles["response_within"]["note"], "3 / 4")
        [(hours, late, within)] = self._report()._read_group(
            [("team_id", "=", self.team.id)],
            [],
            ["response_hours:median", "response_hours_p90:p90", "response_within:avg"],
        )
        self.assertAlmostEqual(hours, 2.5)
        self.assertAlmostEqual(late, 5.1)
        self.assertAlmostEqual(within, 75.0)
        [team] = figures["teams"]
        self.assertEqual(team["response"]["numbers"], times["response"]["numbers"])

    def test_working_time_leaves_out_the_night(self):
        """Two working hours over a night are two hours, and 18 of the calendar."""
        with self._at(2, 16):
            complaint = self._create_complaint()
        with self._at(3, 10):
            complaint.responded_datetime = datetime(2026, 3, 3, 10)
        row = next(row for row in self._show()["times"] if row["key"] == "response")
        self.assertEqual(row["numbers"][0], 2 * 3600)
        self.assertAlmostEqual(row["numbers"][3], 18 / 24, 5)

    def test_limits_in_calendar_days_have_no_working_time(self):
        """Days of the calendar are not mixed with working hours; the limit counts all the same."""
        self.own_policy.line_ids.filtered(lambda line: line.target == "response").write(
            {"unit": "calendar_days", "limit": 2}
        )
        self._solve(2, 1, 2)
        row = next(row for row in self._show()["times"] if row["key"] == "response")
        self.assertEqual((row["timed"], row["decided"], row["numbers"][0]), (0, 1, None))

    def test_nothing_in_the_period(self):
        """No complaint: counts are 0, shares and times unknown, all charts empty."""
        figures = self._show({**MARCH, "compare": "year"})
        self.assertEqual(figures["count"], 0)
        numbers = {tile["code"]: (tile["value"], tile["can_open"]) for tile in figures["tiles"]}
        self.assertEqual(numbers["received"], ("0", False))
        self.assertEqual(numbers["satisfied"], ("–", False))
        self.assertEqual(numbers["response_hours"], ("–", False))
        self.assertEqual((figures["types"], figures["pareto"], figures["teams"]), ([], [], []))
        self.assertEqual(set(figures["trend"]["now"]), {0})

    def test_what_is_left_out(self):
        """Archived and merged complaints are left out; cancelled ones count, but have no times and limits."""
        kept = self._solve(2, 1, 2)
        self._solve(3, 1, 2).active = False
        with self._at(4):
            merged, cancelled = self._create_complaint(), self._create_complaint()
            merged.with_user(self.manager)._merge_into(cancelled)
        with self._at(5, 15):
            self._move(cancelled, self.stage_cancelled)
        tiles = self._tiles()
        self.assertEqual(tiles["received"]["value"], "2")
        self.assertEqual(tiles["resolved"]["value"], "1")
        self.assertEqual(tiles["open"]["value"], "0")
        self.assertEqual(tiles["response_within"]["note"], "1 / 1")
        self.assertEqual(tiles["resolution_within"]["note"], "1 / 1")
        row = self._report().browse(cancelled.id)
        self.assertFalse(row.resolution_state)
        self.assertEqual(self._report().search([("team_id", "=", self.team.id)]).ids, [cancelled.id, kept.id])

    def test_erased_customers_go_on_counting(self):
        """The figures of an erased customer stay, its name goes."""
        with self._at(2):
            complaint = self._solve(2, 1, 2, product_ref="P-200")
        self.customer._care_anonymize()
        self.assertEqual(self._tiles()["received"]["value"], "1")
        self.assertFalse(self._report().browse(complaint.id).product_ref)

    def test_kinds_are_counted_apart(self):
        """Grievances count as complaints; a suggestion is shown only when asked for."""
        with self._at(2):
            self._create_complaint(kind="grievance")
            self._create_complaint(kind="suggestion")
        self.assertEqual(self._tiles()["received"]["value"], "1")
        self.assertEqual(self._tiles({**MARCH, "kind": "suggestion"})["received"]["value"], "1")
        self.assertEqual(self._tiles({**MARCH, "kind": "praise"})["received"]["value"], "0")

    def test_month_borders_in_the_time_zone_of_the_reader(self):
        """An hour before midnight UTC it is the next month in Shanghai, and still the month in America."""
        self._create_complaint(received_datetime=datetime(2026, 2, 28, 23))
        self._create_complaint(received_datetime=datetime(2026, 3, 31, 17))
        for zone, count in (("UTC", "1"), ("Asia/Shanghai", "1"), ("America/Los_Angeles", "1")):
            self.assertEqual(self._tiles(tz=zone)["received"]["value"], count, zone)
        steps = {}
        for zone in ("UTC", "Asia/Shanghai", "America/Los_Angeles"):
            steps[zone] = self._show(YEAR, tz=zone)["trend"]["now"][1:4]
        self.assertEqual(steps["UTC"], [1, 1, 0])
        self.assertEqual(steps["Asia/Shanghai"], [0, 1, 1])
        self.assertEqual(steps["America/Los_Angeles"], [1, 1, 0])

    def test_day_of_a_clock_change(self):
        """The day that has 23 hours counts what belongs to it, and nothing of the next one."""
        self._create_complaint(received_datetime=datetime(2026, 3, 28, 23, 0))
        self._create_complaint(received_datetime=datetime(2026, 3, 29, 21, 59))
        self._create_complaint(received_datetime=datetime(2026, 3, 29, 22, 0))
        day = {**MARCH, "date_from": "2026-03-29", "date_to": "2026-03-29"}
        figures = self._show(day, tz="Europe/Berlin")
        self.assertEqual((figures["count"], figures["trend"]["now"]), (2, [2]))
        self.assertEqual(self._show(day, tz="Nowhere/At_All")["count"], 2)

    def test_every_figure_opens_what_it_counts(self):
        """The records behind each tile, point, bar and row are as many as the figure says."""
        shop = self.env["res.partner"].create({"name": "Shop"})
        for day, category in ((2, self.product), (3, self.function), (4, self.contract)):
            complaint = self._solve(day, 1, 7 if day == 3 else 2, product_ref="50%_A", partner_id=shop.id)
            complaint.category_id = category
            complaint.write({"satisfaction": day * 2, "is_major": day == 2})
        complaint.dissatisfaction_ids = self.env.ref(
            "customer_complaint.customer_complaint_dissatisfaction_slow"
        )
        complaint.satisfaction = 3
        complaint.cause_id = self.env["customer.complaint.cause"].create({"name": "Seal"})
        with self._at(5):
            again = self._create_complaint(product_ref="50%_a", category_id=False, channel="mail")
            self._create_complaint(product_ref="50xxA")
        with self._at(6):
            complaint.with_user(self.manager).action_reopen("Leaks again")
        again._write_dates({"repeat_of_id": complaint.id})
        figures = self._show()
        numbers = {tile["code"]: tile for tile in figures["tiles"]}
        for code in ("received", "open", "resolved", "major"):
            self.assertEqual(self._count_open(code), numbers[code]["number"], code)
        for code in ("response_within", "resolution_within", "satisfied"):
            self.assertEqual(str(self._count_open(code)), numbers[code]["note"].split(" / ")[1], code)
        for code in ("repeats", "reopened"):
            self.assertEqual(str(self._count_open(code)), numbers[code]["note"].split(" / ")[0], code)
            self.assertEqual(self._count_open(code), 1, code)
        times = {row["key"]: row for row in figures["times"]}
        for target in ("response", "resolution"):
            self.assertEqual(self._count_open(f"{target}_hours"), times[target]["timed"])
        for row in figures["times"]:
            self.assertEqual(self._count_open("target", row["key"]), row["decided"], row["key"])
        charts = {
            "type": figures["types"],
            "category": figures["pareto"],
            "cause": figures["causes"],
            "team": figures["teams"],
            "channel": figures["channels"],
            "customer": figures["customers"],
            "product": figures["products"],
            "reason": figures["reasons"],
        }
        for figure, rows in charts.items():
            self.assertTrue(rows, figure)
            for row in rows:
                self.assertEqual(self._count_open(figure, row["key"]), row["count"], (figure, row))
        for key, count in zip(figures["trend"]["keys"], figures["trend"]["now"], strict=True):
            self.assertEqual(self._count_open("step", key), count, key)

    def test_type_is_the_main_category(self):
        """The share of a type includes all categories below it; the Pareto chart shows each for itself."""
        for day, category in ((2, self.product), (3, self.function), (4, self.function), (5, self.contract)):
            with self._at(day):
                self._create_complaint(category_id=category.id)
        figures = self._show()
        self.assertEqual([(row["key"], row["percent"]) for row in figures["types"]],
                         [(self.product.id, 75.0), (self.contract.id, 25.0)])  # fmt: skip
        self.assertEqual([row["count"] for row in figures["pareto"]], [2, 1, 1])
        self.assertEqual([row["cumulated"] for row in figures["pareto"]], [50.0, 75.0, 100.0])

    def test_smallest_categories_are_summed_up(self):
        """Beyond fifteen bars the rest is one, which opens exactly the others."""
        Category = self.env["customer.complaint.category"]
        categories = Category.create([{"name": f"Category {number}"} for number in range(17)])
        with self._at(2):
            for category in [*categories, categories[0]]:
                self._create_complaint(category_id=category.id)
        bars = self._show()["pareto"]
        self.assertEqual((len(bars), bars[-1]["key"], bars[-1]["count"]), (16, "rest", 2))
        self.assertEqual(self._count_open("category", "rest"), 2)

    def test_earlier_period_is_compared(self):
        """Shares change by points, counts by percent; whether more is better is said by the figure."""
        with self._at(2, month=2):
            self._create_complaint(satisfaction=9)
        with self._at(2):
            self._create_complaint(satisfaction=9)
            self._create_complaint(satisfaction=2)
        tiles = self._tiles({**MARCH, "compare": "period"})
        self.assertEqual((tiles["received"]["change"], tiles["received"]["mood"]), ("+100.0 %", "bad"))
        self.assertEqual((tiles["satisfied"]["change"], tiles["satisfied"]["mood"]), ("-50.0 points", "bad"))
        figures = self._show({**MARCH, "compare": "year"})
        self.assertEqual(sum(figures["trend"]["before"]), 0)
        self.assertEqual(tiles["received"]["before"], "1")

    def test_effective_actions(self):
        """Of the actions decided in the period, by the reader's days, of the team; no others."""
        Action = self.env["customer.complaint.action"]
        for state, moment, team in (
            ("effective", "2026-03-01 00:00:00", self.team),
            ("effective", "2026-03-31 23:59:59", self.team),
            ("not_effective", "2026-03-10 12:00:00", self.team),
            ("done", False, self.team),
            ("cancelled", False, self.team),
            ("effective", "2026-02-28 23:59:59", self.team),
            ("effective", "2026-04-01 00:00:00", self.team),
            ("effective", "2026-03-10 12:00:00", self._create_team(name="Other")),
        ):
            action = Action.create({"name": state, "user_id": self.handler.id, "team_id": team.id})
            action.sudo().write({"state": state, "verified_datetime": moment})
        tile = self._tiles()["effective"]
        self.assertEqual((tile["value"], tile["note"], tile["can_open"]), ("66.7 %", "2 / 3", True))
        self.assertEqual(self._tiles({**MARCH, "kind": "praise"})["effective"]["note"], "2 / 3")
        opened = self._figures().open_figure({**MARCH, "team_id": self.team.id}, "effective")
        self.assertEqual(Action.with_user(self.manager).search_count(opened["domain"]), 3)
        self.assertEqual(opened["context"]["group_by"], ["state"])
        self.assertEqual(self._tiles(tz="Asia/Shanghai")["effective"]["note"], "2 / 3")
        april = {**MARCH, "date_from": "2026-04-01", "date_to": "2026-04-30", "compare": "period"}
        tile = self._tiles(april)["effective"]
        self.assertEqual((tile["value"], tile["before"], tile["mood"]), ("100.0 %", "66.7 %", "good"))
        nothing = self._tiles({**MARCH, "date_from": "2026-05-01", "date_to": "2026-05-31"})["effective"]
        self.assertFalse(nothing["can_open"])
        self.assertFalse(nothing["note"])
        with self.assertRaises(UserError):
            self._figures().open_figure(MARCH, "effective", "x")
