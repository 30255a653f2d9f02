import io
import random
from datetime import date, timedelta

import openpyxl
from freezegun import freeze_time
from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..tools.index import Part, explain, get_periods, round_parts, weigh
from .common import SurveyKit

TODAY = date(2026, 3, 10)


@tagged("post_install", "-at_install")
class TestIndexFormulas(TransactionCase):
    def test_effects_sum_to_the_change(self):
        """Whatever points, weights and gaps: the effects are the change, and their rounded parts its rounding."""
        dice = random.Random(7)
        for _round in range(300):
            before, after = (
                {
                    key: Part(dice.choice([None, round(dice.uniform(0, 100), 2)]), dice.choice([5, 20, 33.3]))
                    for key in dice.sample("abcdef", dice.randint(1, 6))
                }
                for _period in range(2)
            )
            totals = [weigh(parts)[0] for parts in (after, before)]
            if None in totals:
                continue
            effects = [effect for pair in explain(after, before).values() for effect in pair]
            change = totals[0] - totals[1]
            self.assertAlmostEqual(sum(effects), change)
            rounded = round_parts(effects, change)
            self.assertAlmostEqual(sum(rounded), round(change, 2))
            for exact, shown in zip(effects, rounded, strict=True):
                self.assertLess(abs(exact - shown), 0.02)

    def test_periods_have_no_gap(self):
        """Each day belongs to exactly one period."""
        for kind in ("month", "quarter", "year"):
            periods = get_periods(kind, date(2023, 11, 30), date(2026, 3, 1))
            for (_first, last), (following, _last) in zip(periods, periods[1:], strict=False):
                self.assertEqual(last + timedelta(days=1), following)


@tagged("post_install", "-at_install")
class TestIndex(SurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls.env["customer.satisfaction.index"].search([]).active = False
        cls.env["customer.survey.score"].search([]).unlink()
        cls.grade_a, cls.grade_b = cls.env["customer.grade"].search([], limit=2)
        cls.team = cls.env["customer.care.team"].create({"name": "North"})
        cls.big = cls._create_partner("Big", care_grade_id=cls.grade_a.id, care_team_id=cls.team.id)
        cls.small = cls._create_partner("Small", care_grade_id=cls.grade_b.id)
        cls.index = cls.env["customer.satisfaction.index"].create(
            {
                "name": "Index",
                "date_start": "2026-01-01",
                "company_id": cls.company.id,
                "target": 75,
                "indicator_ids": [
                    Command.create({"provider": "csat", "weight": 60, "min_count": 1}),
                    Command.create({"provider": "nps", "weight": 40, "min_count": 1}),
                ],
            }
        )

    def setUp(self):
        super().setUp()
        clock = freeze_time(f"{TODAY} 04:00:00")
        clock.start()
        self.addCleanup(clock.stop)

    @classmethod
    def _score(cls, kind, value, day, partner=None, nps_class=False, **vals):
        return cls.env["customer.survey.score"].create(
            {
                "kind": kind,
                "value": value,
                "date": day,
                "partner_id": partner.id if partner else False,
                "company_id": cls.company.id,
                "nps_class": nps_class,
                **vals,
            }
        )

    def _compute(self, index=None):
        index = index or self.index
        if index.state == "draft":
            index.action_activate()
        for span in index._get_open_spans():
            index._compute_span(span)
        return index.value_ids

    def _get(self, month, level="total", **vals):
        return self.index.value_ids.filtered(
            lambda value: (
                value.date_from == date(2026, month, 1)
                and value.level == level
                and all(value[name] == record for name, record in vals.items())
            )
        )

    def test_hand_computed(self):
        """60 % satisfaction of 80 and 40 % recommendation of 0, which is the middle of its scale, are 68."""
        self._score("csat", 90, "2026-01-05", self.big)
        self._score("csat", 70, "2026-01-31", self.small)
        self._score("nps", 90, "2026-01-07", self.big, "promoter")
        self._score("nps", 30, "2026-01-08", self.small, "detractor")
        self._score("csat", 95, "2026-02-01", self.big)
        self._score("nps", 30, "2026-02-08", self.small, "detractor")
        self._compute()
        january, february = self._get(1), self._get(2)
        self.assertEqual(january.value, 68)
        self.assertEqual(january.line_ids.mapped("raw"), [80, 0])
        self.assertEqual(january.line_ids.mapped("count"), [2, 2])
        self.assertEqual(january.line_ids.mapped("contribution"), [48, 20])
        self.assertFalse(january.is_reached)
        self.assertEqual(february.value, 57)
        self.assertEqual(february.change, -11)
        self.assertEqual(february.line_ids.mapped("points_effect"), [9, -20])
        self.assertEqual(february.before_id, january)
        self.assertIn("fell by 11.00 to 57.00", february.summary)
        self.assertIn("Recommendation (NPS) -20.00, Satisfaction (CSAT) +9.00", february.summary)
        self.assertFalse(self._get(3), "a period without answers has no index")

    def test_segments_and_teams(self):
        """The same figures by grade, by team, and by both; answers without customer count in the total alone."""
        self._score("csat", 90, "2026-01-05", self.big)
        self._score("csat", 60, "2026-01-05", self.small)
        self._score("csat", 0, "2026-01-05")
        self._compute()
        self.assertEqual(self._get(1).value, 50)
        self.assertEqual(self._get(1, "segment", grade_id=self.grade_a).value, 90)
        self.assertEqual(self._get(1, "segment", grade_id=self.grade_b).value, 60)
        self.assertEqual(self._get(1, "team").team_id, self.team)
        self.assertEqual(self._get(1, "team").value, 90)
        self.assertEqual(self._get(1, "segment_team").mapped("value"), [90])
        self.assertEqual(self._get(1, "segment_team").place, f"{self.grade_a.display_name} · North")

    def test_missing_indicator(self):
        """With too few cases an indicator is left out, said so, and the change still adds up."""
        self.index.indicator_ids[1].min_count = 2
        self._score("csat", 80, "2026-01-05", self.big)
        self._score("nps", 90, "2026-01-07", self.big, "promoter")
        self._score("csat", 80, "2026-02-05", self.big)
        self._score("nps", 90, "2026-02-07", self.big, "promoter")
        self._score("nps", 90, "2026-02-07", self.small, "promoter")
        self._compute()
        january, february = self._get(1), self._get(2)
        self.assertEqual(january.value, 80)
        self.assertEqual(january.line_ids.mapped("share"), [100, 0])
        self.assertEqual(january.known_percent, 60)
        self.assertIn("left out: Recommendation (NPS)", january.summary)
        self.assertEqual(february.value, 88)
        self.assertAlmostEqual(sum(february.line_ids.mapped("effect")), 8)

    def test_too_little_known(self):
        """Where less than half of the weights is known there is no index; the limit is the index's."""
        self._score("nps", 90, "2026-01-07", self.big, "promoter")
        self._compute()
        self.assertFalse(self._get(1))
        self.index.min_known_percent = 40
        self._compute()
        self.assertEqual(self._get(1).known_percent, 40)

    def test_final_periods_stay(self):
        """After its last computing a period stays as it was, also when weights, answers or targets change."""
        self._score("csat", 80, "2026-01-05", self.big)
        self._score("csat", 80, "2026-02-27", self.big)
        self._compute()
        self.assertTrue(self._get(1).is_final)
        self.assertFalse(self._get(2).is_final, "14 days after February are not over")
        ids = self.index.value_ids.ids
        self._score("csat", 20, "2026-01-05", self.big)
        self._score("csat", 20, "2026-02-27", self.big)
        self.index.target = 10
        self._compute()
        self.assertEqual(self._get(1).value, 80)
        self.assertEqual(self._get(1).target, 75)
        self.assertEqual(self._get(2).value, 50)
        self.assertEqual(self._get(2).target, 10)
        self.assertEqual(self.index.value_ids.ids, ids, "figures keep their identity")

    def test_figures_without_answers_go(self):
        """A segment that has no answers any more has no figure any more."""
        score = self._score("csat", 80, "2026-03-05", self.big)
        self._score("csat", 70, "2026-03-05", self.small)
        self._compute()
        self.assertTrue(self._get(3, "segment", grade_id=self.grade_a))
        score.unlink()
        self._compute()
        self.assertFalse(self._get(3, "segment", grade_id=self.grade_a))
        self.assertEqual(self._get(3).value, 70)

    def test_changed_weights(self):
        """New weights count from the periods that are not final on, and the change by weight is told."""
        self._score("csat", 80, "2026-01-05", self.big)
        self._score("nps", 90, "2026-01-05", self.big, "detractor")
        self._score("csat", 80, "2026-02-20", self.big)
        self._score("nps", 90, "2026-02-20", self.big, "detractor")
        self._compute()
        self.index.action_draft()
        csat, nps = self.index.indicator_ids
        self.index.write(
            {
                "indicator_ids": [
                    Command.update(csat.id, {"weight": 80}),
                    Command.update(nps.id, {"weight": 20}),
                ]
            }
        )
        self._compute()
        self.assertEqual(self._get(1).value, 48)
        self.assertEqual(self._get(2).value, 64)
        self.assertEqual(self._get(2).line_ids.mapped("points_effect"), [0, 0])
        self.assertAlmostEqual(sum(self._get(2).line_ids.mapped("weight_effect")), 16)

    def test_deleted_indicator(self):
        """What a deleted indicator had given is part of the next change, under its old name."""
        self._score("csat", 80, "2026-01-05", self.big)
        self._score("nps", 90, "2026-01-05", self.big, "detractor")
        self._score("csat", 80, "2026-02-20", self.big)
        self._compute()
        self.index.action_draft()
        csat, nps = self.index.indicator_ids
        self.index.write(
            {"indicator_ids": [Command.delete(nps.id), Command.update(csat.id, {"weight": 100})]}
        )
        self._compute()
        february = self._get(2)
        self.assertEqual(february.value, 80)
        self.assertAlmostEqual(sum(february.line_ids.mapped("effect")), 32)
        self.assertIn("Recommendation (NPS)", february.line_ids.mapped("name"))
        self.assertFalse(february.line_ids.filtered(lambda line: not line.indicator_id).action_open_records())

    def test_targets(self):
        """The target with most conditions holds, of those the latest that has begun."""
        self.index.target_ids = [
            Command.create({"value": 50}),
            Command.create({"value": 60, "date_from": "2026-02-01"}),
            Command.create({"value": 90, "grade_id": self.grade_a.id}),
        ]
        for month in (1, 2):
            self._score("csat", 70, f"2026-0{month}-05", self.big)
        self._compute()
        self.assertEqual(self._get(1).target, 50)
        self.assertEqual(self._get(2).target, 60)
        self.assertTrue(self._get(2).is_reached)
        self.assertEqual(self._get(2, "segment").target, 90)
        self.assertEqual(self._get(2, "team").target, 60)

    def test_borders_of_the_company(self):
        """Callbacks belong to the month of the company's time zone."""
        self.company.partner_id.tz = "Asia/Shanghai"
        index = self.env["customer.satisfaction.index"].create(
            {
                "name": "Calls",
                "date_start": "2026-02-01",
                "indicator_ids": [
                    Command.create({"provider": "callback_solved", "weight": 100, "min_count": 1})
                ],
            }
        )
        vals = {
            "partner_id": self.big.id,
            "subject": "Call",
            "user_id": self.users["specialist"].id,
            "state": "done",
            "outcome": "reached",
            "date_planned": "2026-02-01",
        }
        self.env["customer.callback"].create(
            [
                {**vals, "problem_solved": "yes", "done_datetime": "2026-02-28 15:59:59"},
                {**vals, "problem_solved": "no", "done_datetime": "2026-02-28 16:00:00"},
                {**vals, "problem_solved": "unknown", "done_datetime": "2026-02-10 10:00:00"},
            ]
        )
        values = self._compute(index).filtered(lambda value: value.level == "total").sorted("date_from")
        self.assertEqual(values.mapped("value"), [100, 0])
        self.assertEqual(values.line_ids.mapped("count"), [1, 1])

    def test_retention(self):
        """Of two customers at the start one is kept."""
        stages = self.env["customer.lifecycle.stage"].search([])
        customer = stages.filtered(lambda stage: stage.kind == "customer")[:1]
        lost = stages.filtered(lambda stage: stage.kind == "lost")[:1]
        changes = self.env["customer.lifecycle.change"]
        changes.search([]).unlink()
        row = {"from_stage_id": False, "to_stage_id": customer.id, "date": "2025-12-01"}
        changes._log(
            [
                {**row, "partner_id": self.big.id},
                {**row, "partner_id": self.small.id},
                {"partner_id": self.small.id, "to_stage_id": lost.id, "date": "2026-01-15"},
            ]
        )
        self.index.write(
            {
                "indicator_ids": [
                    Command.clear(),
                    Command.create(
                        {"provider": "retention", "weight": 100, "min_count": 1, "worst_value": 0}
                    ),
                ]
            }
        )
        self._compute()
        self.assertEqual(self._get(1).line_ids.raw, 50)
        self.assertEqual(self._get(2).line_ids.raw, 100)

    def test_few_anonymous_answers(self):
        """Anonymous answers count from so many on as the company shows."""
        self.company.care_survey_min_answers = 3
        anonymous = self._create_survey(care_is_anonymous=True)
        self._score("csat", 40, "2026-01-05", self.big)
        for _number in range(2):
            self._score("csat", 100, "2026-01-05", survey_id=anonymous.id)
        self._compute()
        self.assertEqual(self._get(1).line_ids.filtered("is_counted").mapped("raw"), [40])
        self._score("csat", 100, "2026-01-06", survey_id=anonymous.id)
        self.index.value_ids.unlink()
        self._compute()
        self.assertEqual(self._get(1).line_ids.filtered("is_counted").mapped("raw"), [85])

    def test_few_anonymous_answers_of_a_month_are_not_in_the_year(self):
        """The index of a year less those of its months tells nothing of a month with few anonymous answers."""
        self.company.care_survey_min_answers = 3
        anonymous = self._create_survey(care_is_anonymous=True)
        for day, numbers in (("2026-01-01", (0, 0)), ("2026-02-01", (100, 100, 100, 100))):
            for number in numbers:
                self._score("csat", number, day, survey_id=anonymous.id)
        year = self.index.copy({"period": "year", "date_start": "2026-01-01"})
        year.action_activate()

        def get_facts():
            year.value_ids.unlink()
            year._compute_last_periods()
            line = year.value_ids.filtered(lambda value: value.level == "total").line_ids
            return [(part.raw, part.count) for part in line if part.is_known and part.provider == "csat"]

        self.assertEqual(get_facts(), [(100, 4)])
        self._score("csat", 40, "2026-03-01", survey_id=anonymous.id)
        self.assertEqual(get_facts(), [(round(440 / 7, 2), 7)], "with those of another month they are enough")

    def test_closed_loop(self):
        """Of the follow-ups that are over one was closed in time; one that still has time does not count."""
        self.index.write(
            {
                "indicator_ids": [
                    Command.clear(),
                    Command.create(
                        {"provider": "closed_loop", "weight": 100, "min_count": 1, "worst_value": 0}
                    ),
                ]
            }
        )
        loops = self.env["customer.survey.loop"]
        vals = {"kind": "low", "partner_id": self.big.id, "company_id": self.company.id}
        for number, more in enumerate(
            (
                {
                    "state": "closed",
                    "closed_datetime": "2026-03-03 08:00:00",
                    "date_deadline": "2026-03-03 09:00:00",
                },
                {
                    "state": "closed",
                    "closed_datetime": "2026-03-03 10:00:00",
                    "date_deadline": "2026-03-03 09:00:00",
                },
                {"state": "open", "date_deadline": "2026-03-04 09:00:00"},
                {"state": "open", "date_deadline": "2026-03-14 09:00:00"},
            )
        ):
            loops.create({**vals, **more, "open_datetime": f"2026-03-02 08:00:0{number}"})
        self._compute()
        line = self._get(3).line_ids
        self.assertEqual((round(line.raw, 2), line.count), (33.33, 3))

    def test_only_chosen_questions(self):
        """An indicator may look at some surveys or questions alone, and at current scores of its company."""
        other = self.env["res.company"].create({"name": "Other"})
        self.index.indicator_ids[0].question_ids = self.csat
        self._score("csat", 40, "2026-01-05", self.big, question_id=self.csat.id)
        self._score("csat", 90, "2026-01-05", self.big, question_id=self.ces.id)
        self._score("csat", 90, "2026-01-05", self.big, question_id=self.csat.id, company_id=other.id)
        self._compute()
        self.assertEqual(self._get(1).value, 40)

    def test_weights_must_sum(self):
        """An index comes into force with indicators whose weights sum to 100, and keeps them."""
        csat, nps = self.index.indicator_ids
        nps.weight = 30
        with self.assertRaisesRegex(ValidationError, "sum to 90"):
            self.index.action_activate()
        nps.weight = 40
        self.index.action_activate()
        admin = self.users["admin"]
        for call in (
            lambda: csat.with_user(admin).write({"weight": 50}),
            lambda: csat.with_user(admin).unlink(),
            lambda: self.index.with_user(admin).write({"indicator_ids": [Command.delete(nps.id)]}),
            lambda: nps.with_user(admin).copy(),
        ):
            with self.subTest(call=call), self.assertRaises(UserError):
                call()
        with self.assertRaises(AccessError):
            self.index.copy().with_user(admin).write({"state": "active"})
        self.assertEqual(self.index.copy().state, "draft")

    def test_bad_input(self):
        """Numbers outside of their range are refused in words."""
        csat = self.index.indicator_ids[0]
        for vals in ({"weight": 0}, {"weight": -1}, {"weight": 101}, {"min_count": 0}):
            with self.subTest(vals=vals), self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
                csat.write(vals)
                csat.flush_recordset()
            csat.invalidate_recordset()
        with self.assertRaises(ValidationError):
            csat.write({"worst_value": 5, "best_value": 5})
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.index.target = 101
            self.index.flush_recordset()

    def test_company_and_period_stay(self):
        """What figures stand under does not change below them."""
        self._score("csat", 80, "2026-01-05", self.big)
        self._compute()
        with self.assertRaises(UserError):
            self.index.with_user(self.users["admin"]).write({"period": "year"})
        self.index.with_user(self.users["admin"]).write({"name": "Renamed"})

    def test_roles(self):
        """Supervisors and auditors read, administrators set, nobody writes figures."""
        self._score("csat", 80, "2026-01-05", self.big)
        self._compute()
        value = self._get(1)
        for role in ("supervisor", "manager", "admin", "auditor"):
            with self.subTest(role=role):
                self.assertEqual(value.with_user(self.users[role]).value, 80)
                self.assertTrue(value.with_user(self.users[role]).summary)
                for call in (
                    lambda role=role: value.with_user(self.users[role]).write({"value": 100}),
                    lambda role=role: value.with_user(self.users[role]).unlink(),
                    lambda role=role: value.line_ids.with_user(self.users[role]).write({"points": 100}),
                ):
                    with self.assertRaises(AccessError):
                        call()
        for role in ("specialist", "employee", "portal", "public"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                value.with_user(self.users[role]).read(["value"])
        for role in ("supervisor", "manager", "auditor"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.index.with_user(self.users[role]).write({"target": 5})
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.index.with_user(self.users[role]).action_draft()
        with self.assertRaises(UserError):
            self.index.with_user(self.users["auditor"]).action_compute()
        self.index.with_user(self.users["manager"]).action_compute()

    def test_companies(self):
        """Nobody reads the figures of a company that is not his."""
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "index_stranger",
            groups="customer_care.group_care_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self._score("csat", 80, "2026-01-05", self.big)
        self._compute()
        for records in (self.index, self.index.indicator_ids, self._get(1), self._get(1).line_ids):
            with self.subTest(model=records._name):
                self.assertFalse(records.with_user(stranger).search([("id", "in", records.ids)]))

    def test_drill_down(self):
        """A figure opens what it was made of."""
        inside = self._score("csat", 80, "2026-01-05", self.big)
        self._score("csat", 80, "2026-01-05", self.small)
        self._score("csat", 80, "2026-02-05", self.big)
        self._compute()
        line = self._get(1, "segment", grade_id=self.grade_a).line_ids.filtered("count")
        action = line.with_user(self.users["supervisor"]).action_open_records()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), inside)

    def test_try_and_pages(self):
        """The form shows the running period without writing it, the trend and the workbook say the same."""
        self._score("csat", 80, "2026-01-05", self.big)
        self._score("csat", 85, "2026-02-05", self.big)
        self._score("csat", 90, "2026-03-05", self.big)
        index = self.index.with_user(self.users["supervisor"])
        self.assertIn("90.00", index.explanation_html)
        self.assertFalse(index.value_ids)
        self.assertIn("second period", index.trend_html)
        self._compute()
        index.invalidate_recordset()
        self.assertIn("<svg", index.trend_html)
        self.assertEqual(index.last_value, 90)
        self.users["supervisor"].group_ids += self.env.ref("base.group_allow_export")
        _name, stream = index._get_xlsx()
        with stream:
            book = openpyxl.load_workbook(io.BytesIO(stream.read()))
        self.assertEqual(
            [row[1].value for row in book.worksheets[0].iter_rows(min_row=4, max_row=6)], [80, 85, 90]
        )
        self.assertEqual(len(book.worksheets[0]._charts), 1)

    def test_statements_do_not_grow(self):
        """The number of statements depends on indicators and places, not on customers."""
        self.index.action_activate()
        span = self.index._get_open_spans()[0]

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.index._measure(span)
            return self.env.cr.sql_log_count - before

        count()  # what a first question keeps
        few = count()
        self._score("csat", 50, "2026-01-05", self.big)
        for number in range(30):
            self._score("csat", number, "2026-01-05", self._create_partner(f"P{number}"))
        self.assertEqual(count(), few)

    def test_job(self):
        """The job computes the indexes in force alone."""
        self._score("csat", 80, "2026-01-05", self.big)
        draft = self.index.copy()
        self.index.action_activate()
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda cron, *args, **kwargs: 1)
        self.env["customer.satisfaction.index"]._cron_compute()
        self.assertTrue(self.index.value_ids)
        self.assertFalse(draft.value_ids)
        self.assertEqual(self._get(1).computed_datetime, fields.Datetime.now())

    def test_shipped(self):
        """The index that comes along can be in force, with weights that sum to 100."""
        shipped = self.env.ref("customer_survey.customer_satisfaction_index_standard")
        self.assertFalse(shipped._get_problems())
