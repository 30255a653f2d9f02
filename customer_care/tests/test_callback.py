from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from ..models.customer_callback import GUARDED_FIELDS
from .common import CareCommon

# Values a forger might send.
FORGED = {
    "state": "done",
    "outcome": "reached",
    "key": "1:res.partner,1:",
    "attempt": 3,
    "previous_id": 1,
    "done_datetime": "2026-01-01 00:00:00",
    "done_by_id": 1,
    "cancel_reason": "x",
    "res_model": "res.partner",
    "res_id": 1,
    "reason": {"kind": "filter", "days": 0, "date": None},
    "date_deadline": "2026-01-01",
    "call_user_id": 1,
    "call_datetime": "2026-01-01 00:00:00",
    "skipped_datetime": "2026-01-01 00:00:00",
    "reopen_count": 0,
    "follow_up": "mail",
    "follow_up_datetime": "2026-01-01 00:00:00",
    "reminded_datetime": "2026-01-01 00:00:00",
    "escalated_datetime": "2026-01-01 00:00:00",
}


@tagged("post_install", "-at_install")
class TestCallback(CareCommon):
    def test_callback_guarded_field_is_refused(self):
        """What the buttons write, nobody writes by RPC: neither in write nor in create."""
        self.assertEqual(set(FORGED), set(GUARDED_FIELDS))
        callback = self._create_callback()
        for user in (self.specialist, self.manager, self.admin):
            for name, value in FORGED.items():
                with self.subTest(user=user.name, field=name):
                    with self.assertRaises(AccessError):
                        callback.with_user(user).write({name: value})
                    with self.assertRaises(AccessError):
                        self._create_callback(user, **{name: value})

    def test_callback_guarded_default_in_context_does_nothing(self):
        """Readonly fields can be set by default_* in the context; not these, nor in the next attempt."""
        defaults = {f"default_{name}": value for name, value in FORGED.items() if name != "previous_id"}
        model = self.env["customer.callback"].with_user(self.specialist).with_context(**defaults)
        callback = model.create({"partner_id": self.customer.id, "subject": "x"})
        callback.action_done("no_answer")
        following = self.env["customer.callback"].search([("previous_id", "=", callback.id)])
        self.assertRecordValues(
            callback | following,
            [
                {"state": "done", "outcome": "no_answer", "key": False, "attempt": 1, "res_model": False},
                {
                    "state": "planned",
                    "outcome": False,
                    "key": f"{callback.id}#2",
                    "attempt": 2,
                    "res_model": False,
                },
            ],
        )
        self.assertEqual(callback.done_by_id, self.specialist)

    def test_callback_form_plans_for_the_customer(self):
        """Planned by hand from the customer: caller, company and team fill themselves."""
        team = self._create_team(member_ids=[fields.Command.link(self.specialist.id)])
        rule = self._create_rule(name="Ask", delay_days=0, is_working_days=False)
        context = self.customer.with_user(self.specialist).action_care_plan_callback()["context"]
        form = Form(self.env["customer.callback"].with_user(self.specialist).with_context(**context))
        form.rule_id = rule
        callback = form.save()
        self.assertRecordValues(
            callback,
            [
                {
                    "partner_id": self.customer.id,
                    "subject": "Ask",
                    "user_id": self.specialist.id,
                    "team_id": team.id,
                }
            ],
        )
        self.assertEqual(self._get_kinds(self.customer), ["callback_planned"])
        self.assertEqual(callback.display_name, "Wind AG: Ask")

    def test_callback_reached_needs_a_result(self):
        """A call that reached somebody says how it was: satisfaction or a note."""
        callback = self._create_callback(note="  ")
        with self.assertRaisesRegex(UserError, "satisfaction or a note"):
            callback.action_reached()
        self.assertEqual(callback.state, "planned")
        callback.action_done("reached", satisfaction=9, problem_solved="yes")
        self.assertRecordValues(
            callback,
            [{"state": "done", "outcome": "reached", "satisfaction": 9, "done_by_id": self.specialist.id}],
        )
        self.assertTrue(callback.done_datetime)
        self.assertEqual(self._get_kinds(self.customer), ["callback_planned", "callback_done"])
        self.assertEqual(self.customer.care_event_ids.mapped("summary")[0], "Everything in order? · 9/10")

    def test_callback_satisfaction_out_of_range_is_refused(self):
        """The scale goes from 1 to 10."""
        for value in (-1, 11):
            with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
                self._create_callback(satisfaction=value)
            with self.assertRaisesRegex(UserError, "from 1 to 10"):
                self._create_callback().action_done("reached", satisfaction=value)

    def test_callback_unknown_outcome_is_refused(self):
        """The documented method takes the documented outcomes."""
        with self.assertRaisesRegex(UserError, "no outcome"):
            self._create_callback().action_done("whatever")

    def test_callback_average_leaves_out_unanswered(self):
        """A call without an answer is not a zero."""
        for value in (0, 8, 10):
            self._create_callback(satisfaction=value)
        groups = self.env["customer.callback"]._read_group(
            [("partner_id", "=", self.customer.id)], [], ["satisfaction:avg"]
        )
        self.assertEqual(groups, [(9.0,)])

    @freeze_time("2026-03-06 10:00:00")  # a Friday
    def test_callback_no_answer_plans_next_attempt_until_given_up(self):
        """Unanswered calls are tried again after working days, then given up."""
        self.company.care_calendar_id = self._create_calendar()
        rule = self._create_rule(max_attempts=2, retry_days=1)
        first = self._plan(self.customer)
        first.user_id = self.specialist
        first.with_user(self.specialist).action_no_answer()
        second = self.env["customer.callback"].search([("previous_id", "=", first.id)])
        self.assertRecordValues(
            first | second,
            [
                {"state": "done", "outcome": "no_answer", "attempt": 1, "rule_id": rule.id},
                {"state": "planned", "outcome": False, "attempt": 2, "rule_id": rule.id},
            ],
        )
        self.assertEqual(second.date_planned, fields.Date.to_date("2026-03-09"))
        self.assertEqual(
            (second.res_model, second.res_id, second.user_id.id),
            ("res.partner", first.res_id, first.user_id.id),
        )
        second.with_user(self.specialist).action_no_answer()
        self.assertEqual((second.state, second.outcome), ("missed", "no_answer"))
        self.assertFalse(self.env["customer.callback"].search([("previous_id", "=", second.id)]))
        self.assertEqual(
            self._get_kinds(self.customer),
            ["callback_planned", "callback_no_answer", "callback_planned", "callback_missed"],
        )

    def test_callback_chain_by_hand_has_three_attempts(self):
        """Without a rule, three attempts are made; each key is its own."""
        callback = chain = self._create_callback()
        for _attempt in range(3):
            callback.action_no_answer()
            callback = callback.search([("previous_id", "=", callback.id)])
            chain |= callback
        self.assertEqual(chain.mapped("state"), ["done", "done", "missed"])
        self.assertEqual(chain.mapped("attempt"), [1, 2, 3])

    def test_callback_no_next_attempt_after_do_not_call(self):
        """Who must not be called is not called again."""
        callback = self._create_callback()
        self.customer.care_do_not_call = True
        callback.action_no_answer()
        self.assertEqual(callback.state, "missed")

    def test_callback_document_hears_of_the_end_once(self):
        """The document is told about each end, but not about attempts that go on nor about cancelling."""
        self._create_rule(max_attempts=2)
        heard = []
        hook = lambda document, callback: heard.append((document, callback.state, callback.outcome))  # noqa: E731
        with patch.object(self.env.registry["res.partner"], "_care_callback_done", hook):
            callbacks = (
                self._plan(self.customer, "1")
                | self._plan(self.customer, "2")
                | self._plan(self.customer, "3")
            )
            callbacks.user_id = self.specialist
            first, second, third = callbacks.with_user(self.specialist)
            first.action_no_answer()
            self.assertFalse(heard)
            first.search([("previous_id", "=", first.id)]).action_no_answer()
            second.action_done("refused")
            third.action_cancel("done already")
            self._create_callback().action_done("reached", note="no document")
        partner = self.customer
        self.assertEqual(heard, [(partner, "missed", "no_answer"), (partner, "done", "refused")])

    def test_callback_finished_by_two_gives_a_clear_error(self):
        """The second of two users learns who was faster."""
        callback = self._create_callback(user_id=False)
        callback.with_user(self.other_specialist).action_done("wrong_number")
        with self.assertRaisesRegex(UserError, "already finished by Other Specialist"):
            callback.with_user(self.specialist).action_done("reached", satisfaction=8)
        with self.assertRaisesRegex(UserError, "already finished"):
            callback.with_user(self.specialist).action_cancel("late")
        self.assertEqual(callback.outcome, "wrong_number")

    def test_callback_held_by_another_transaction_gives_a_clear_error(self):
        """At the same moment, the second is asked to try again."""
        callback = self._create_callback()
        with patch.object(type(callback), "try_lock_for_update", lambda records, **kw: records.browse()):
            with self.assertRaisesRegex(UserError, "try again"):
                callback.action_done("reached", satisfaction=8)

    def test_callback_finished_is_locked(self):
        """What is finished belongs to the history: not changed, not deleted."""
        callback = self._create_callback()
        callback.action_done("reached", satisfaction=8)
        with self.assertRaisesRegex(UserError, "Reopen"):
            callback.write({"satisfaction": 10})
        with self.assertRaises(UserError):
            callback.with_user(self.manager).unlink()
        self._create_callback().with_user(self.manager).unlink()

    def test_callback_cancel_needs_a_reason(self):
        """Without a reason a dialog asks for it; the reason is kept."""
        callback = self._create_callback()
        action = callback.action_cancel()
        self.assertEqual((action["res_model"], callback.state), ("customer.callback.close", "planned"))
        wizard = (
            self.env["customer.callback.close"]
            .with_user(self.specialist)
            .with_context(**action["context"])
            .create({})
        )
        with self.assertRaises(UserError):
            wizard.action_confirm()
        wizard.reason = "Moved away"
        wizard.action_confirm()
        self.assertEqual((callback.state, callback.cancel_reason), ("cancelled", "Moved away"))
        self.assertEqual(self._get_kinds(self.customer)[-1], "callback_cancelled")

    def test_callback_refused_offers_do_not_call(self):
        """Who refuses may ask never to be called again; then nothing more is planned."""
        callback = self._create_callback()
        form = Form(
            self.env["customer.callback.close"]
            .with_user(self.specialist)
            .with_context(**callback.action_refuse()["context"])
        )
        form.is_do_not_call = True
        form.save().action_confirm()
        self.assertEqual((callback.state, callback.outcome), ("done", "refused"))
        self.assertTrue(self.customer.care_do_not_call)
        with self.assertRaisesRegex(UserError, "does not want calls"):
            self._create_callback(partner_id=self.contact.id)

    def test_callback_wizard_gives_no_rights(self):
        """The dialog acts with the rights of the user: no callback of others is closed through it."""
        callback = self._create_callback(self.manager, user_id=self.other_specialist.id)
        wizard = self.env["customer.callback.close"].with_user(self.specialist)
        with self.assertRaises(AccessError):
            wizard.create({"callback_ids": callback.ids, "mode": "refuse"}).action_confirm()
        with self.assertRaises(AccessError):
            callback.with_user(self.specialist).action_refuse()

    def test_callback_reopen_same_day_by_its_user(self):
        """A wrong click is taken back on the same day by who made it, later by a manager."""
        with freeze_time("2026-03-02 10:00:00"):
            callback = self._create_callback(user_id=False)
            callback.action_no_answer()
            self.assertEqual(len(callback.search([("previous_id", "=", callback.id)])), 1)
            with self.assertRaises(AccessError):
                callback.with_user(self.other_specialist).action_reopen()
            callback.action_reopen()
            self.assertRecordValues(callback, [{"state": "planned", "outcome": False, "done_by_id": False}])
            self.assertFalse(callback.search([("previous_id", "=", callback.id)]))
            with self.assertRaisesRegex(UserError, "not finished"):
                callback.action_reopen()
            callback.action_done("reached", note="Fine")
        callback.invalidate_recordset()
        with freeze_time("2026-03-03 10:00:00"):
            with self.assertRaises(AccessError):
                callback.action_reopen()
            callback.with_user(self.manager).action_reopen()
        self.assertEqual(callback.state, "planned")
        self.assertEqual(self._get_kinds(self.customer).count("callback_reopened"), 2)

    def test_callback_reopen_after_next_attempt_is_refused(self):
        """An attempt that was followed by another call stays as it is."""
        callback = self._create_callback()
        callback.action_no_answer()
        callback.search([("previous_id", "=", callback.id)]).action_done("reached", note="Fine")
        with self.assertRaisesRegex(UserError, "next attempt"):
            callback.action_reopen()

    def test_callback_many_are_finished_in_one_go(self):
        """The buttons of the list work on any number, none included."""
        callbacks = self._create_callback() | self._create_callback()
        callbacks.action_done("wrong_number")
        self.assertEqual(callbacks.mapped("state"), ["done", "done"])
        self.assertTrue(callbacks.browse().action_done("reached"))

    def test_callback_taken_over_by_assignment(self):
        """An unassigned callback becomes that of who takes it."""
        callback = self._create_callback(self.manager, user_id=False).with_user(self.specialist)
        callback.action_assign_to_me()
        self.assertEqual(callback.user_id, self.specialist)
        with self.assertRaises(AccessError):
            callback.with_user(self.other_specialist).action_assign_to_me()

    def test_callback_document_opens_with_rights_only(self):
        """The button to the origin checks the reader's right."""
        self._create_rule()
        callback = self._plan(self.customer)
        callback.user_id = self.specialist
        self.assertEqual(
            callback.with_user(self.specialist).action_open_document()["res_id"], self.customer.id
        )
        with self.assertRaises(UserError):
            self._create_callback().action_open_document()

    def test_callback_copy_starts_anew(self):
        """A copy is a new plan: no result, no key, no origin."""
        self._create_rule()
        callback = self._plan(self.customer)
        callback.action_done("reached", satisfaction=3)
        self.assertRecordValues(
            callback.copy(),
            [{"state": "planned", "outcome": False, "key": False, "satisfaction": 0, "res_model": False}],
        )

    @freeze_time("2026-03-04 10:00:00")
    def test_callback_overdue_is_planned_and_past(self):
        """Late is what is planned before today."""
        past, today = (
            self._create_callback(date_planned="2026-03-03"),
            self._create_callback(date_planned="2026-03-04"),
        )
        self.assertEqual((past | today).mapped("is_overdue"), [True, False])
        past.action_done("wrong_number")
        self.assertFalse(past.is_overdue)
