from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.tests import tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestFlow(ComplaintCommon):
    def test_phases_set_and_take_back_dates(self):
        """Resolving and closing set their dates, reopening takes both back and is counted."""
        with self._at(2):
            complaint = self._create_complaint()
        with self._at(3):
            self._move(complaint, self.stage_resolved)
            self.assertEqual(complaint.resolved_datetime.day, 3)
            self.assertFalse(complaint.closed_datetime)
        with self._at(4):
            self._move(complaint, self.stage_closed)
            self.assertEqual((complaint.resolved_datetime.day, complaint.closed_datetime.day), (3, 4))
        with self._at(5):
            complaint.action_reopen("Leaks again")
        self.assertFalse(complaint.resolved_datetime)
        self.assertFalse(complaint.closed_datetime)
        self.assertEqual(complaint.reopen_count, 1)
        self.assertEqual(complaint.stage_id, self.stage_received)
        self.assertEqual(
            complaint.stage_history_ids.sorted("id").mapped("phase"), ["open", "resolved", "closed", "open"]
        )
        self.assertIn("Leaks again", "".join(str(body) for body in complaint.message_ids.mapped("body")))

    def test_closing_at_once_sets_both_dates_and_back_to_resolved_clears_one(self):
        """Closed without having been resolved counts as resolved then."""
        complaint = self._create_complaint()
        self._move(complaint, self.stage_closed)
        self.assertTrue(complaint.resolved_datetime and complaint.closed_datetime)
        self._move(complaint, self.stage_resolved)
        self.assertFalse(complaint.closed_datetime)
        self.assertEqual(complaint.reopen_count, 0)

    def test_reopening_needs_a_reason(self):
        """A drag back out of a done stage is refused, the button asks for the reason."""
        complaint = self._create_complaint(user_id=self.handler.id)
        self._move(complaint, self.stage_cancelled)
        as_handler = complaint.with_user(self.handler)
        with self.assertRaisesRegex(UserError, "Reopen"):
            as_handler.write({"stage_id": self.stage_accepted.id})
        action = as_handler.action_reopen()
        self.assertEqual(action["res_model"], "customer.complaint.reopen")
        self.assertEqual(as_handler.action_reopen("  ")["res_model"], "customer.complaint.reopen")
        wizard = (
            self.env["customer.complaint.reopen"]
            .with_user(self.handler)
            .create({"complaint_ids": [Command.set(complaint.ids)], "reason": "New facts"})
        )
        wizard.action_confirm()
        self.assertEqual(complaint.reopen_count, 1)
        with self.assertRaisesRegex(UserError, "Only resolved"):
            as_handler.action_reopen("Again")

    def test_reopening_needs_the_right_to_write(self):
        """Who may not write a complaint cannot reopen it either, by button or by wizard."""
        complaint = self._create_complaint(user_id=self.handler.id)
        self._move(complaint, self.stage_resolved)
        for user in (self.other_handler, self.auditor, self.director, self.employee, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                complaint.with_user(user).action_reopen("Mine")
            with self.subTest(responded=user.login), self.assertRaises(AccessError):
                complaint.with_user(user).action_mark_responded()

    def test_mass_change_moves_only_what_differs(self):
        """A mass change appends history for those that move, and moves each with its own consequences."""
        complaints = self._create_complaint() + self._create_complaint() + self._create_complaint()
        self._move(complaints[0], self.stage_accepted)
        complaints.write({"stage_id": self.stage_accepted.id})
        self.assertEqual([len(complaint.stage_history_ids) for complaint in complaints], [2, 2, 2])
        self._move(complaints[0], self.stage_resolved)
        complaints.write({"stage_id": self.stage_closed.id})
        self.assertTrue(all(complaints.mapped("closed_datetime")))
        complaints.action_reopen("All")
        self.assertEqual(complaints.mapped("reopen_count"), [1, 1, 1])
        self._move(complaints[0], self.stage_closed)
        complaints[0].action_reopen("Again")
        complaints.write({"stage_id": self.stage_closed.id})
        complaints.action_reopen("All")
        self.assertEqual(complaints.mapped("reopen_count"), [3, 2, 2])

    def test_mass_change_is_logged_for_each(self):
        """The batch log says for each complaint what core would have said."""
        complaints = self._create_complaint() + self._create_complaint()
        self.env.flush_all()
        self.env.cr.flush()
        complaints.with_user(self.manager).write({"stage_id": self.stage_accepted.id, "severity": "major"})
        self.env.flush_all()
        self.env.cr.flush()
        for complaint in complaints:
            values = complaint.message_ids[0].sudo().tracking_value_ids
            self.assertEqual(complaint.message_ids[0].author_id, self.manager.partner_id)
            self.assertEqual(
                {(value.field_id.name, value.new_value_char) for value in values},
                {("stage_id", "Accepted"), ("severity", "Major")},
            )

    def test_entry_is_refused_while_compensations_are_open(self):
        """One message names all that is missing, over RPC, in a mass change and for the superuser."""
        first, second = self._create_complaint(user_id=self.handler.id), self._create_complaint()
        self._create_compensation(first, 10)
        pending = self._create_compensation(second, 5000)
        pending.with_user(self.supervisor).action_request_approval()
        for complaints in (first, first + second, (first + second).sudo()):
            with self.assertRaises(UserError) as caught:
                complaints.write({"stage_id": self.stage_resolved.id})
            for complaint in complaints:
                self.assertIn(complaint.number, str(caught.exception))
        with self.assertRaisesRegex(UserError, "not decided"):
            first.with_user(self.handler).write({"stage_id": self.stage_closed.id})
        self.assertEqual((first + second).stage_id, self.stage_received)
        self.assertFalse(any((first + second).mapped("resolved_datetime")))

    def test_closing_needs_approved_compensations_executed(self):
        """An approved compensation may be executed after the resolution, not after the closing."""
        complaint = self._create_complaint()
        compensation = self._create_compensation(complaint, 10)
        compensation.action_request_approval()
        self.assertEqual(compensation.approval_state, "approved")
        self._move(complaint, self.stage_resolved)
        with self.assertRaisesRegex(UserError, "not executed"):
            self._move(complaint, self.stage_closed)
        compensation.action_execute()
        self._move(complaint, self.stage_closed)
        self.assertEqual(complaint.stage_id, self.stage_closed)

    def test_withdrawn_complaint_needs_nothing(self):
        """A complaint can be withdrawn whatever was proposed."""
        complaint = self._create_complaint()
        self._create_compensation(complaint)
        self._move(complaint, self.stage_cancelled)
        self.assertTrue(complaint.closed_datetime)
        self.assertFalse(complaint.resolved_datetime)

    def test_created_in_a_done_stage_has_its_dates(self):
        """A complaint entered as closed, e.g. by an import, has its dates and no running time limit."""
        complaint = self._create_complaint(stage_id=self.stage_closed.id)
        self.assertTrue(complaint.closed_datetime and complaint.resolved_datetime)
        self.assertFalse(complaint.next_deadline)

    def test_history_is_append_only(self):
        """Nobody changes or deletes what happened, managers included."""
        history = self._create_complaint().stage_history_ids
        for user in (self.manager, self.handler, self.auditor):
            with self.assertRaises(AccessError):
                history.with_user(user).write({"phase": "closed"})
            with self.assertRaises(AccessError):
                history.with_user(user).unlink()
            with self.assertRaises(AccessError):
                history.with_user(user).create({"complaint_id": history.complaint_id.id})
        with self.assertRaises(AccessError):
            history.sudo().write({"phase": "closed"})

    def test_stage_of_another_team_is_refused(self):
        """A stage that belongs to other teams is not open to a complaint, by any way."""
        stage = self.env["customer.complaint.stage"].create(
            {"name": "Lab", "phase": "open", "team_ids": [Command.link(self._create_team().id)]}
        )
        complaint = self._create_complaint()
        with self.assertRaisesRegex(ValidationError, "Lab"):
            complaint.stage_id = stage

    def test_first_stage_is_the_teams_first_open_one(self):
        """Sequence and team decide where a complaint begins; waiting and archived stages do not."""
        Stage = self.env["customer.complaint.stage"]
        own = Stage.create(
            {"name": "Own", "phase": "open", "sequence": 1, "team_ids": [Command.link(self.team.id)]}
        )
        Stage.create({"name": "Wait", "phase": "waiting", "sequence": 0})
        Stage.create({"name": "Old", "phase": "open", "sequence": 0, "active": False})
        complaint = self._create_complaint()
        self.assertEqual(complaint.stage_id, own)
        self.assertEqual(self._create_complaint(team_id=self._create_team().id).stage_id, self.stage_received)
        self._move(complaint, self.stage_accepted)
        own.active = False
        self.assertEqual(self._create_complaint().stage_id, self.stage_received)

    def test_used_stage_is_archived_not_deleted(self):
        """The history keeps reading the stages it names."""
        complaint = self._create_complaint()
        with self.assertRaisesRegex(RedirectWarning, f"- {self.stage_received.name}: 1"):
            self.stage_received.unlink()
        self._move(complaint, self.stage_accepted)
        with self.assertRaisesRegex(UserError, "archived"):
            self.stage_received.unlink()

    def test_resolved_plans_one_callback_each_time(self):
        """A resolution plans a callback, once; after a reopening another."""
        complaint = self._create_complaint(user_id=self.handler.id)
        domain = [("res_model", "=", "customer.complaint"), ("res_id", "=", complaint.id)]
        Callback = self.env["customer.callback"]
        self._move(complaint, self.stage_resolved)
        self.assertEqual(Callback.search_count(domain), 1)
        self._move(complaint, self.stage_closed, self.stage_resolved)
        self.assertEqual(Callback.search_count(domain), 1)
        complaint.action_reopen("No")
        self._move(complaint, self.stage_resolved)
        callbacks = Callback.search(domain)
        self.assertEqual(len(callbacks), 2)
        self.assertEqual(callbacks.user_id, self.handler)
        self.assertEqual(callbacks.partner_id, self.customer)

    def _end_callback(self, complaint, outcome="reached", **vals):
        """Write the result of the complaint's callback as the program does, and tell the complaint."""
        callback = (
            self.env["customer.callback"]
            .sudo()
            .search([("res_model", "=", "customer.complaint"), ("res_id", "=", complaint.id)], limit=1)
        )
        callback.write({"state": "done", "outcome": outcome, **vals})
        complaint.sudo()._care_callback_done(callback)

    def test_dissatisfied_customer_reopens(self):
        """Not solved, or a satisfaction at or under the limit, reopens; anything else does not."""
        limit = self.env.company.care_low_satisfaction
        for expected, vals in (
            (1, {"problem_solved": "no", "satisfaction": 9}),
            (1, {"satisfaction": limit}),
            (1, {"problem_solved": "yes", "satisfaction": 1}),
            (0, {"satisfaction": limit + 1}),
            (0, {"problem_solved": "yes"}),
            (0, {"outcome": "refused", "problem_solved": "no"}),
        ):
            with self.subTest(vals=vals):
                complaint = self._create_complaint(user_id=self.handler.id)
                self._move(complaint, self.stage_resolved)
                self._end_callback(complaint, **vals)
                self.assertEqual(complaint.reopen_count, expected)

    def test_callback_on_open_complaint_changes_nothing(self):
        """A complaint that is already open again is not reopened twice."""
        complaint = self._create_complaint(user_id=self.handler.id)
        self._move(complaint, self.stage_resolved)
        complaint.action_reopen("By phone")
        self._end_callback(complaint, problem_solved="no")
        self.assertEqual(complaint.reopen_count, 1)

    def test_hooks_get_recordsets(self):
        """Hooks are called once for all complaints that come into a phase."""
        calls = []
        model = type(self.env["customer.complaint"])
        for name in ("_complaint_on_resolved", "_complaint_on_closed", "_complaint_on_reopened"):
            self.patch(model, name, lambda records, name=name: calls.append((name, len(records))))
        complaints = self._create_complaint() + self._create_complaint()
        complaints.write({"stage_id": self.stage_resolved.id})
        complaints.write({"stage_id": self.stage_closed.id})
        complaints.action_reopen("x")
        self.assertEqual(
            calls, [("_complaint_on_resolved", 2), ("_complaint_on_closed", 2), ("_complaint_on_reopened", 2)]
        )

    def test_deleting_is_for_administrators(self):
        """Complaints are archived; with an administrator's deletion all that belongs to it goes."""
        complaint = self._create_complaint()
        for user in (self.handler, self.supervisor, self.manager):
            with self.assertRaises(AccessError):
                complaint.with_user(user).unlink()
        complaint.with_user(self.manager).action_archive()
        self.assertFalse(complaint.active)
        admin = self._create_user("care_admin_t", "customer_care.group_care_admin")
        complaint.with_user(admin).unlink()
        self.assertFalse(complaint.exists())

    def test_last_open_stage_cannot_go(self):
        """No change of stages may leave a team, or complaints without team, without a stage to begin in."""
        Stage = self.env["customer.complaint.stage"]
        opens = Stage.search([("phase", "=", "open")])
        for vals in ({"active": False}, {"phase": "waiting"}, {"team_ids": [Command.set(self.team.ids)]}):
            with self.assertRaisesRegex(ValidationError, "No open stage"), self.cr.savepoint():
                opens.write(vals)
        mine = Stage.create({"name": "Only ours", "team_ids": [Command.set(self.team.ids)]})
        opens[1:].active = False
        with self.assertRaisesRegex(ValidationError, "without team"):
            opens[:1].unlink()
        self.assertEqual(Stage._get_first(self.team), opens[:1])
        mine.unlink()

    def test_only_employees_handle(self):
        """A customer cannot be made the handler, whoever asks."""
        complaint = self._create_complaint()
        with self.assertRaisesRegex(ValidationError, "Only employees"):
            complaint.with_user(self.manager).user_id = self.portal

    def test_reopening_gives_the_handler_a_to_do(self):
        """Who handles the complaint is told when somebody else reopens it, not when doing so himself."""
        complaints = self._create_complaint(user_id=self.handler.id) + self._create_complaint()
        self._move(complaints, self.stage_resolved)
        complaints.with_user(self.manager).action_reopen("Leaks again")
        activity = complaints.activity_ids
        self.assertEqual((activity.res_id, activity.user_id), (complaints[0].id, self.handler))
        self.assertIn("Leaks again", activity.summary)
        self._move(complaints, self.stage_resolved)
        complaints[0].with_user(self.handler).action_reopen("My mistake")
        self.assertEqual(complaints.activity_ids, activity)
