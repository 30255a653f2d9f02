import doctest
import random
import re
from datetime import date
from itertools import combinations, product

from odoo.exceptions import UserError
from odoo.tests import BaseCase, HttpCase, tagged

from ..tools import disclosure
from ..tools.disclosure import get_hidden_months, hide_cells
from ..tools.index import MONTHS
from .figures_common import FiguresCommon

LEAST = 5


def make_counts(cells, size):
    """Return a table of people with all its margins."""
    counts = {}
    for number in range(size + 1):
        for dims in combinations(range(size), number):
            table = counts.setdefault(dims, {})
            for cell, people in cells.items():
                part = tuple(cell[place] for place in dims)
                table[part] = table.get(part, 0) + people
    return counts


def find_known(counts, hidden, size):
    """Return what an intruder computes from all that is shown, one unknown at a time.

    A group that is not listed may be empty or hidden: nobody knows where its margin, or its whole row, is hidden.
    """
    values = [{cell[place] for cell in counts[tuple(range(size))]} for place in range(size)]
    known, lines = {}, []
    for number in range(size + 1):
        for dims in combinations(range(size), number):
            cells = counts[dims]
            rows = {cell[:1] for cell in cells if (dims, cell) not in hidden}
            for cell in product(*(values[place] for place in dims)):
                if cell in cells:
                    known[dims, cell] = (dims, cell) not in hidden
                else:
                    margins = [known[cut(dims, place), cut(cell, place)] for place in range(number)]
                    known[dims, cell] = all(margins) and cell[:1] in rows
            for place in range(number):
                for total in product(*(values[one] for one in cut(dims, place))):
                    line = [(dims, (*total[:place], one, *total[place:])) for one in values[dims[place]]]
                    lines.append([(cut(dims, place), total), *line])
    found = True
    while found:
        found = False
        for line in lines:
            unknown = [one for one in line if not known[one]]
            if len(unknown) == 1:
                known[unknown[0]] = found = True
    return {(dims, cell) for (dims, cell), is_known in known.items() if is_known and cell in counts[dims]}


def cut(values, place):
    return values[:place] + values[place + 1 :]


@tagged("post_install", "-at_install")
class TestDisclosureCells(BaseCase):
    def test_periods_cannot_be_subtracted(self):
        """Months that come into the same figures of months, quarters and years have enough answers together."""
        dice = random.Random(11)
        for _round in range(500):
            counts = {date(2026, month, 1): dice.randint(1, 7) for month in dice.sample(range(1, 13), 8)}
            hidden = {kind: get_hidden_months(counts, kind, LEAST) for kind in MONTHS}
            together = {}
            for month, count in counts.items():
                quarter = (month.month - 1) // 3 if month not in hidden["quarter"] else None
                places = (
                    month if month not in hidden["month"] else None,
                    quarter,
                    month not in hidden["year"],
                )
                together[places] = together.get(places, 0) + count
            together.pop((None, None, False), None)
            self.assertGreaterEqual(min(together.values(), default=LEAST), LEAST, counts)

    def test_doctests(self):
        """The examples of the function are its specification."""
        result = doctest.testmod(disclosure)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    def test_nobody_computes_a_small_cell(self):
        """Of random tables no intruder gets a cell under the limit, nor a group of hidden cells under it."""
        draw = random.Random(5)
        hid = 0
        for _round in range(300):
            size = draw.choice((1, 2, 2, 3))
            values = [range(draw.randint(1, 5)) for _dim in range(size)]
            cells = {
                cell: draw.choice((1, 2, 4, 5, 6, 9, 20)) for cell in product(*values) if draw.random() < 0.8
            }
            counts = make_counts(cells, size)
            hidden = set()
            for number in range(size + 1):
                for dims in combinations(range(size), number):
                    part = {
                        tuple(dims.index(place) for place in margin): table
                        for margin, table in counts.items()
                        if set(margin) <= set(dims)
                    }
                    hidden |= {(dims, cell) for cell in hide_cells(part, number, LEAST)}
            hid += bool(hidden)
            for dims, cell in find_known(counts, hidden, size):
                self.assertGreaterEqual(counts[dims][cell], LEAST, (cells, dims, cell))
        self.assertGreater(hid, 100, "else nothing was tried")

    def test_order_of_dimensions(self):
        """What is shown stays much where little is small: one small cell hides two rows, not the table."""
        cells = {(row, column): 10 for row in range(6) for column in range(3)}
        cells[3, 1] = 2
        hidden = hide_cells(make_counts(cells, 2), 2, LEAST)
        self.assertEqual({cell[0] for cell in hidden}, {0, 3})


@tagged("post_install", "-at_install")
class TestDisclosure(FiguresCommon):
    """Teams with 3, 7 and 8 anonymous answers, and one named answer each: 5 are needed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nameless = cls._make_anonymous()
        cls.teams = cls.team + cls.env["customer.care.team"].create([{"name": "South"}, {"name": "West"}])
        for team, number in zip(cls.teams, (3, 7, 8), strict=True):
            cls._add(2, csat=10, nps=10, team_id=team.id)
            for _answer in range(number):
                cls._add_nameless(2, csat=1, nps=0, team_id=team.id)
        cls.counts = ["answer_key:count_distinct", "satisfied_percent:avg"]

    @classmethod
    def _add_nameless(cls, day, **vals):
        return cls._add(day, survey=cls.nameless, partner=cls.env["res.partner"], **vals)

    def _group(self, domain, *groupby):
        rows = self._report()._read_group(domain, groupby, self.counts)
        return {
            tuple(getattr(value, "name", value) for value in row[: len(groupby)]): row[len(groupby)]
            for row in rows
        }

    def test_next_smallest_is_hidden(self):
        """North has too few; South is hidden with it, else North were 21 less 8 less 9."""
        self.assertEqual(self._group([], "team_id"), {("North",): 1, ("South",): 1, ("West",): 9})
        self.assertEqual(self._group([]), {(): 21})
        rows = self._report()._read_group([], ["team_id"], self.counts, order="team_id")
        self.assertEqual([row[2] for row in rows], [100.0, 100.0, 100 / 9])

    def test_enough_together(self):
        """Two groups under the limit that hold it together need no third."""
        self._add_nameless(2, csat=1, team_id=False)
        self._add_nameless(2, csat=1, team_id=False)
        self.assertEqual(
            self._group([], "team_id"), {("North",): 1, ("South",): 8, ("West",): 9}, "3 and 2 are hidden"
        )

    def test_pivot(self):
        """The pivot asks for all its margins at once: each hides what it must, turned or not."""
        for _answer in range(6):
            self._add_nameless(20, csat=1, team_id=self.teams[2].id)
        report = self._report()
        sets = [[], ["team_id"], ["date:month"], ["team_id", "date:day"]]
        total, teams, months, cells = report._read_grouping_sets([], sets, self.counts, "team_id")
        self.assertEqual([row[0] for row in total], [27])
        self.assertEqual([row[1] for row in teams], [1, 1, 15])
        self.assertEqual([row[1] for row in months], [27])
        self.assertEqual(sorted(row[2] for row in cells), [1, 1, 6, 9])
        turned = report._read_group([], ["date:day", "team_id"], self.counts)
        self.assertEqual(sorted(row[2] for row in turned), [1, 1, 6, 9])
        formatted = report.formatted_read_grouping_sets([], [[], ["team_id"]], ["answer_key:count_distinct"])
        self.assertEqual(
            [row["answer_key:count_distinct"] for rows in formatted for row in rows], [21 + 6, 1, 1, 15]
        )

    def test_groups_of_scores(self):
        """Scores in groups hide what the analysis hides; the program counts all."""
        self.env.flush_all()
        Score = self._as("supervisor")["customer.survey.score"]
        domain = [("kind", "=", "csat"), ("company_id", "=", self.own_company.id)]

        def count(scores, domain, *groupby):
            return dict(scores._read_group(domain, groupby, ["__count"]))

        north, south, west = self.teams.with_env(Score.env)
        self.assertEqual(count(Score, domain, "team_id"), {north: 1, south: 1, west: 9})
        self.assertEqual(Score._read_group(domain, [], ["__count"]), [(21,)])
        self.assertEqual(Score._read_group([*domain, ("team_id", "=", north.id)], [], ["__count"]), [(1,)])
        [[marks]] = Score._read_group([*domain, ("team_id", "=", north.id)], [], ["value:avg"])
        self.assertEqual(marks, 100.0)
        [groups] = Score._read_grouping_sets(domain, [["team_id"]], ["__count"])
        self.assertEqual([number for _team, number in groups], [1, 1, 9])
        self.assertEqual(count(Score.sudo(), domain, "team_id"), {north: 4, south: 8, west: 9})
        self.assertEqual(Score.search_count(domain), 21)
        self.assertEqual(Score.search_count([*domain, ("team_id", "=", north.id)]), 1, "behind the group")
        rows = Score.search(domain)
        self.assertEqual(Score.search_count([("id", "in", rows.ids), ("team_id", "=", north.id)]), 4)
        answer = rows.filtered(lambda row: row.is_anonymous and row.team_id == north)[:1].user_input_id
        self.assertEqual(len(answer.care_score_ids), 2)
        self.assertEqual(Score.search_count([*domain, ("is_anonymous", "=", False)]), 3)
        self.assertEqual(set(Score.search(domain).mapped("is_anonymous")), {True, False})

    def test_groups_without_end(self):
        """Each further field doubles what is compared: there is an end, which is told."""
        names = ["kind", "survey_id", "rule_id", "channel", "company_id", "grade_id", "team_id", "user_id"]
        self.assertEqual(sum(self._group([], *names).values()), 2 * 11, "two marks of each answer")
        with self.assertRaises(UserError):
            self._group([], *names, "nps_class")
        with self.assertRaises(UserError):
            self._report()._read_grouping_sets([], [[], [*names, "date:month"]], self.counts)

    def test_filter_on_one_value(self):
        """A filter on a team shows what the row of the team shows, in lists and figures alike."""
        for team, count in zip(self.teams, (1, 1, 9), strict=True):
            domain = [("team_id", "=", team.id)]
            self.assertEqual(self._group(domain), {(): count}, team.name)
            self.assertEqual(self._report().search_count([*domain, ("kind", "=", "csat")]), count, team.name)
            self.assertEqual(len(self._report().search([*domain, ("kind", "=", "csat")])), count, team.name)
            self.assertEqual(self._tiles({"team_id": team.id})["answers"]["value"], str(count))

    def test_filter_that_leaves_out_few(self):
        """What a condition leaves out is not to be the total less what it shows."""
        few = self.env["customer.survey.score"].search([("survey_id", "=", self.nameless.id)])
        few = few.filtered(lambda score: score.kind == "csat")[:3]
        self.assertEqual(self._group([("answer_key", "not in", few.user_input_id.ids)]), {(): 3})
        self.assertEqual(self._group([("team_id", "!=", self.team.id)]), {(): 2})
        self.assertEqual(self._group([("team_id", "in", self.teams[1:].ids)]), {(): 2})
        self.assertEqual(
            self._group(["|", ("team_id", "=", self.teams[1].id), ("team_id", "=", self.teams[2].id)]),
            {(): 2},
        )
        # the answers themselves: each is a group of one
        self.assertEqual(self._report().search_count([("answer_key", "=", few[0].user_input_id.id)]), 0)
        self.assertEqual(sum(self._group([], "answer_key").values()), 3)
        # enough are left out
        self.assertEqual(self._group([("survey_id", "=", self.nameless.id)]), {(): 18})
        self.assertEqual(self._group([("date", "<=", "2026-03-31")]), {(): 21})

    def test_filter_on_a_period(self):
        """A period that leaves out a few answers is not shown; both ends of a period are one condition."""
        for _answer in range(2):
            self._add_nameless(20, csat=1)
        period = [("date", ">=", "2026-03-01"), ("date", "<=", "2026-03-10")]
        self.assertEqual(self._group(period), {(): 3})
        for _answer in range(3):
            self._add_nameless(20, csat=1)
        self.assertEqual(self._group(period), {(): 21})

    def test_measure_that_few_have(self):
        """Enough answers do not uncover a recommendation that few of them gave."""
        for _answer in range(3):
            self._add_nameless(2, ces=1, team_id=self.teams[2].id)
        self._add(2, ces=7, team_id=self.teams[2].id)
        [(count, ces)] = self._report()._read_group([], [], ["answer_key:count_distinct", "ces_value:avg"])
        self.assertEqual((count, ces), (25, 100.0))

    def test_recommendation_that_few_gave_on_the_dashboard(self):
        """Tile, marks and tables of the dashboard leave out the recommendations of a few, and what would tell them."""
        _north, south, west = self.teams
        for answer in self.env["survey.user_input"].search([("survey_id", "=", self.nameless.id)]):
            answer.care_score_ids.filtered(lambda score: score.kind == "nps").unlink()
        for _answer in range(3):
            self._add_nameless(2, nps=0, csat=1, team_id=west.id)
        figures = self._show()
        tiles = {tile["code"]: tile["value"] for tile in figures["tiles"]}
        self.assertEqual((tiles["answers"], tiles["nps"]), ("24", "100.0"))
        self.assertEqual([mark["count"] for mark in figures["marks"]], [0] * 10 + [3])
        self.assertEqual([row["count"] for row in figures["classes"]], [3, 0, 0])
        for _answer in range(6):
            self._add_nameless(2, nps=0, csat=1, team_id=south.id)
        figures = self._show()
        [table] = [table for table in figures["tables"] if table["key"] == "team_id"]
        rows = {row["name"]: (row["answers"], row["nps"]) for row in table["rows"]}
        # North has 3 answers, and those of West would tell them; West 3 recommendations, and those of South would
        self.assertEqual(rows, {"North": (1, "100.0"), "South": (14, "100.0"), "West": (1, "100.0")})
        self.assertEqual([row["count"] for row in figures["classes"]], [3, 0, 9])

    def test_dashboard(self):
        """Table and total of the dashboard are those of the pivot; named answers stay."""
        figures = self._show()
        [table] = [table for table in figures["tables"] if table["key"] == "team_id"]
        self.assertEqual(
            [(row["name"], row["answers"], row["csat"]) for row in table["rows"]],
            [("West", 9, "11.1 %"), ("North", 1, "100.0 %"), ("South", 1, "100.0 %")],
        )
        self.assertEqual(figures["tiles"][0]["value"], "21")
        for team, count in zip(self.teams, (2, 2, 18), strict=True):
            self.assertEqual(self._count_open("team_id", team.id), count, "two scores of each answer")

    def test_nothing_small(self):
        """Enough everywhere: nothing is hidden."""
        for _answer in range(2):
            self._add_nameless(2, csat=1, team_id=self.team.id)
        self.assertEqual(self._group([], "team_id"), {("North",): 6, ("South",): 8, ("West",): 9})

    def test_comments(self):
        """Comments are counted under the same rule."""
        question = self.nameless.question_ids.filtered("care_is_comment")
        answers = self.env["survey.user_input"].search([("survey_id", "=", self.nameless.id)])
        self.env["survey.user_input.line"].create(
            [
                {
                    "user_input_id": answer.id,
                    "question_id": question.id,
                    "answer_type": "text_box",
                    "value_text_box": "Secret",
                }
                for answer in answers
            ]
        )
        comments = self._as("supervisor")["customer.survey.comment"]
        rows = comments._read_group([], ["team_id"], ["__count"])
        self.assertEqual([(team.name, count) for team, count in rows], [("West", 8)])
        self.assertEqual(comments.search_count([]), 18)


@tagged("post_install", "-at_install")
class TestDisclosureOnResultsPage(FiguresCommon, HttpCase):
    def test_filters_of_the_results_page(self):
        """A filter that chooses few answers of an anonymous survey, or leaves out few, shows none."""
        nameless = self._make_anonymous()
        question = self.env["survey.question"].create(
            {
                "survey_id": nameless.id,
                "title": "Where do you live?",
                "question_type": "simple_choice",
                "suggested_answer_ids": [(0, 0, {"value": value}) for value in ("North", "South")],
            }
        )
        north, south = question.suggested_answer_ids
        comment = nameless.question_ids.filtered("care_is_comment")
        for number in range(12):
            answer = self._add(2, survey=nameless, partner=self.env["res.partner"], csat=1)
            self._choose(answer, north if number < 3 else south)
            self.env["survey.user_input.line"].create(
                {
                    "user_input_id": answer.id,
                    "question_id": comment.id,
                    "answer_type": "text_box",
                    "value_text_box": f"Secret {number}",
                }
            )
        self.users["supervisor"].company_id = self.own_company
        self.authenticate(self.users["supervisor"].login, self.users["supervisor"].login)

        def count(choice=None):
            filters = f"?filters=A,0,{choice.id}" if choice else ""
            page = self.url_open(f"/survey/results/{nameless.id}{filters}").text
            return len(set(re.findall(r"Secret \d+", page)))

        shown = count()
        self.assertGreater(shown, 0)
        self.assertEqual([count(north), count(south)], [0, 0], "3 are few, and 9 of 12 tell the 3")
        for _answer in range(2):
            self._choose(self._add(2, survey=nameless, partner=self.env["res.partner"], csat=1), north)
        self.assertGreater(count(south), 0)
