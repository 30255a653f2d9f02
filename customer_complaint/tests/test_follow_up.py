from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .test_figures import FiguresCommon


@tagged("post_install", "-at_install")
class TestFollowUp(FiguresCommon):
    """Calls after a complaint was resolved or closed, and what their answers lead to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Rule = cls.env["customer.callback.rule"]
        Rule.search([("trigger", "in", ("complaint_resolved", "complaint_closed"))]).active = False
        cls.rule = Rule.create(
            {"name": "T", "trigger": "complaint_resolved", "company_id": False, "script": "Solved?"}
        )

    def _calls(self, complaints, rule=None):
        return self.env["customer.callback"].search(
            [
                ("res_model", "=", "customer.complaint"),
                ("res_id", "in", complaints.ids),
                ("rule_id", "=", (rule or self.rule).id),
            ]
        )

    def _answer(self, complaint, solved, satisfaction=9):
        call = self._calls(complaint).filtered(lambda call: call.state == "planned")
        call.action_done("reached", satisfaction=satisfaction, problem_solved=solved)

    def test_severity_kind_and_major_choose(self):
        """A rule plans for the complaints its conditions name, and says so in words."""
        minor, serious, major, grievance = (
            self._create_complaint(severity="minor"),
            self._create_complaint(severity="serious"),
            self._create_complaint(severity="major"),
            self._create_complaint(kind="grievance", severity="serious"),
        )
        major.sudo()._write_dates({"is_major": True})
        wanted = {
            (): minor + serious + major + grievance,
            (("complaint_severity_from", "serious"),): serious + major + grievance,
            (("complaint_severity_to", "general"),): minor,
            (("complaint_severity_from", "serious"), ("complaint_severity_to", "serious")): serious
            + grievance,
            (("complaint_kind", "complaint"),): minor + serious + major,
            (("complaint_kind", "grievance"),): grievance,
            (("complaint_major", "only"),): major,
            (("complaint_major", "without"),): minor + serious + grievance,
        }
        complaints = minor + serious + major + grievance
        for conditions, expected in wanted.items():
            with self.subTest(conditions=conditions):
                rule = self.rule.copy(dict(conditions))
                self.assertEqual(complaints.sudo().filtered(rule._is_for), expected)
        self._move(complaints, self.stage_resolved)
        self.assertEqual(len(self._calls(complaints)), 4)
        rule.write({"complaint_severity_from": "serious", "complaint_kind": "grievance"})
        self.assertIn("Severity Serious or above. Grievance.", rule.sentence)

    def test_conditions_that_exclude_each_other_are_refused(self):
        """No rule waits for what cannot be."""
        with self.assertRaisesRegex(ValidationError, "No complaint would fit"):
            self.rule.write({"complaint_severity_from": "major", "complaint_severity_to": "minor"})

    def test_conditions_do_not_touch_other_triggers(self):
        """A rule that is not about complaints ignores what was set before its trigger was changed."""
        self.rule.write({"complaint_kind": "grievance", "trigger": "manual"})
        self.assertTrue(self.rule._is_for(self._create_complaint()))
        self.assertNotIn("Grievance", self.rule.sentence)

    def test_closing_has_calls_of_its_own(self):
        """Once for each closing, N working days later."""
        rule = self.rule.copy({"trigger": "complaint_closed", "delay_days": 5})
        with self._at(2):
            complaint = self._create_complaint()
            self._move(complaint, self.stage_resolved)
            self.assertFalse(self._calls(complaint, rule))
            self._move(complaint, self.stage_closed)
            self.env["customer.callback.rule"]._plan("complaint_closed", complaint, cause="0")
        self.assertEqual(len(self._calls(complaint, rule)), 1)
        self.assertEqual(self._calls(complaint, rule).date_planned.day, 9)

    def test_nobody_is_called_who_had_no_problem(self):
        """Praise and inquiries are followed up by no call, neither when resolved nor when closed."""
        self.rule.copy({"trigger": "complaint_closed"})
        praise = self._create_complaint(kind="praise")
        self._move(praise, self.stage_resolved, self.stage_closed)
        self.assertFalse(
            self.env["customer.callback"].search(
                [("res_model", "=", praise._name), ("res_id", "=", praise.id)]
            )
        )

    def test_reopening_takes_the_calls_back(self):
        """Nobody asks whether it is solved while it is worked on; the next resolution plans anew."""
        complaint, other = self._create_complaint(), self._create_complaint()
        manual = self.env["customer.callback"].create(
            {
                "partner_id": self.customer.id,
                "subject": "By hand",
                "user_id": self.handler.id,
                "res_model": complaint._name,
                "res_id": complaint.id,
            }
        )
        self._move(complaint + other, self.stage_resolved)
        complaint._reopen("Leaks again")
        self.assertEqual(self._calls(complaint).state, "cancelled")
        self.assertEqual((self._calls(other).state, manual.state), ("planned", "planned"))
        self._move(complaint, self.stage_resolved)
        self.assertEqual(sorted(self._calls(complaint).mapped("state")), ["cancelled", "planned"])

    def test_long_afterwards_a_new_complaint_continues(self):
        """What the staff could not reopen any more, a call does not reopen either."""
        self.env.company.care_reopen_staff_days = 10
        with self._at(2):
            complaint = self._create_complaint()
            self._move(complaint, self.stage_resolved)
        with self._at(20):
            self._answer(complaint, "no")
        self.assertEqual((complaint.phase, complaint.reopen_count), ("resolved", 0))
        following = self.env["customer.complaint"].search([("previous_id", "=", complaint.id)])
        self.assertRecordValues(following, [{"phase": "open", "partner_id": self.customer.id}])

    def test_confirmed_at_first_try(self):
        """The first answer counts, and a reopening takes the confirmation away; silence is neither."""
        with self._at(2):
            yes, no, later, silent, reopened = (self._create_complaint() for _number in range(5))
            self._move(yes + no + later + silent + reopened, self.stage_resolved)
            self._answer(yes, "yes")
            self._answer(no, "no")
            self._move(no, self.stage_resolved)
            self._answer(no, "yes")
            self._answer(later, "yes")
            later._reopen("Again")
            reopened._reopen("Never called")
            self._answer(silent, "unknown")
        cases = yes + no + later + silent + reopened
        self.assertEqual([case.first_confirmation for case in cases], ["yes", "no", "yes", False, False])
        tile = self._tiles()["confirmed"]
        self.assertEqual((tile["note"], tile["value"]), ("1 / 3", "33.3 %"))
        self.assertEqual(self._count_open("confirmed"), 3)
        rows = dict(
            self._report()._read_group([("complaint_id", "in", cases.ids)], ["first_try"], ["__count"])
        )
        self.assertEqual(rows, {"yes": 1, "no": 2, False: 2})
        [(percent,)] = self._report()._read_group(
            [("complaint_id", "in", cases.ids)], [], ["confirmed_percent:avg"]
        )
        self.assertAlmostEqual(percent, 100 / 3)

    def test_confirmation_is_not_forged(self):
        """Nobody notes it by hand, neither later nor with a new complaint."""
        complaint = self._create_complaint(user_id=self.handler.id)
        for user in (self.handler, self.manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                complaint.with_user(user).write({"first_confirmation": "yes"})
        new = (
            self.env["customer.complaint"]
            .with_user(self.handler)
            .with_context(default_first_confirmation="yes")
            .create(self._prepare_complaint())
        )
        self.assertFalse(new.sudo().first_confirmation)

    def test_known_calls_are_taken_over(self):
        """A database that is upgraded knows what customers have said in their first call."""
        complaint = self._create_complaint()
        self._move(complaint, self.stage_resolved)
        self._answer(complaint, "no")
        self._move(complaint, self.stage_resolved)
        self._answer(complaint, "yes")
        complaint.sudo()._write_dates({"first_confirmation": False})
        complaint.flush_recordset()
        self.env.cr.execute(complaint._get_known_confirmations())
        complaint.invalidate_recordset()
        self.assertEqual(complaint.first_confirmation, "no")

    def test_shipped_rules(self):
        """A new database calls after serious complaints sooner, and once more weeks after their closing."""
        serious, lasting, usual = (
            self.env.ref(f"customer_complaint.customer_callback_rule_complaint_{name}")
            for name in ("serious", "lasting", "resolved")
        )
        self.assertEqual((serious.trigger, lasting.trigger), ("complaint_resolved", "complaint_closed"))
        self.assertEqual((serious.complaint_severity_from, lasting.complaint_severity_from), ("serious",) * 2)
        self.assertLess(serious.delay_days, usual.delay_days)
