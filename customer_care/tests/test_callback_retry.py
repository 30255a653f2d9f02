import doctest
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..tools import callback as formulas
from .common import CareCommon


@tagged("post_install", "-at_install")
class TestCallbackRetry(CareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.care_calendar_id = cls._create_calendar()
        cls.env.company.write({"care_contact_from": 0, "care_contact_to": 0})
        cls.customer.tz = "UTC"
        cls.policy = cls.env["customer.callback.policy"].create({"name": "Test policy"})
        cls.rule = cls._create_rule(policy_id=cls.policy.id, max_attempts=9, retry_days=9)

    def _next(self, callback):
        return callback.search([("previous_id", "=", callback.id)])

    def test_formulas(self):
        """The examples of the formulas hold."""
        self.assertFalse(doctest.testmod(formulas).failed)

    @freeze_time("2026-03-06 10:00:00")  # a Friday morning
    def test_attempts_take_another_time_of_day_each(self):
        """The policy decides number, days and times of day; each attempt takes one that was not tried."""
        first = self._create_callback(rule_id=self.rule.id)
        first.action_no_answer()
        second = self._next(first)
        self.assertRecordValues(
            second, [{"time_slot": "midday", "date_planned": fields.Date.to_date("2026-03-09"), "attempt": 2}]
        )
        with freeze_time("2026-03-09 12:00:00"):
            second.action_no_answer()
        third = self._next(second)
        self.assertEqual(third.time_slot, "afternoon")
        third.action_no_answer()
        self.assertEqual((third.state, third.follow_up), ("missed", False))

    @freeze_time("2026-03-06 10:00:00")
    def test_attempts_keep_to_the_days_of_the_week(self):
        """An attempt waits for a weekday of the policy."""
        for day in ("monday", "tuesday", "wednesday", "friday", "saturday", "sunday"):
            self.policy[f"is_{day}"] = False
        callback = self._create_callback(rule_id=self.rule.id)
        callback.action_no_answer()
        self.assertEqual(self._next(callback).date_planned, fields.Date.to_date("2026-03-12"))
        with self.assertRaisesRegex(ValidationError, "day of the week"):
            self.policy.is_thursday = False

    def test_rule_without_policy_keeps_its_own_numbers(self):
        """The two numbers of rules made before there were policies still count; without a rule the company's policy."""
        rule = self._create_rule(max_attempts=1)
        callback = self._create_callback(rule_id=rule.id)
        callback.action_no_answer()
        self.assertEqual(callback.state, "missed")
        self.policy.max_attempts = 1
        self.env.company.care_callback_policy_id = self.policy
        callback = self._create_callback()
        callback.action_no_answer()
        self.assertEqual(callback.state, "missed")

    @freeze_time("2026-03-04 10:00:00")
    def test_wish_of_the_customer_moves_the_call_and_is_no_attempt(self):
        """The same callback comes at the moment the customer named, by the clock of the caller."""
        self.specialist.tz = "Asia/Shanghai"
        callback = self._create_callback(rule_id=self.rule.id)
        callback.action_start_call()
        wizard = self.env["customer.callback.close"].with_user(self.specialist)
        context = callback.action_call_later()["context"]
        wizard.with_context(**context).create({"moment": "2026-03-05 17:00:00"}).action_confirm()
        self.assertRecordValues(
            callback,
            [
                {
                    "state": "planned",
                    "attempt": 1,
                    "date_planned": fields.Date.to_date("2026-03-06"),
                    "call_user_id": False,
                }
            ],
        )
        self.assertEqual(callback.not_before_datetime, callback.preferred_datetime)
        self.assertEqual(self._get_kinds(self.customer)[-1], "callback_moved")
        callback.date_planned = "2026-03-10"
        self.assertFalse(callback.preferred_datetime)
        callback.action_busy()
        self.assertEqual(callback.preferred_datetime, fields.Datetime.now() + timedelta(minutes=30))
        for moment in ("2026-03-04 09:00:00", "2028-01-01 00:00:00", "soon", None, 5, ["x"], False):
            with self.subTest(moment=moment), self.assertRaisesRegex(UserError, "next twelve months"):
                callback.action_move(moment)

    def _give_up(self, action, **vals):
        self.policy.write({"max_attempts": 1, "final_action": action, **vals})
        callback = self._create_callback(rule_id=self.rule.id)
        return callback, callback.action_desk_no_answer()

    def test_letter_after_the_last_attempt(self):
        """After the last attempt the letter is previewed, printed in the customer's language, and noted once."""
        callback, action = self._give_up("letter")
        self.assertEqual(action["res_model"], "customer.callback.letter")
        wizard = self.env["customer.callback.letter"].with_user(self.specialist)
        letter = wizard.with_context(**action["context"]).create({})
        self.assertIn("Wind AG", letter.body)
        with self.assertRaisesRegex(UserError, "something else"):
            letter.action_send()
        self.assertEqual(letter.action_print()["report_name"], "customer_care.customer_callback_letter")
        self.assertTrue(callback.follow_up_datetime)
        with self.assertRaisesRegex(UserError, "No next step"):
            letter.action_print()
        self.assertEqual(self._get_kinds(self.customer)[-1], "callback_letter")
        log = self.env["customer.contact.log"].search(
            [("res_id", "=", callback.id), ("res_model", "=", callback._name)]
        )
        self.assertRecordValues(log, [{"kind": "mail", "is_counted": False}])
        html = self.env["ir.actions.report"]._render_qweb_html(
            "customer_care.customer_callback_letter", callback.ids
        )[0]
        self.assertIn("We tried to call you", html.decode())

    def test_mail_after_the_last_attempt_asks_the_gate(self):
        """The mail goes out once, and not to who must not be written to."""
        template = self.env.ref("customer_care.mail_template_callback_missed")
        _callback, action = self._give_up("mail", mail_template_id=template.id)
        wizard = self.env["customer.callback.letter"].with_user(self.specialist)
        mail = wizard.with_context(**action["context"]).create({})
        with self.assertRaisesRegex(UserError, "No e-mail address"):
            mail.action_send()
        self.customer.email = "wind@example.com"
        mail.action_send()
        sent = self.env["mail.mail"].sudo().search([("recipient_ids", "in", self.customer.ids)])
        self.assertEqual(len(sent), 1)
        self.assertIn("We tried to call you", sent.subject)
        with self.assertRaisesRegex(UserError, "No next step"):
            mail.action_send()
        self.assertEqual(self._get_kinds(self.customer)[-1], "callback_mail")
        with self.assertRaisesRegex(ValidationError, "mail template"):
            self.policy.mail_template_id = False

    def test_letter_of_a_foreign_callback_is_refused(self):
        """The preview shows nothing of a callback that one may not write."""
        callback, action = self._give_up("letter")
        wizard = self.env["customer.callback.letter"].with_user(self.other_specialist)
        with self.assertRaises(AccessError):
            letter = wizard.with_context(**action["context"]).create({})
            self.assertFalse(letter.body)
            letter.action_print()
        self.assertFalse(callback.follow_up_datetime)

    def test_team_leader_is_asked_after_the_last_attempt(self):
        """The leader of the team gets one message and notes when it is settled."""
        team = self._create_team(user_id=self.supervisor.id, member_ids=[Command.link(self.specialist.id)])
        with self._count_messages(self.supervisor) as messages:
            callback, action = self._give_up("supervisor")
        self.assertEqual(len(messages), 1)
        self.assertEqual((callback.team_id, callback.follow_up), (team, "supervisor"))
        self.assertNotEqual(action["res_model"], "customer.callback.letter")
        callback.with_user(self.supervisor).action_follow_up_done()
        with self.assertRaisesRegex(UserError, "No next step"):
            callback.with_user(self.supervisor).action_follow_up_done()

    def _count_messages(self, user):
        """Give the list of the messages that the program sends to the user inside the block."""
        test = self

        class Counter:
            def __enter__(self):
                self.before = (
                    test.env["mail.message"].sudo().search([("partner_ids", "in", user.partner_id.ids)])
                )
                self.found = []
                return self.found

            def __exit__(self, *_args):
                now = test.env["mail.message"].sudo().search([("partner_ids", "in", user.partner_id.ids)])
                self.found += list(now - self.before)

        return Counter()

    # Late callbacks

    def _run_cron(self):
        with patch.object(self.env.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 100.0):
            self.env["customer.callback"]._cron_remind_overdue()
        self.env.invalidate_all()

    def test_late_callbacks_are_reported_once_to_each(self):
        """One digest for the caller, some working days later one for the leader; never again."""
        self._create_team(user_id=self.supervisor.id, member_ids=[Command.link(self.specialist.id)])
        self.env.company.care_overdue_days = 2
        with freeze_time("2026-03-05 23:00:00"):
            late = self._create_callback(date_planned="2026-03-05") | self._create_callback(
                date_planned="2026-03-05"
            )
            windowed = self._create_callback(date_planned="2026-03-05")
            windowed.sudo().date_deadline = "2026-03-20"
        self.assertEqual(late.team_id.user_id, self.supervisor)
        for day, caller, leader in (
            ("2026-03-05", 0, 0),
            ("2026-03-06", 1, 0),
            ("2026-03-09", 0, 0),  # Friday is the first working day after
            ("2026-03-10", 0, 1),
            ("2026-03-18", 0, 0),
        ):
            with self.subTest(day=day), freeze_time(f"{day} 23:00:00"):
                with (
                    self._count_messages(self.specialist) as own,
                    self._count_messages(self.supervisor) as theirs,
                ):
                    self._run_cron()
                    self._run_cron()
                self.assertEqual((len(own), len(theirs)), (caller, leader))
        self.assertTrue(all(late.mapped("reminded_datetime")) and all(late.mapped("escalated_datetime")))
        self.assertFalse(windowed.reminded_datetime)

    def test_standstill_ends_in_one_message_for_each(self):
        """After weeks without the program each person gets one message, not one for each call."""
        self._create_team(user_id=self.supervisor.id, member_ids=[Command.link(self.specialist.id)])
        for day in range(1, 6):
            self._create_callback(date_planned=f"2026-03-0{day}", subject=f"Call {day}")
        with freeze_time("2026-04-20 23:00:00"):
            with (
                self._count_messages(self.specialist) as own,
                self._count_messages(self.supervisor) as theirs,
            ):
                self._run_cron()
        self.assertEqual((len(own), len(theirs)), (1, 1))
        self.assertIn("Call 5", own[0].body)

    def test_late_callback_of_who_has_left_goes_to_the_leader(self):
        """Nobody writes to who has left."""
        team = self._create_team(user_id=self.supervisor.id)
        callback = self._create_callback(self.manager, user_id=self.other_specialist.id, team_id=team.id)
        callback.date_planned = fields.Date.today() - timedelta(days=1)
        self.other_specialist.active = False
        with self._count_messages(self.supervisor) as messages:
            self._run_cron()
        self.assertEqual(len(messages), 1)

    def test_late_callback_held_by_another_worker_is_left_to_it(self):
        """What another worker reports at this moment is reported by it alone."""
        callback = self._create_callback(date_planned="2026-03-01")
        with patch.object(type(callback), "try_lock_for_update", lambda records, **kw: records.browse()):
            with self._count_messages(self.specialist) as messages:
                self._run_cron()
        self.assertFalse(messages or callback.reminded_datetime)

    # Result

    def test_first_try_and_confirmed_are_kept_apart(self):
        """First try follows from the call; confirmed is what the customer said."""
        callback = self._create_callback(problem_solved="yes", note="Fine")
        callback.action_reached()
        self.assertRecordValues(callback, [{"is_first_try": True, "is_confirmed": False}])
        callback.action_reopen()
        callback.is_confirmed = True
        callback.action_reached()
        self.assertRecordValues(callback, [{"is_first_try": False, "is_confirmed": True, "reopen_count": 1}])
        retried = self._create_callback(rule_id=self.rule.id)
        retried.action_no_answer()
        second = self._next(retried)
        second.action_done("reached", problem_solved="yes", satisfaction=9)
        self.assertFalse(second.is_first_try)
        with self.assertRaisesRegex(UserError, "only confirm"):
            self._create_callback(is_confirmed=True)

    def test_figures_leave_out_what_was_not_measured(self):
        """Reach rate, attempts until reached and minutes count the calls that say something."""
        first = self._create_callback(rule_id=self.rule.id)
        first.action_no_answer()
        self._next(first).action_done("reached", note="Fine")
        self._create_callback(note="x", duration_minutes=6).action_reached()
        self._create_callback().action_cancel("x")
        self._create_callback()
        specs = ["reach_percent:avg", "reached_attempt:avg", "duration_minutes:avg"]
        rows = self.env["customer.callback"]._read_group([("partner_id", "=", self.customer.id)], [], specs)
        self.assertEqual([round(float(value), 1) for value in rows[0]], [66.7, 1.5, 6.0])

    def test_do_not_call_cancels_what_is_coming(self):
        """Who wants no calls any more gets none: what is planned later is cancelled."""
        later = self._create_callback(date_planned=fields.Date.today() + timedelta(days=9))
        callback = self._create_callback()
        context = callback.with_context(default_is_do_not_call=True).action_refuse()["context"]
        self.env["customer.callback.close"].with_user(self.specialist).with_context(**context).create(
            {}
        ).action_confirm()
        self.assertEqual((callback.outcome, later.state), ("refused", "cancelled"))
