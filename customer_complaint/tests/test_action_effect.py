import doctest
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..tools import recurrence
from .test_action import ActionCommon

REMEDY = datetime(2026, 3, 10)


@tagged("post_install", "-at_install")
class TestActionEffect(ActionCommon):
    """What comes back is counted from the day after the remedy, here the 10th of March, for 30 days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint.received_datetime = datetime(2026, 3, 5)
        cls.action.write({"watch_days": 30, "is_automatic": True})

    def _done(self, **vals):
        with self._at(10):
            return self._finish(**vals)

    def _check(self, day=20, month=3, action=None):
        with self._at(day, month=month):
            (action or self.action)._check_recurrence()

    def _counts(self):
        return self.action.before_count, self.action.after_count

    def test_doctests(self):
        """The examples of the arithmetic hold."""
        self.assertFalse(doctest.testmod(recurrence).failed)

    def test_borders(self):
        """The first and the last moment of both sides count, those beside them do not."""
        self._done()
        tick = timedelta(seconds=1)
        begin, end = REMEDY - timedelta(days=30), REMEDY
        after, until = REMEDY + timedelta(days=1), REMEDY + timedelta(days=31)
        with self._at(30, month=4):
            for moment, before, came_back in (
                (begin - tick, 0, 0),
                (begin, 1, 0),
                (end - tick, 1, 0),
                (end, 0, 0),
                (after - tick, 0, 0),
                (after, 0, 1),
                (until - tick, 0, 1),
                (until, 0, 0),
            ):
                with self.subTest(moment=moment):
                    complaint = self._receive(moment)
                    self.action._check_recurrence()
                    self.assertEqual(self._counts(), (1 + before, came_back))
                    complaint.active = False

    def test_borders_in_the_zone_of_the_company(self):
        """The days are those of the company."""
        self.env.company.partner_id.tz = "Asia/Shanghai"
        self._done()
        for hour, count in ((15, 0), (16, 1)):
            self._receive(datetime(2026, 3, 10, hour))
            self._check()
            self.assertEqual(self.action.after_count, count)

    def _call(self, answer, moment, complaint=None, state="done"):
        callback = self.env["customer.callback"].create(
            {"partner_id": self.customer.id, "subject": "Dry?", "user_id": self.handler.id}
        )
        callback.sudo().write(
            {
                "res_model": "customer.complaint",
                "res_id": (complaint or self.complaint).id,
                "problem_solved": answer,
                "state": state,
                "done_datetime": moment,
            }
        )
        return callback

    def test_answers_of_callbacks(self):
        """Answers about its complaints count from the day of the remedy on, in its own attempt."""
        early = datetime(2026, 3, 9, 23, 59, 59)
        counted = self._call("yes", REMEDY) | self._call("no", REMEDY + timedelta(days=40))
        self._call("yes", early)
        self._call("unknown", REMEDY)
        self._call("no", REMEDY, state="planned")
        self._call("no", REMEDY, self._receive(datetime(2026, 3, 15)))
        self.assertEqual((self.action.solved_count, self.action.unsolved_count), (0, 0))
        self._done()
        self.assertEqual((self.action.solved_count, self.action.unsolved_count), (1, 1))
        domain = self.action.with_user(self.manager).action_view_answers()["domain"]
        self.assertEqual(self.env["customer.callback"].search(domain), counted)
        self.env.company.partner_id.tz = "Asia/Shanghai"
        self.action.invalidate_recordset()
        self.assertEqual(self.action.solved_count, 2)
        self.action.action_reopen()
        self.action.invalidate_recordset()
        self.assertEqual(self.action.unsolved_count, 0)
        with self.assertRaises(AccessError):
            self.action.with_user(self.employee).action_view_answers()

    def test_happened_before_the_remedy(self):
        """What happened before the remedy and was told later did not come back."""
        self._done()
        self._receive(datetime(2026, 3, 15), happened_datetime=datetime(2026, 3, 9))
        self._check()
        self.assertEqual(self._counts(), (2, 0))

    def test_flagged_and_told_once(self):
        """One that came back marks the action, notes the complaint, and tells the owner; the job twice does it once."""
        self._done()
        again = self._receive(datetime(2026, 3, 15))
        for day in (20, 20, 21):
            with self._at(day):
                self._run("_cron_check_recurrence")
        self.assertRecordValues(
            self.action,
            [
                {
                    "state": "not_effective",
                    "before_count": 1,
                    "after_count": 1,
                    "is_failing": True,
                    "told_round": 1,
                }
            ],
        )
        self.assertEqual(self.action.recurrence_ids.complaint_id, again)
        self.assertRecordValues(self._todos(), [{"user_id": self.handler.id}])
        messages = self.env["mail.message"].search(
            [("model", "=", "customer.complaint.action"), ("res_id", "=", self.action.id)]
        )
        told = messages.filtered(
            lambda one: self.handler.partner_id in one.partner_ids and "came back" in one.body
        )
        self.assertEqual(len(told), 1)
        self.assertIn("1 since 2026-03-10, 1 in as many", told.body)

    def test_killed_in_the_middle(self):
        """What was noted and not told is not kept: the next run does all of it."""
        self._done()
        self._receive(datetime(2026, 3, 15))
        action = type(self.action)
        with (
            self._at(20),
            patch.object(action, "_tell_failed", side_effect=KeyboardInterrupt),
            self.assertRaises(KeyboardInterrupt),
            self.env.cr.savepoint(),
        ):
            self.action._check_recurrence()
        self.env.invalidate_all()
        self.assertRecordValues(self.action, [{"state": "done", "after_count": 0, "told_round": 0}])
        self.assertFalse(self.action.recurrence_ids)
        self._check(21)
        self.assertRecordValues(self.action, [{"state": "not_effective", "after_count": 1, "told_round": 1}])

    def test_next_attempt(self):
        """Taken up again it is watched anew, and the owner is told anew."""
        self._done()
        self._receive(datetime(2026, 3, 15))
        self._check()
        with self._at(20):
            self.action.action_reopen()
            self.assertFalse(self.action.after_count)
            self.action.action_done()
        self._receive(datetime(2026, 3, 25))
        self._check(26)
        self.assertRecordValues(self.action, [{"state": "not_effective", "told_round": 2, "after_count": 1}])
        self.assertEqual(self.action.recurrence_ids.mapped("round"), [2, 1])

    def test_proposed(self):
        """Where a person is to decide, the state stays and the checker gets a to-do."""
        self._done(is_automatic=False)
        self._receive(datetime(2026, 3, 15))
        self._check()
        self.assertRecordValues(self.action, [{"state": "done", "is_failing": True}])
        self.assertRecordValues(self._todos(), [{"user_id": self.supervisor.id}])

    def test_limit(self):
        """As many as are allowed are no failure."""
        self._done(recurrence_limit=2)
        self._receive(datetime(2026, 3, 15))
        self._check()
        self.assertEqual((self.action.state, self.action.is_failing), ("done", False))
        self._receive(datetime(2026, 3, 16))
        self._check()
        self.assertEqual(self.action.state, "not_effective")

    def test_compared_with_before(self):
        """Half as many as before is enough fewer; one more is not."""
        for day in (6, 7, 8):
            self._receive(datetime(2026, 3, day))
        self._done(measure="before", reduction_percent=50)
        for day, state in ((11, "done"), (12, "done"), (13, "not_effective")):
            self._receive(datetime(2026, 3, day))
            self._check()
            self.assertEqual(self.action.state, state, day)
        self.assertEqual(self._counts(), (4, 3))

    def test_rates_of_an_open_span(self):
        """The rate after is reckoned by the days that have passed, and none is made of no day."""
        self._done(recurrence_limit=100)
        self._check(10)
        self.assertEqual((self.action.after_rate, self.action.before_rate), (0, 1))
        self._receive(datetime(2026, 3, 12))
        self._check(21)
        self.assertEqual(self.action.after_rate, 3)
        self.assertIn("3.0", self.action.effect_chart)

    def test_what_agrees(self):
        """Customer, product, cause and category agree, all of them or one, with what is below them."""
        category = self.env["customer.complaint.category"].create({"name": "C"})
        below = self.env["customer.complaint.category"].create({"name": "D", "parent_id": category.id})
        self.complaint.write({"product_ref": " Pump ", "category_id": category.id})
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        contact = self.env["res.partner"].create({"name": "Contact", "parent_id": self.customer.id})
        moment = datetime(2026, 3, 15)
        none = {"cause_id": False, "partner_id": stranger.id}
        rows = {
            "customer": self._receive(moment, **{**none, "partner_id": contact.id}),
            "product": self._receive(moment, **none, product_ref="PUMP"),
            "cause": self._receive(moment, **{**none, "cause_id": self.cause.id}),
            "category": self._receive(moment, **none, category_id=below.id),
            "further": self._receive(moment, **none, cause_ids=[Command.link(self.cause.id)]),
            "nothing": self._receive(moment, **none),
        }
        self._done(recurrence_limit=100)
        for names, match, expected in (
            (["customer"], "all", {"customer"}),
            (["product"], "all", {"product"}),
            (["cause"], "all", {"cause", "further"}),
            (["category"], "all", {"category"}),
            (["cause", "product"], "all", set()),
            (["cause", "product"], "any", {"cause", "further", "product"}),
        ):
            with self.subTest(names=names, match=match):
                flags = {
                    f"same_{what}": what in names for what in ("customer", "product", "cause", "category")
                }
                self.action.write({**flags, "match": match})
                self._check()
                found = self.action.recurrence_ids.complaint_id
                self.assertEqual({name for name, one in rows.items() if one in found}, expected)

    def test_nothing_to_compare(self):
        """An action that says nothing of what is to agree finds nothing, rather than everything."""
        action = self._create_action(cause_id=False, complaint_ids=False, watch_days=30)
        with self._at(10):
            self._finish(action)
        self._receive(datetime(2026, 3, 15))
        self._check(action=action)
        self.assertEqual((action.before_count, action.after_count, action.state), (0, 0, "done"))

    def test_cause_renamed_moved_archived(self):
        """A cause is the same whatever it is called and wherever it hangs."""
        self._done(recurrence_limit=100)
        below = self.env["customer.complaint.cause"].create({"name": "Below"})
        self._receive(datetime(2026, 3, 15), cause_id=below.id)
        self._check()
        self.assertFalse(self.action.after_count)
        below.write({"parent_id": self.cause.id, "name": "Other", "active": False})
        self.cause.active = False
        self._check()
        self.assertEqual(self.action.after_count, 1)

    def test_not_counted(self):
        """Cancelled, merged, archived complaints, praise and other companies do not come back; anonymised do."""
        self._done(recurrence_limit=100)
        moment = datetime(2026, 3, 15)
        company = self.env["res.company"].create({"name": "Two"})
        self._receive(moment, kind="praise")
        self._receive(moment, active=False)
        self._receive(moment, stage_id=self.stage_cancelled.id)
        self._receive(moment, merged_into_id=self.complaint.id)
        self._receive(moment, company_id=company.id, team_id=False, partner_id=False)
        self._check()
        self.assertFalse(self.action.after_count)
        erased = self._receive(moment, partner_id=False, email_from=False)
        self._check()
        self.assertEqual(self.action.recurrence_ids.complaint_id, erased)
        erased.stage_id = self.stage_cancelled
        self._check()
        self.assertFalse(self.action.recurrence_ids)

    def test_many_actions(self):
        """Many actions are counted in one statement."""
        actions = self.action.union(*(self._create_action(watch_days=30) for _time in range(20)))
        self._receive(datetime(2026, 3, 15))
        with self._at(10):
            for action in actions:
                self._finish(action, recurrence_limit=100)
        execute, codes = type(self.env).execute_query, []

        def count(env, query):
            codes.append(query.code)
            return execute(env, query)

        with self._at(20), patch.object(type(self.env), "execute_query", count):
            actions._count_recurrences()
        self.assertEqual(sum("FROM customer_complaint complaint" in code for code in codes), 1)
        self._check(action=actions)
        self.assertEqual(set(actions.mapped("after_count")), {1})

    def test_recurrences_are_the_programs(self):
        """Nobody writes what came back, and sees what he may see of it."""
        self._done()
        self._receive(datetime(2026, 3, 15), is_confidential=True)
        self._check()
        row = self.action.recurrence_ids
        for user in (self.handler, self.manager):
            for call in (
                lambda one: one.unlink(),
                lambda one: one.write({"round": 5}),
                lambda one: one.create(
                    {"action_id": self.action.id, "complaint_id": self.complaint.id, "round": 1}
                ),
            ):
                with self.assertRaises(AccessError):
                    call(row.with_user(user))
        self.assertFalse(row.with_user(self.handler).has_access("read"))

    def test_check_now_needs_rights(self):
        """Counting on demand is for who may write the action."""
        self._done()
        with self.assertRaises(AccessError):
            self.action.with_user(self.other_handler).action_check_recurrence()
        self.action.with_user(self.handler).action_check_recurrence()
        self.assertTrue(self.action.checked_datetime)
