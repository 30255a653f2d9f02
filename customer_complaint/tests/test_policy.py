from datetime import datetime
from unittest.mock import patch

from odoo import Command
from odoo.addons.customer_care.tools.insert import insert
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestPolicy(ComplaintCommon):
    """Which policy applies and why, and the matrix in which all limits are written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.regulator = cls.env["customer.complaint.source"].create({"name": "Hotline", "is_regulator": True})
        cls.platform = cls.env["customer.complaint.source"].create({"name": "Platform"})
        cls.grade = cls.env["customer.grade"].search([], limit=1)

    def test_each_condition_decides(self):
        """Each condition lets in what it names and keeps out the rest, at creation and after a change."""
        other = self._create_team()
        cases = [
            ({"source_ids": self.platform.ids}, {"source_id": self.platform.id}, {"source_id": False}),
            ({"is_regulator": True}, {"source_id": self.regulator.id}, {"source_id": self.platform.id}),
            ({"kind": "suggestion"}, {"kind": "suggestion"}, {"kind": "complaint"}),
            ({"channel": "mail"}, {"channel": "mail"}, {"channel": "phone"}),
            ({"urgency": "high"}, {"urgency": "high"}, {"urgency": "normal"}),
            ({"severity": "major"}, {"severity": "major"}, {"severity": "minor"}),
            ({"team_ids": other.ids}, {"team_id": other.id}, {"team_id": self.team.id}),
        ]
        for condition, inside, outside in cases:
            with self.subTest(condition=condition):
                policy = self._create_policy(response=(4, "working_hours"), **condition)
                complaint = self._create_complaint(**inside)
                self.assertEqual(complaint.policy_id, policy)
                self.assertEqual(self._create_complaint(**outside).policy_id, self.policy)
                complaint.write(outside)
                self.assertEqual(complaint.policy_id, self.policy)
                self.assertEqual(self._clock(complaint, "response").limit, 24)
                complaint.write(inside)
                self.assertEqual(complaint.policy_id, policy)
                policy.unlink()

    def test_grade_of_the_customer_decides(self):
        """The grade counts when the complaint gets its customer and when the grade is approved later."""
        policy = self._create_policy(response=(4, "working_hours"), grade_ids=self.grade.ids)
        complaint = self._create_complaint()
        self.assertEqual(complaint.policy_id, self.policy)
        key = self.env["res.partner"].create({"name": "Key"})
        key.sudo()._fields["care_grade_id"].write(key.sudo(), self.grade.id)
        complaint.partner_id = key
        self.assertEqual(complaint.policy_id, policy)
        complaint.partner_id = self.customer
        self.assertEqual(complaint.policy_id, self.policy)
        vals = {"kind": "manual", "company_id": self.env.company.id, "user_id": self.manager.id}
        proposal = self.env["customer.grading.proposal"].sudo().create(vals)
        insert(
            self.env["customer.grading.result"],
            [
                {
                    "partner_id": self.customer.id,
                    "grade_id": self.grade.id,
                    "proposal_id": proposal.id,
                    "date": "2026-03-02",
                    "state": "proposed",
                }
            ],
        )
        proposal._apply()
        self.assertEqual(complaint.policy_id, policy)

    def test_source_becomes_a_regulator(self):
        """Open complaints of a source follow when it is marked as a regulator."""
        policy = self._create_policy(response=(4, "working_hours"), is_regulator=True)
        complaint = self._create_complaint(source_id=self.platform.id)
        self.platform.is_regulator = True
        self.assertEqual(complaint.policy_id, policy)

    def test_two_companies(self):
        """A policy of one company holds for its complaints alone."""
        other = self.env["res.company"].create({"name": "Other"})
        policy = self._create_policy(response=(4, "working_hours"), company_id=other.id)
        here = self._create_complaint()
        there = self._create_complaint(company_id=other.id, team_id=self._create_team(company_id=other.id).id)
        self.assertEqual((here + there).mapped("policy_id"), self.policy + policy)

    def test_unused_fields_cost_nothing(self):
        """A change at which no policy looks does not ask the time limits anew."""
        complaint = self._create_complaint()
        self.env.flush_all()
        with self.assertQueryCount(0):
            complaint._after_write({"urgency": "high", "partner_id": 1, "source_id": 1})

    def test_names_do_not_recompute(self):
        """A renamed, and an archived new policy change no time limit, nor ask for them."""
        with self.assertNoRefresh():
            self.policy.write({"name": "Other", "note": "Because"})
            self._create_policy(response=(1, "working_hours"), active=False)
        with self.assertRaises(AssertionError), self.assertNoRefresh():
            self._create_policy(response=(1, "working_hours"))

    def assertNoRefresh(self):
        """Fail when the open time limits are asked for inside."""

        def refuse(*_args):
            raise AssertionError("asked for time limits")

        return patch.object(type(self.env["customer.complaint"]), "_request_clock_refresh", refuse)

    def test_why_this_policy(self):
        """The form names the conditions that hold, and of policies that come before those that do not."""
        self._create_policy(name="For regulators", is_regulator=True, severity="major", sequence=1)
        self._create_policy(name="For serious", severity="serious", sequence=2, response=(4, "working_hours"))
        text = self._create_complaint(severity="serious").clock_explanation
        self.assertIn("“For serious” applies: Severity is Serious", text)
        self.assertIn("“For regulators” comes before but does not apply", text)
        self.assertIn("Severity is Serious, not Major", text)
        self.assertIn("Source is -, not a regulator", text)
        text = self._create_complaint(severity="minor").clock_explanation
        self.assertIn("holds for all complaints", text)
        self.env["customer.complaint.policy"].search([]).active = False
        self.assertIn("No time limit policy fits", self._create_complaint().clock_explanation)

    # The matrix

    def test_matrix_shows_and_writes(self):
        """A cell shows its limit, takes one as people write it, and is emptied to have none."""
        self.assertEqual(
            (self.policy.limit_response, self.policy.limit_resolution, self.policy.limit_task),
            ("24 working hours", "10 working days", False),
        )
        with self._at(2):
            complaint = self._create_complaint()
            policy = self.policy.with_user(self.manager)
            policy.write({"limit_response": "4h", "limit_resolution": "", "limit_solution": "3 WD"})
        self.assertEqual(self._clock(complaint, "response").deadline, datetime(2026, 3, 2, 13))
        self.assertEqual(set(complaint.clock_ids.mapped("target")), {"response", "solution"})
        self.assertEqual(policy.limit_solution, "3 working days")

    def test_matrix_reads_what_people_write(self):
        """Short, long, Chinese and what the cell itself shows is understood."""
        for text, expected in (
            ("24h", (24, "working_hours")),
            ("1,5 h", (1.5, "working_hours")),
            ("24 小时", (24, "working_hours")),
            ("10 wd", (10, "working_days")),
            ("10 Working-Days", (10, "working_days")),
            ("1 working day", (1, "working_days")),
            ("7个工作日", (7, "working_days")),
            ("60 d", (60, "calendar_days")),
            ("60天", (60, "calendar_days")),
            ("  ", None),
        ):
            with self.subTest(text=text):
                self.assertEqual(self.policy._read_limit(text), expected)
        for language in ("en_US", "zh_CN"):
            policy = self.policy.with_context(lang=language)
            for line in policy.line_ids:
                shown = policy[f"limit_{line.target}"]
                self.assertEqual(policy._read_limit(shown), (line.limit, line.unit), shown)

    def test_matrix_refuses_what_is_no_limit(self):
        """Anything else is refused in words that say how limits are written."""
        for text in ("24", "h", "soon", "-4 h", "0 h", "4 h 5", "1e9 h", "1.5 wd", "99999 h", "4 weeks"):
            with self.subTest(text=text), self.assertRaises(ValidationError):
                self.policy.limit_response = text
                self.policy.flush_recordset()

    def test_new_row_in_the_matrix(self):
        """A policy is made with its limits in one row."""
        policy = self.env["customer.complaint.policy"].create(
            {"name": "New", "limit_update": "2 wd", "limit_task": "8 h"}
        )
        self.assertRecordValues(
            policy.line_ids.sorted("target"),
            [
                {"target": "task", "limit": 8, "unit": "working_hours"},
                {"target": "update", "limit": 2, "unit": "working_days"},
            ],
        )

    def test_examples_are_switched_off(self):
        """The policies that come as examples change nothing before somebody switches them on."""
        examples = self.env["customer.complaint.policy"]
        for name in ("regulator", "serious", "suggestion"):
            examples += self.env.ref(f"customer_complaint.customer_complaint_policy_{name}")
        self.assertEqual(set(examples.mapped("active")), {False})
        examples[0].action_unarchive()
        complaint = self._create_complaint(source_id=self.regulator.id)
        self.assertEqual(self._clock(complaint).limit, 45)


@tagged("post_install", "-at_install")
class TestStageEffect(ComplaintCommon):
    """A stage does something else to a single time limit."""

    def test_effect_of_one_target(self):
        """While resolution pauses, the solution goes on where the stage says so."""
        self.policy.line_ids = [Command.create({"target": "solution", "limit": 16, "unit": "working_hours"})]
        self.stage_waiting.effect_ids = [Command.create({"target": "solution", "effect": "run"})]
        with self._at(2):
            complaint = self._create_complaint()
            self._move(complaint, self.stage_waiting)
        self.assertEqual(self._clock(complaint).state, "paused")
        self.assertEqual(self._clock(complaint, "solution").state, "running")
        self.assertEqual(self._clock(complaint, "solution").deadline, datetime(2026, 3, 3, 17))
        self.assertEqual(complaint.next_target, "solution")

    def test_response_can_pause_or_stop(self):
        """The response, which usually goes on, can be told to pause, and be reached by a stage."""
        self.stage_waiting.effect_ids = [Command.create({"target": "response", "effect": "pause"})]
        self.stage_accepted.effect_ids = [Command.create({"target": "response", "effect": "stop"})]
        with self._at(2):
            complaint = self._create_complaint()
            self._move(complaint, self.stage_waiting)
            self.assertEqual(self._clock(complaint, "response").state, "paused")
        with self._at(3):
            self._move(complaint, self.stage_accepted)
        self.assertEqual(self._clock(complaint, "response").state, "met")

    def test_history_keeps_its_meaning(self):
        """What a stage did when it was entered stays, whatever is changed in the stage later."""
        with self._at(2):
            before, after = self._create_complaint(), self._create_complaint()
            self._move(before, self.stage_waiting)
        self.stage_waiting.effect_ids = [Command.create({"target": "resolution", "effect": "run"})]
        with self._at(2):
            self._move(after, self.stage_waiting)
            (before + after)._refresh_clocks()
        self.assertEqual([self._clock(c).state for c in before + after], ["paused", "running"])
        self.stage_waiting.effect_ids.unlink()
        with self._at(3):
            (before + after)._refresh_clocks()
        self.assertEqual([self._clock(c).state for c in before + after], ["paused", "running"])
