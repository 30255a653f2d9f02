import doctest
from datetime import date

from odoo import Command
from odoo.addons.customer_care.tools import periods
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_figures import MARCH, YEAR, FiguresCommon


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

    def test_doctests(self):
        """The examples of periods, shares and cumulations are tests."""
        self.assertEqual(doctest.testmod(periods).failed, 0)

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
