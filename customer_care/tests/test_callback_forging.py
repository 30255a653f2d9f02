from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import CareCommon


@tagged("post_install", "-at_install")
class TestCallbackForging(CareCommon):
    def test_own_default_sets_no_result(self):
        """The defaults that users keep for themselves decide nothing that only buttons may set."""
        Default = self.env["ir.default"].with_user(self.specialist)
        for name, value in (("state", "done"), ("outcome", "reached"), ("key", "forged"), ("attempt", 9)):
            Default.set("customer.callback", name, value, user_id=True)
        callback = self._create_callback()
        self.assertRecordValues(
            callback, [{"state": "planned", "outcome": False, "key": False, "attempt": 1, "res_id": False}]
        )

    def test_context_default_sets_no_result(self):
        """The client's context decides nothing that only buttons may set, neither now nor at the retry."""
        callback = self._create_callback()
        callback.with_context(default_state="done", default_outcome="reached").action_no_answer()
        retry = self.env["customer.callback"].search([("previous_id", "=", callback.id)])
        self.assertRecordValues(retry, [{"state": "planned", "outcome": False, "attempt": 2}])

    def test_customer_who_wants_no_calls_is_not_put_in_later(self):
        """A planned callback cannot be turned to a customer who must not be called."""
        callback = self._create_callback()
        silent = self._create_customer("Silent", care_do_not_call=True)
        with self.assertRaisesRegex(UserError, "Silent cannot be called"):
            callback.partner_id = silent
        callback.partner_id = self.contact

    def test_customer_company_follows_the_contact(self):
        """Whose callback it is follows from the contact and cannot be written."""
        callback = self._create_callback()
        with self.assertRaises(AccessError):
            callback.commercial_partner_id = self._create_customer()

    def test_what_follows_from_other_fields_is_not_written(self):
        """Figures, answers and noted needs come from the call, not from a client."""
        callback = self._create_callback()
        for name, value in (
            ("is_first_try", True),
            ("reached_attempt", 1),
            ("reach_percent", 100),
            ("not_before_datetime", "2026-01-01 00:00:00"),
            ("answer_ids", [Command.create({})]),
            ("need_ids", [Command.create({"name": "x", "partner_id": self.customer.id})]),
        ):
            with self.subTest(name=name):
                with self.assertRaises(AccessError):
                    callback.write({name: value})
                with self.assertRaises(AccessError):
                    self._create_callback(**{name: value})

    def test_answers_of_the_wrong_kind_are_refused(self):
        """Whatever another program sends as result, the answer is a sentence."""
        callback = self._create_callback()
        for values in (
            {},
            {"outcome": None},
            {"outcome": ["reached"]},
            {"outcome": {"a": 1}},
            {"outcome": "reached", "satisfaction": "abc"},
            {"outcome": "reached", "satisfaction": [5]},
            {"outcome": "reached", "satisfaction": True},
            {"outcome": "reached", "satisfaction": 11},
            {"outcome": "reached", "satisfaction": 5, "problem_solved": "perhaps"},
            {"outcome": "reached", "satisfaction": 5, "problem_solved": ["yes"]},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                callback.action_done(**values)
        for reason in (True, 5, ["x"], {"a": 1}):
            callback = self._create_callback()
            with self.subTest(reason=reason):
                callback.action_cancel(reason)
                self.assertRecordValues(callback, [{"state": "cancelled", "cancel_reason": str(reason)}])


@tagged("post_install", "-at_install")
class TestLimits(CareCommon):
    @mute_logger("odoo.sql_db")
    def test_rule_days_have_an_end(self):
        """A rule that reaches beyond the calendar would stop whatever plans callbacks."""
        for name in ("delay_days", "retry_days"):
            for days in (-1, 3651, 2**31 - 1):
                with self.subTest(name=name, days=days), self.assertRaises(IntegrityError):
                    self._create_rule(**{name: days})
            self._create_rule(**{name: 3650})

    def test_team_in_rules_is_archived_not_deleted(self):
        """Deleting a team that rules name says what to do instead."""
        team = self._create_team(name="After sales", member_ids=[Command.link(self.specialist.id)])
        self._create_rule(team_id=team.id, active=False)
        with self.assertRaisesRegex(UserError, "After sales"):
            team.unlink()
        team.active = False
