from datetime import date, datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError
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
            merged = self._create_complaint()
            merged.with_user(self.manager)._merge_into(kept)
            cancelled = self._create_complaint()
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


@tagged("post_install", "-at_install")
class TestFiguresAccess(FiguresCommon):
    def test_who_reads_figures(self):
        """Supervisors, managers, directors and auditors read figures; others are refused."""
        with self._at(2):
            self._create_complaint()
        for user in (self.supervisor, self.manager, self.director, self.auditor):
            self.assertEqual(self._tiles(user=user)["received"]["value"], "1", user.login)
        for user in (self.handler, self.employee, self.portal):
            for call in (
                lambda user=user: self._show(user=user),
                lambda user=user: self._figures(user).get_choices(),
                lambda user=user: self._figures(user).open_figure(MARCH, "received"),
                lambda user=user: self._figures(user).open_monthly_report(MARCH),
            ):
                with self.assertRaises(AccessError):
                    call()

    def test_supervisors_count_their_teams(self):
        """A supervisor counts what he may see: nothing of another team."""
        other = self._create_team(name="Other")
        with self._at(2):
            self._create_complaint()
            self._create_complaint(team_id=other.id)
        self.assertEqual(self._figures(self.supervisor).get_dashboard(MARCH)["count"], 1)
        self.assertEqual(self._report(self.supervisor).search([("team_id", "=", other.id)]).ids, [])
        options = {**MARCH, "team_id": other.id}
        self.assertEqual(self._figures(self.supervisor).get_dashboard(options)["count"], 0)
        self.assertEqual(self._figures().get_dashboard(options)["count"], 1)

    def test_companies_are_counted_apart(self):
        """Of another company nothing is counted unless it is chosen."""
        company = self.env["res.company"].create({"name": "Second"})
        team = self._create_team(name="Second", company_id=company.id)
        self.env["customer.complaint"].create(
            {
                "name": "x",
                "company_id": company.id,
                "team_id": team.id,
                "received_datetime": "2026-03-02 09:00:00",
            }
        )
        options = {**MARCH, "team_id": team.id}
        self.assertEqual(self._figures().get_dashboard(options)["count"], 0)
        self.manager.company_ids += company
        self.assertEqual(self._figures(allowed_company_ids=company.ids).get_dashboard(options)["count"], 1)
        self.assertEqual(
            self._figures(allowed_company_ids=self.env.company.ids).get_dashboard(options)["count"], 0
        )

    def test_company_says_from_when_a_customer_is_satisfied(self):
        """Each complaint is measured by the number of its company, in one question over both."""
        company = self.env["res.company"].create({"name": "Second", "care_satisfied_from": 5})
        team = self._create_team(name="Second", company_id=company.id)
        self.manager.company_ids += company
        with self._at(2):
            self._create_complaint(satisfaction=6, team_id=False, channel="survey")
            self._create_complaint(satisfaction=6, company_id=company.id, team_id=team.id, partner_id=False)
        both = (self.env.company | company).ids
        tiles = self._figures(allowed_company_ids=both).get_dashboard(MARCH)["tiles"]
        satisfied = next(tile for tile in tiles if tile["code"] == "satisfied")
        self.assertEqual(satisfied["note"], "1 / 2")
        rows = self._report().with_context(allowed_company_ids=both).search([("satisfaction", "=", 6)])
        self.assertEqual(sorted(rows.mapped("is_satisfied")), ["no", "yes"])

    def test_confidential_complaints_name_nobody(self):
        """They count for those who may see them, without customer and product; for others they do not exist."""
        with self._at(2):
            for _number in range(2):
                complaint = self._create_complaint(
                    is_confidential=True, accused_ids=[Command.link(self.supervisor.id)], product_ref="P-1"
                )
        self.assertEqual(self._tiles(user=self.supervisor)["received"]["value"], "0")
        self.assertFalse(self._report(self.supervisor).search([("id", "=", complaint.id)]))
        figures = self._show(user=self.director)
        self.assertEqual((figures["count"], figures["customers"], figures["products"]), (2, [], []))
        row = self._report(self.director).browse(complaint.id)
        self.assertEqual((row.commercial_partner_id.ids, row.product_ref), ([], False))
        domain = [("commercial_partner_id", "=", self.customer.commercial_partner_id.id)]
        self.assertFalse(self._report(self.director).search(domain))

    def test_bad_questions_are_refused(self):
        """Whatever the browser sends, the answer is a message, not an error of the program."""
        bad = [
            None,
            [],
            {},
            {**MARCH, "date_from": "yesterday"},
            {**MARCH, "date_from": 5},
            {**MARCH, "date_from": "2026-04-01"},
            {**MARCH, "date_from": "0001-01-01"},
            {**MARCH, "date_to": "9999-12-31"},
            {**MARCH, "date_from": "1990-01-01"},
            {**MARCH, "kind": "x"},
            {**MARCH, "compare": "x"},
            {**MARCH, "team_id": "1; DROP TABLE"},
            {**MARCH, "team_id": True},
        ]
        for options in bad:
            with self.subTest(options=options), self.assertRaises(UserError):
                self._figures().get_dashboard(options)
        for figure, key in (
            ("x", None),
            ("category", "x"),
            ("category", True),
            ("type", "1"),
            ("channel", "x"),
            ("product", False),
            ("target", "task"),
            ("step", "x"),
            ("step", None),
            ([], None),
        ):
            with self.subTest(figure=figure, key=key), self.assertRaises(UserError):
                self._figures().open_figure(MARCH, figure, key)

    def test_report_is_read_only(self):
        """Nobody writes figures."""
        complaint = self._create_complaint()
        with self.assertRaises(AccessError):
            self._report().browse(complaint.id).write({"channel": "mail"})
        with self.assertRaises(AccessError):
            self._report().create({"channel": "mail"})

    def test_report_has_median_and_percentile_in_every_grouping(self):
        """The pivot's totals are those of the records, not of the groups."""
        for day, respond in ((2, 1), (3, 2), (4, 6)):
            self._solve(day, respond, respond + 1, channel="mail" if day == 4 else "phone")
        domain = [("team_id", "=", self.team.id)]
        groups, [total] = self._report()._read_grouping_sets(
            domain, [["channel"], []], ["response_hours:median", "response_hours_p90:p90"]
        )
        self.assertEqual(
            [(channel, round(hours, 6)) for channel, hours, _late in groups], [("mail", 6), ("phone", 1.5)]
        )
        self.assertAlmostEqual(total[0], 2.0)
        with self.assertRaises(ValueError):
            self._report()._read_group(domain, [], ["response_hours:nothing"])

    def test_dashboard_takes_few_queries(self):
        """All figures of a period are one statement, those of the earlier one another."""
        self._create_complaint()
        figures = self._figures().with_context(tz="UTC")
        options = {**YEAR, "compare": "year"}
        figures.get_dashboard(options)
        self.env.invalidate_all()
        with self.assertQueryCount(25):
            figures.get_dashboard(options)

    def test_periods_that_are_offered(self):
        """The offered periods begin and end with months, quarters and years."""
        with self._at(15, month=5):
            choices = self._figures().get_choices()
        days = {period["key"]: (period["date_from"], period["date_to"]) for period in choices["periods"]}
        self.assertEqual(days["month"], ("2026-05-01", "2026-05-31"))
        self.assertEqual(days["quarter"], ("2026-04-01", "2026-06-30"))
        self.assertEqual(days["last_month"], ("2026-04-01", "2026-04-30"))
        self.assertEqual(days["last_year"], ("2025-01-01", "2025-12-31"))
        self.assertEqual(days["twelve_months"], ("2025-06-01", "2026-05-31"))
        self.assertIn(self.team.id, [team["key"] for team in choices["teams"]])
        self.assertEqual(date.fromisoformat(days["year"][0]).year, 2026)
