from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..tools.statistics import net_interval, net_margin
from .figures_common import MARCH, FiguresCommon


@tagged("post_install", "-at_install")
class TestSurveyFigures(FiguresCommon):
    def test_figures_are_those_computed_by_hand(self):
        """Dashboard and pivot say what pencil and paper say."""
        marks = [(10, 10), (9, 9), (8, 8), (7, 7), (3, 2)]
        for day, (csat, nps) in enumerate(marks, start=2):
            self._add(day, csat=csat, nps=nps, ces=7 if day == 2 else 4, team_id=self.team.id)
        self._invite(9)
        tiles = self._tiles()
        self.assertEqual(tiles["answers"]["value"], "5")
        # 10, 9, 8 of five
        self.assertEqual((tiles["csat"]["value"], tiles["csat"]["note"][:5]), ("60.0 %", "3 / 5"))
        # (100 + 88.9 + 77.8 + 66.7 + 22.2) / 5
        self.assertAlmostEqual(tiles["csat_mean"]["number"], 71.11, 2)
        # two promoters less one detractor, of five
        self.assertEqual((tiles["nps"]["value"], tiles["nps"]["note"]), ("20.0", "95 %: -38.7 to 63.7"))
        # (100 + 4 * 50) / 5
        self.assertAlmostEqual(tiles["ces"]["number"], 60.0, 2)
        self.assertEqual((tiles["response"]["value"], tiles["response"]["note"][:5]), ("83.3 %", "5 / 6"))
        self.assertEqual(tiles["completion"]["value"], "100.0 %")
        self.assertEqual(tiles["time"]["value"], "2.0 h")
        [(team, answers, csat, nps, ces)] = self._report()._read_group(
            [("date", ">=", "2026-03-01"), ("date", "<=", "2026-03-31")],
            ["team_id"],
            ["answer_key:count_distinct", "satisfied_percent:avg", "nps_score:avg", "ces_value:avg"],
        )
        self.assertEqual((team, answers), (self.team, 5))
        self.assertAlmostEqual(csat, 60.0)
        self.assertAlmostEqual(nps, 20.0)
        self.assertAlmostEqual(ces, 60.0)
        [table] = [table for table in self._show()["tables"] if table["key"] == "team_id"]
        [row] = table["rows"]
        self.assertEqual(
            (row["name"], row["answers"], row["csat"], row["nps"]), ("North", 5, "60.0 %", "20.0")
        )
        self.assertTrue(row["is_few"])

    def test_margin_in_the_pivot(self):
        """The margin of each group is half the range that the dashboard shows of the same answers."""
        for number in range(60):
            nps = 10 if number % 3 else (8, 2)[number % 2]
            self._add(1 + number % 28, nps=nps, csat=5, team_id=number < 40 and self.team.id)
        self._add(3, csat=5, team_id=self.team.id)
        rows = self._report()._read_grouping_sets(
            [("date", ">=", "2026-03-01")],
            [[], ["team_id"], ["kind"]],
            ["answer_key:count_distinct", "nps_margin:net_margin", "nps_score:avg"],
        )
        self.assertEqual([row[-3] for row in rows[0]], [61])
        self.assertAlmostEqual(rows[0][0][1], net_margin(40, 10, 10))
        for team, (_team, _count, margin, score) in zip((self.team, False), rows[1], strict=True):
            scores = self.env["customer.survey.score"].search(
                [
                    ("survey_id", "=", self.survey.id),
                    ("kind", "=", "nps"),
                    ("team_id", "=", team and team.id),
                ]
            )
            counts = [scores.mapped("nps_class").count(name) for name in ("promoter", "passive", "detractor")]
            self.assertAlmostEqual(margin, net_margin(*counts), msg=team)
            low, high = net_interval(*counts)
            self.assertAlmostEqual(margin, (high - low) / 2)
            self.assertAlmostEqual(score, 100.0 * (counts[0] - counts[2]) / len(scores))
        margins = {row[0]: row[2] for row in rows[2]}
        self.assertEqual(margins["csat"] or None, None)
        self.assertAlmostEqual(margins["nps"], net_margin(40, 10, 10))
        [formatted] = self._report().formatted_read_group([], [], ["nps_margin:net_margin"])
        self.assertAlmostEqual(formatted["nps_margin:net_margin"], net_margin(40, 10, 10))
        ordered = self._report()._read_group([], ["team_id"], ["__count"], order="nps_margin:net_margin desc")
        self.assertEqual([team.name for team, _count in ordered], [False, "North"])

    def test_nothing_in_the_period(self):
        """No answer and no invitation: counts are 0, rates unknown, charts empty."""
        figures = self._show({"compare": "year"})
        self.assertEqual(figures["count"], 0)
        values = {tile["code"]: (tile["value"], tile["can_open"]) for tile in figures["tiles"]}
        self.assertEqual(values["answers"], ("0", False))
        for code in ("response", "completion", "time", "csat", "csat_mean", "nps", "ces", "low"):
            self.assertEqual(values[code], ("–", False), code)
        self.assertEqual((figures["marks"], figures["classes"], figures["reasons"]), ([], [], []))
        self.assertEqual(set(figures["trend"]["nps"]), {None})
        self.assertFalse(any(table["rows"] for table in figures["tables"]))

    def test_one_answer_and_all_promoters(self):
        """One answer has wide limits, and all promoters do not prove that there are no others."""
        self._add(2, nps=10)
        tile = self._tiles()["nps"]
        self.assertEqual(tile["value"], "100.0")
        self.assertIn("to 100.0", tile["note"])
        self.assertNotIn("100.0 to", tile["note"])
        self.assertEqual(self._tiles()["csat"]["value"], "–")
        figures = self._show()
        self.assertEqual([row["share"] for row in figures["classes"]], ["100.0 %", "0.0 %", "0.0 %"])
        self.assertEqual(figures["marks"][10], {"key": 10, "count": 1})

    def test_what_is_left_out(self):
        """Corrected scores and test answers are left out; deleted surveys and other months are not mixed in."""
        self._add(2, csat=10)
        self._add(3, csat=1).care_score_ids.active = False
        self._invite(4, state="done", test_entry=True, end_datetime=datetime(2026, 3, 4, 9))
        gone = self._create_survey(title="Gone")
        self._add(5, csat=8, survey=gone)
        gone.unlink()
        self._add(6, csat=1).care_score_ids.date = date(2026, 4, 1)
        tiles = self._tiles()
        self.assertEqual((tiles["answers"]["value"], tiles["csat"]["note"][:5]), ("2", "2 / 2"))
        # the corrected answer and that of April were answered all the same, the test and the deleted one are not there
        self.assertEqual(tiles["response"]["note"][:5], "3 / 3")
        [table] = [table for table in self._show()["tables"] if table["key"] == "survey_id"]
        self.assertEqual([row["name"] for row in table["rows"]], ["Deleted Surveys", "How are we?"])
        report = self._report(active_test=False)
        self.assertEqual(
            report.search_count([("kind", "=", "csat"), ("value", "=", 0.0), ("date", "<", "2026-04-01")]), 0
        )

    def test_invitations_are_counted_by_step(self):
        """Sent, begun, answered: each rate has its own whole."""
        self._add(2, csat=9)
        self._invite(3)
        self._invite(4, state="in_progress", start_datetime=datetime(2026, 3, 4, 9))
        self._invite(5, care_sent_datetime=False)
        self._invite(6, deadline=datetime(2026, 3, 20))
        tiles = self._tiles()
        self.assertEqual(tiles["response"]["note"][:5], "1 / 4")
        self.assertEqual(tiles["completion"]["note"][:5], "1 / 2")
        self.assertEqual(
            self._figures()._query_totals(self._figures()._read_options(MARCH)[0])["responses"]["expired"], 1
        )
        steps = self._as("supervisor")["customer.survey.response"]._read_group([], ["step"], ["__count"])
        self.assertEqual(dict(steps), {"waiting": 1, "sent": 2, "started": 1, "done": 1})

    def test_days_of_the_reader(self):
        """An invitation of the evening of the last day in UTC belongs to the next month in Shanghai."""
        self._invite(31, care_sent_datetime=datetime(2026, 3, 31, 20))
        self.assertEqual(self._tiles()["response"]["note"][:5], "0 / 1")
        self.assertEqual(self._tiles(tz="Asia/Shanghai")["response"]["note"], "")
        april = {"date_from": "2026-04-01", "date_to": "2026-04-30"}
        self.assertEqual(self._tiles(april, tz="Asia/Shanghai")["response"]["note"][:5], "0 / 1")

    def test_each_figure_opens_what_it_counts(self):
        """Tiles, points, bars and rows open exactly the scores or invitations behind them."""
        reasons = self._add_reasons("Slow", "Dear")
        slow, dear = reasons.suggested_answer_ids
        first = self._add(2, csat=3, nps=2, team_id=self.team.id, is_low=True)
        second = self._add(3, csat=9, nps=9)
        self._invite(4)
        self._choose(first, slow, dear)
        self._choose(second, slow)
        figures = self._show()
        self.assertEqual(
            [(bar["name"], bar["count"], round(bar["cumulated"], 1)) for bar in figures["reasons"]],
            [("Slow", 2, 66.7), ("Dear", 1, 100.0)],
        )
        for figure, key, count in (
            ("answers", None, 4),
            ("csat", None, 2),
            ("nps", None, 2),
            ("ces", None, 0),
            ("low", None, 2),
            ("response", None, 3),
            ("completion", None, 2),
            ("time", None, 2),
            ("step", "2026-03-02", 2),
            ("mark", 9, 1),
            ("class", "detractor", 1),
            ("reason", slow.id, 4),
            ("reason", dear.id, 2),
            ("team_id", self.team.id, 2),
            ("team_id", False, 2),
            ("survey_id", self.survey.id, 4),
        ):
            self.assertEqual(self._count_open(figure, key), count, (figure, key))

    def test_filters(self):
        """A filter holds for scores and invitations alike."""
        other = self._create_survey(title="Other")
        self._add(2, csat=10)
        self._add(3, csat=1, survey=other)
        tiles = self._tiles({"survey_id": other.id})
        self.assertEqual((tiles["csat"]["value"], tiles["response"]["note"][:5]), ("0.0 %", "1 / 1"))
        choices = {one["key"]: one for one in self._figures().get_choices()["filters"]}
        self.assertIn(other.id, [one["key"] for one in choices["survey_id"]["choices"]])
        self.assertNotIn("company_id", choices)

    def test_comparison_says_whether_it_is_chance(self):
        """The same change is real with many answers, and nothing with few."""
        for month, satisfied in ((2, 20), (3, 32)):
            for number in range(40):
                answer = self._add(1 + number % 28, csat=9 if number < satisfied else 2)
                answer.care_score_ids.date = date(2026, month, 1 + number % 28)
                answer.care_sent_datetime = datetime(2026, month, 1 + number % 28, 8)
        tile = self._tiles({"compare": "period"})["csat"]
        self.assertEqual(
            (tile["value"], tile["before"], tile["change"], tile["mood"]),
            ("80.0 %", "50.0 %", "+30.0 points", "good"),
        )
        self.assertEqual(tile["sentence"], "The difference is more than chance (p = 0.005).")
        few = self._tiles({"compare": "period", "date_from": "2026-03-10", "date_to": "2026-03-12"})["csat"]
        self.assertTrue(few["sentence"].startswith("Too few answers"))

    def test_two_companies(self):
        """Figures are those of the companies that the reader has chosen."""
        self._add(2, csat=10)
        self._add(3, csat=1, company_id=self.old_company.id)
        self.assertEqual(self._tiles()["csat"]["note"][:5], "1 / 1")
        both = self.own_company + self.old_company
        self.users["supervisor"].company_ids += self.old_company
        report = self._report(allowed_company_ids=both.ids)
        self.assertEqual(report.search_count([("survey_id", "=", self.survey.id)]), 2)

    def test_who_reads_figures(self):
        """Supervisors, managers, administrators and auditors read figures; others are refused."""
        self._add(2, csat=10)
        for role in ("supervisor", "manager", "auditor"):
            self.assertEqual(self._tiles(role=role)["answers"]["value"], "1", role)
        for role in ("specialist", "employee", "portal", "public"):
            figures = self.env["customer.survey.figures"].with_user(self.users[role])
            for call in (
                lambda figures=figures: figures.get_dashboard(MARCH),
                lambda figures=figures: figures.get_choices(),
                lambda figures=figures: figures.open_figure(MARCH, "csat"),
                lambda figures=figures: figures.open_workbook(MARCH),
            ):
                with self.assertRaises(AccessError):
                    call()

    def test_what_cannot_be_asked(self):
        """What the browser may send wrongly is refused with words."""
        for options in (
            None,
            {},
            {**MARCH, "date_from": "x"},
            {**MARCH, "date_to": "2020-01-01"},
            {**MARCH, "date_from": "1000-01-01"},
            {**MARCH, "compare": "x"},
            {**MARCH, "team_id": "1"},
            {**MARCH, "survey_id": [1]},
        ):
            with self.assertRaises(UserError):
                self._figures().get_dashboard(options)
        for figure, key in (
            ("x", None),
            (["csat"], None),
            ("mark", "9"),
            ("class", "x"),
            ("step", "x"),
            ("team_id", "x"),
            ("reason", "x"),
            ("reason", [1]),
        ):
            with self.assertRaises(UserError):
                self._figures().open_figure(MARCH, figure, key)


@tagged("post_install", "-at_install")
class TestAnonymousFigures(FiguresCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nameless = cls._make_anonymous()

    def _add_nameless(self, day, **vals):
        return self._add(day, survey=self.nameless, partner=self.env["res.partner"], **vals)

    def test_few_anonymous_answers_are_not_shown(self):
        """Below the limit nothing of them is shown: no list, no total, no group; named answers stay."""
        self._add(2, csat=10)
        for day in range(3, 7):
            self._add_nameless(day, csat=1)
        self.assertEqual(self._tiles()["csat"]["note"][:5], "1 / 1")
        self.assertEqual(self._report().search_count([]), 1)
        self.assertEqual(self._report()._read_group([], ["survey_id"], ["__count"]), [(self.survey, 1)])
        self._add_nameless(7, csat=1)
        self.assertEqual(self._tiles()["csat"]["note"][:5], "1 / 6")
        self.assertEqual(self._report().search_count([]), 6)

    def test_groups_of_few_are_not_shown(self):
        """A group with few anonymous answers counts the named ones alone, and opens these; so does the next smallest,
        else the few would be the total less the rest."""
        self._add(2, csat=10)
        self._add(3, csat=10)
        for day in (2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4):
            self._add_nameless(day, csat=1)
        counts = self._report()._read_group(
            [], ["date:day"], ["__count", "satisfied_percent:avg", "value_median:median"]
        )
        self.assertEqual([row[1:] for row in counts], [(1, 100.0, 100.0), (1, 100.0, 100.0), (6, 0.0, 0.0)])
        self.assertEqual(self._count_open("step", "2026-03-02"), 1)
        self.assertEqual(self._count_open("step", "2026-03-04"), 6)
        figures = self._show()
        self.assertEqual(figures["trend"]["answers"][1:4], [1, 1, 6])
        self.assertEqual(figures["trend"]["csat"][1:4], [100.0, 100.0, 0.0])
        self.assertEqual(figures["tiles"][0]["value"], "15", "the total is shown")

    def test_margin_of_few(self):
        """The margin tells nothing of a few anonymous recommendations."""
        for nps in (10, 10, 1):
            self._add(2, nps=nps, csat=5)
        for day in range(3, 7):
            self._add_nameless(day, nps=0, csat=5)
        self._add_nameless(8, csat=5)
        [(count, margin)] = self._report()._read_group(
            [], [], ["answer_key:count_distinct", "nps_margin:net_margin"]
        )
        self.assertEqual(count, 8)
        self.assertAlmostEqual(margin, net_margin(2, 0, 1))
        self._add_nameless(9, nps=0)
        [(margin,)] = self._report()._read_group([], [], ["nps_margin:net_margin"])
        self.assertAlmostEqual(margin, net_margin(2, 0, 6))

    def test_rates_of_anonymous_surveys(self):
        """Who did not answer counts in the rate of an anonymous survey, which names nobody."""
        self._add_nameless(2, csat=1)
        self._invite(3, survey_id=self.nameless.id, partner_id=False)
        self.assertEqual(self._tiles()["response"]["note"][:5], "1 / 2")
