from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestMajor(ComplaintCommon):
    """Major complaints: rules, the mark by hand, alarms."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.manager_id = cls.manager
        cls.Rule = cls.env["customer.complaint.major.rule"]

    def _create_rule(self, **vals):
        return self.Rule.create({"name": "Rule T", "sequence": 1, **vals})

    def _alarm(self):
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=1):
            self.env["customer.complaint"]._cron_alarm()

    def test_rules_judge_new_complaints(self):
        """Each condition alone and all together; below the limit nothing happens."""
        grade = self.env["customer.grade"].search([], limit=1)
        self.customer.care_grade_id = grade
        cases = [
            ({"severity": "serious"}, {"severity": "major"}, {"severity": "general"}),
            ({"amount_from": 1000}, {"claimed_amount": 1000}, {"claimed_amount": 999.99}),
            ({"is_safety": True}, {"is_safety": True}, {"is_media": True}),
            ({"is_media": True, "is_legal": True}, {"is_media": True, "is_legal": True}, {"is_media": True}),
            ({"grade_ids": [Command.link(grade.id)]}, {}, {"partner_id": False}),
        ]
        for conditions, fitting, other in cases:
            with self.subTest(conditions=conditions):
                rule = self._create_rule(**conditions)
                major, minor = self.env["customer.complaint"].create(
                    [self._prepare_complaint(**fitting), self._prepare_complaint(**other)]
                )
                self.assertRecordValues(
                    major + minor,
                    [
                        {"is_major": True, "major_rule_id": rule.id, "alarm_state": "due"},
                        {"is_major": False, "major_rule_id": False, "alarm_state": False},
                    ],
                )
                self.assertTrue(major.major_datetime)
                rule.active = False

    def test_other_currencies_and_companies(self):
        """Amounts are converted; the rule of another company does not count."""
        currency = self.env["res.currency"].create(
            {"name": "TST", "symbol": "T", "rate_ids": [Command.create({"rate": 10, "name": "2020-01-01"})]}
        )
        rule = self._create_rule(amount_from=100)
        self.assertFalse(self._create_complaint(claimed_amount=900, claimed_currency_id=currency.id).is_major)
        self.assertTrue(self._create_complaint(claimed_amount=1100, claimed_currency_id=currency.id).is_major)
        rule.company_id = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(self._create_complaint(claimed_amount=1000).is_major)

    def test_rules_judge_changes_of_open_ones(self):
        """A change that fits makes it major; a change back does not make it minor."""
        self._create_rule(severity="major")
        complaint, closed = self._create_complaint(), self._create_complaint()
        self._move(closed, self.stage_closed)
        (complaint + closed).write({"severity": "major"})
        self.assertEqual((complaint + closed).mapped("is_major"), [True, False])
        complaint.severity = "minor"
        self.assertTrue(complaint.is_major)

    def test_repeats_count(self):
        """The number of repeats is asked by the job that finds them."""
        self._create_rule(repeats_from=2)
        category = self.env["customer.complaint.category"].create({"name": "Leak"})
        done = self._create_complaint(category_id=category.id) + self._create_complaint(
            category_id=category.id
        )
        self._move(done, self.stage_closed)
        complaint = self._create_complaint(category_id=category.id)
        self.assertFalse(complaint.is_major)
        complaint._link_repeats()
        self.assertTrue(complaint.is_major)

    def test_bad_rules_are_refused(self):
        """A rule has a condition and somebody to tell; numbers lie in their range."""
        for vals in (
            {},
            {"severity": "major", "tells_leader": False, "tells_manager": False},
            {"severity": "major", "user_ids": [Command.link(self.portal.id)]},
        ):
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                self._create_rule(**vals)
        rule = self._create_rule(severity="major", user_ids=[Command.link(self.handler.id)])
        self.assertIn("Major", rule.sentence)
        self.assertIn(self.handler.name, rule.sentence)
        for role in (self.handler, self.supervisor, self.auditor):
            with self.subTest(role=role.login), self.assertRaises(AccessError):
                rule.with_user(role).write({"sequence": 5})
        rule.with_user(self.manager).write({"sequence": 5})

    def test_mark_by_hand_needs_a_reason(self):
        """The field itself is refused; the button asks; only the service manager takes it back."""
        complaint = self._create_complaint(user_id=self.handler.id)
        mine = complaint.with_user(self.handler)
        with self.assertRaisesRegex(UserError, "Declare Major"):
            mine.write({"is_major": True})
        for name in ("released_datetime", "major_reason", "alarm_state", "released_by_id"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                mine.write({name: False})
            with self.subTest(create=name), self.assertRaises(AccessError):
                complaint.with_user(self.handler).create(self._prepare_complaint(**{name: False}))
        forged = (
            self.env["customer.complaint"]
            .with_user(self.handler)
            .with_context(default_released_datetime="2026-01-01 00:00:00")
            .create(self._prepare_complaint())
        )
        self.assertFalse(forged.released_datetime)
        self.assertEqual(mine.action_declare_major(" ")["res_model"], "customer.complaint.declare")
        wizard = (
            self.env["customer.complaint.declare"]
            .with_user(self.handler)
            .create({"complaint_ids": [Command.set(complaint.ids)], "reason": "The mayor called"})
        )
        wizard.action_confirm()
        self.assertEqual((complaint.is_major, complaint.major_reason), (True, "The mayor called"))
        for user in (self.handler, self.supervisor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                complaint.with_user(user).action_undeclare_major("No")
            with self.subTest(write=user.login), self.assertRaises(UserError):
                complaint.with_user(user).write({"is_major": False})
        with self.assertRaises(AccessError):
            complaint.with_user(self.auditor).action_declare_major("No")
        self._alarm()
        complaint.with_user(self.manager).action_undeclare_major("A mistake")
        self.assertFalse(complaint.is_major or complaint.alarm_state)
        self.assertEqual(set(complaint.alarm_ids.mapped("state")), {"settled"})

    def test_alarm_tells_once_and_is_acknowledged_by_each(self):
        """Leader and manager are told once; the alarm stays open until both have acknowledged."""
        complaint = self._create_complaint(is_major=True)
        with self._at(2, 10):
            self._alarm()
            self._alarm()
        alarms = complaint.alarm_ids
        self.assertEqual(alarms.user_id, self.supervisor | self.manager)
        self.assertEqual(len(alarms), 2)
        self.assertEqual({alarm.ack_deadline.hour for alarm in alarms}, {12})
        self.assertEqual(complaint.activity_ids.user_id, self.supervisor | self.manager)
        with self.assertRaises(UserError):
            complaint.with_user(self.handler).action_acknowledge_alarm()
        complaint.with_user(self.supervisor).action_acknowledge_alarm()
        self.assertEqual(complaint.alarm_state, "open")
        self.assertEqual(complaint.activity_ids.user_id, self.manager)
        complaint.activity_ids.with_user(self.manager).action_feedback()
        self.assertEqual(complaint.alarm_state, "acknowledged")
        with self.assertRaises(UserError):
            complaint.with_user(self.manager).action_acknowledge_alarm()

    def test_overdue_alarm_goes_up_once(self):
        """Past its time the next role is told, once; what is done is not passed on."""
        rule = self._create_rule(severity="major", tells_manager=False)
        with self._at(2, 10):
            complaint = self._create_complaint(severity="major")
            self._alarm()
        self.assertEqual(complaint.major_rule_id, rule)
        self.assertEqual(complaint.alarm_ids.user_id, self.supervisor)
        with self._at(2, 11):
            self._alarm()
            self.assertEqual(len(complaint.alarm_ids), 1)
        with self._at(2, 13):
            self._alarm()
            self._alarm()
        self.assertEqual(complaint.alarm_ids.user_id, self.supervisor | self.manager)
        self.assertEqual(complaint.alarm_ids.filtered("is_next").user_id, self.manager)
        self.assertEqual(complaint.alarm_ids.filtered(lambda a: a.state == "passed").user_id, self.supervisor)
        self._move(complaint, self.stage_cancelled)
        with self._at(3, 13):
            self._alarm()
        self.assertEqual(len(complaint.alarm_ids), 2)

    def test_alarms_are_written_by_the_program_alone(self):
        """Nobody forges, changes or deletes an alarm; strangers do not see it."""
        complaint = self._create_complaint(is_major=True, user_id=self.handler.id)
        self._alarm()
        for user in (self.handler, self.manager, self.auditor):
            alarm = complaint.alarm_ids[0].with_user(user)
            alarm.read(["state"])
            for act in (
                lambda alarm=alarm: alarm.write({"state": "acknowledged"}),
                lambda alarm=alarm: alarm.unlink(),
                lambda alarm=alarm: alarm.copy(),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    act()
        with self.assertRaises(AccessError):
            complaint.alarm_ids[0].with_user(self.other_handler).read(["state"])

    def test_nobody_there_falls_to_the_administrators(self):
        """A team without leader and manager: the alarm still reaches somebody who may read the complaint."""
        team = self._create_team()
        complaint = self._create_complaint(is_major=True, team_id=team.id)
        self._alarm()
        self.assertTrue(complaint.alarm_ids)
