from datetime import datetime
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common_escalation import EscalationCommon

LEVELS = (
    {"amount": 50, "to_handler": False, "to_doer": True},
    {"amount": 100, "to_handler": True, "to_department": True},
    {"amount": 150, "to_handler": False, "to_leader": True},
)


class TaskEscalationCommon(EscalationCommon):
    """A rule for tasks alone, and a task for a department with a mailbox: ten working hours from Monday at 9."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule.for_task = True
        cls._set_levels(*LEVELS)
        cls.department = cls.env["customer.complaint.department"].create(
            {"name": "Quality", "email": "quality@company.example"}
        )

    def _hand_over(self, complaint=None, day=2, hour=9, **vals):
        """Return a task handed over then, due on Tuesday at 11."""
        with self._at(day, hour):
            task = self.env["customer.complaint.task"].create(
                {
                    "name": "Test the seal",
                    "complaint_id": (complaint or self._receive(2, 9)).id,
                    "department_id": self.department.id,
                    "deadline": datetime(2026, 3, 3, 11),
                    **vals,
                }
            )
            task.action_hand_over()
        return task

    def _logs(self, task):
        return self.env["customer.complaint.escalation.log"].search([("task_id", "=", task.id)], order="id")

    def _mails(self):
        return self.env["mail.mail"].search([("email_to", "=", "quality@company.example")])


@tagged("post_install", "-at_install")
class TestTaskEscalation(TaskEscalationCommon):
    def test_levels_follow_the_deadline(self):
        """Each level at its share of the working time between handing over and deadline, once."""
        task = self._hand_over()
        complaint = task.complaint_id
        self.assertEqual(complaint.next_escalation_datetime, datetime(2026, 3, 2, 14))
        for day, hour, minute, levels in (
            (2, 13, 59, []),
            (2, 14, 1, [1]),
            (2, 14, 9, [1]),
            (3, 11, 1, [1, 2]),
            (3, 16, 1, [1, 2, 3]),
            (9, 16, 1, [1, 2, 3]),
        ):
            with self._at(day, hour, minute), self.subTest(day=day, hour=hour, minute=minute):
                self._run_job()
                self.assertEqual(self._logs(task).mapped("level"), levels)
        self.assertEqual(set(self._logs(task).mapped("deadline")), {datetime(2026, 3, 3, 11)})
        self.assertFalse(complaint.next_escalation_datetime)

    def test_doer_without_login_gets_the_link(self):
        """Who cannot read the complaint gets the page of the task by mail, and nothing of the complaint."""
        task = self._hand_over()
        before = self._mails()
        with self._at(2, 14, 1):
            self._run_job()
        mail = self._mails() - before
        self.assertEqual(len(mail), 1)
        self.assertIn(task._get_url(), mail.body_html)
        for secret in ("Lin Wei", "The pump leaks", task.complaint_id.number):
            self.assertNotIn(secret, mail.body_html + mail.subject)
        log = self._logs(task)
        self.assertRecordValues(log, [{"is_doer_told": True, "is_to_tell": False, "user_ids": []}])
        self.assertIn("quality@company.example", log._get_text())
        self.assertNotIn(task.token, "".join(task.complaint_id.message_ids.mapped("body")))

    def test_doer_with_a_seat(self):
        """Who may read the complaint is told of it like all others; who may not, by the link."""
        for user, is_doer_told in ((self.handler, False), (self.employee, True), (self.other_handler, True)):
            task = self._hand_over(user_id=user.id)
            with self._at(2, 14, 1), self.subTest(user=user.login):
                self._run_job()
                log = self._logs(task)
                self.assertEqual(
                    (log.user_ids, log.is_doer_told),
                    (user - (user if is_doer_told else user.browse()), is_doer_told),
                )

    def test_department_and_its_leader(self):
        """The responsible of the department is told, else the handler in his place."""
        self._set_levels({"amount": 50, "to_handler": False, "to_department": True})
        task = self._hand_over()
        self.department.user_id = self.manager
        other = self._hand_over()
        with self._at(2, 14, 1):
            self._run_job()
        self.assertEqual(self._logs(task).user_ids, self.manager)
        self.assertEqual(self._logs(other).user_ids, self.manager)
        self.department.user_id = False
        with self._at(3, 9):
            third = self._hand_over(day=3, deadline=datetime(2026, 3, 3, 11))
        with self._at(3, 10, 30):
            self._run_job()
        self.assertEqual(self._logs(third).user_ids, self.handler)
        self.assertIn("nobody in the place of the department", self._logs(third).remark)

    def test_roles_of_tasks_in_a_rule_for_all(self):
        """What the complaint itself owes is not told to a department: the handler takes its place."""
        self.rule.for_resolution = True
        self._set_levels({"amount": 50, "to_handler": False, "to_doer": True})
        complaint = self._receive(2, 9)
        with self._at(2, 14, 1):
            self._run_job()
        self.assertEqual(complaint.escalation_ids.mapped("target"), ["resolution"])
        self.assertEqual(complaint.escalation_ids.user_ids, self.handler)
        self.assertFalse(complaint.escalation_ids.remark)

    def test_no_rule_for_tasks(self):
        """A rule for all time limits of the complaint leaves tasks alone, as before there were levels for them."""
        self.rule.for_task = False
        self._backdate()
        task = self._hand_over()
        with self._at(9, 9):
            self._run_job()
        self.assertFalse(self._logs(task))
        self.assertTrue(task.complaint_id.escalation_ids)

    def test_pausing_does_not_hold_tasks(self):
        """While the customer is waited for departments go on."""
        task = self._hand_over()
        with self._at(2, 10):
            self._move(task.complaint_id, self.stage_waiting)
        with self._at(2, 14, 1):
            self._run_job()
        self.assertEqual(self._logs(task).mapped("level"), [1])

    def test_ended_tasks(self):
        """Done, returned and cancelled tasks stop, and what was asked of people is taken back."""
        for method, args in (
            ("action_done", ("Found.",)),
            ("action_return", ("Not ours.",)),
            ("action_cancel", ()),
        ):
            complaint = self._receive(2, 9)
            task = self._hand_over(complaint)
            with self._at(3, 11, 1), self.subTest(method=method):
                self._run_job()
                self.assertTrue(self._activities(complaint))
                self.assertEqual(complaint.escalation_state, "open")
                getattr(task, method)(*args)
                self.assertEqual(set(self._logs(task).mapped("state")), {"passed", "settled"})
                self.assertFalse(self._activities(complaint))
                self.assertEqual(complaint.escalation_state, "over")
                self.assertFalse(complaint.next_escalation_datetime or complaint.has_open_tasks)
            with self._at(9, 9):
                self._run_job()
            self.assertEqual(len(self._logs(task)), 2)

    def test_resolved_complaint_ends_all(self):
        """A resolved complaint asks nothing more of departments; reopened, the task is late again."""
        task = self._hand_over()
        complaint = task.complaint_id
        with self._at(3, 11, 1):
            self._run_job()
            self._move(complaint, self.stage_resolved)
        self.assertFalse(complaint.next_escalation_datetime)
        self.assertNotIn("open", self._logs(task).mapped("state"))
        with self._at(4, 9):
            complaint.with_user(self.manager).action_reopen("not done")
            self._run_job()
        again = self._logs(task).filtered(lambda log: log.round == 1)
        self.assertEqual({log.level: log.state for log in again}, {1: "passed", 2: "passed", 3: "open"})

    def test_handed_over_again(self):
        """A returned task that is handed over again begins anew with all its levels."""
        task = self._hand_over()
        with self._at(2, 14, 1):
            self._run_job()
            task.action_return("Which seal?")
        with self._at(2, 16):
            task.deadline = datetime(2026, 3, 3, 12)
            task.action_hand_over()
        self.assertEqual(task.complaint_id.next_escalation_datetime, datetime(2026, 3, 3, 10))
        with self._at(3, 10, 1):
            self._run_job()
        self.assertEqual(self._logs(task).mapped(lambda log: (log.round, log.level)), [(0, 1), (1, 1)])

    def test_moved_deadline(self):
        """Another deadline moves what was not told, and repeats nothing."""
        task = self._hand_over()
        with self._at(2, 14, 1):
            self._run_job()
            task.deadline = datetime(2026, 3, 4, 13)
        self.assertEqual(task.complaint_id.next_escalation_datetime, datetime(2026, 3, 4, 13))
        with self._at(3, 11, 1):
            self._run_job()
        self.assertEqual(self._logs(task).mapped("level"), [1])

    def test_two_tasks_are_two_clocks(self):
        """Tasks of one complaint are escalated each for itself, beside the complaint's own limits."""
        self.rule.for_resolution = True
        self._backdate()
        complaint = self._receive(2, 9)
        tasks = self._hand_over(complaint) + self._hand_over(complaint, name="Ask the carrier")
        with self._at(3, 11, 1):
            self._run_job()
        for task in tasks:
            self.assertEqual({log.level: log.state for log in self._logs(task)}, {1: "passed", 2: "open"})
        own = complaint.escalation_ids.filtered(lambda log: not log.task_id)
        self.assertEqual({log.level: log.state for log in own}, {1: "passed", 2: "open"})
        # One to-do for each person all the same.
        self.assertEqual(len(self._activities(complaint)), 1)
        tasks[0].action_done("Found.")
        self.assertEqual(complaint.escalation_state, "open")
        self.assertTrue(self._activities(complaint))

    @mute_logger("odoo.sql_db")
    def test_once_for_each_task(self):
        """The database itself refuses a level a second time for a task and round, but not for another task."""
        complaint = self._receive(2, 9)
        first, second = self._hand_over(complaint), self._hand_over(complaint)
        with self._at(2, 14, 1):
            self._run_job()
        log = self._logs(first)
        self.assertEqual(len(self._logs(second)), 1)
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            log.copy({"task_id": second.id})

    def test_acknowledging_one_task(self):
        """Who acknowledges one task leaves the other waiting; silence lets the next level follow."""
        self._set_levels({"amount": 50, "ack_hours": 1}, {"amount": 200, "to_leader": True})
        complaint = self._receive(2, 9)
        first, second = self._hand_over(complaint), self._hand_over(complaint)
        with self._at(2, 14, 1):
            self._run_job()
            self._logs(first).with_user(self.handler).action_acknowledge()
        self.assertEqual(self._logs(second).state, "open")
        self.assertEqual(complaint.escalation_state, "open")
        with self._at(2, 15, 2):
            self._run_job()
        self.assertEqual(self._logs(first).mapped("level"), [1])
        self.assertEqual(self._logs(second).mapped("cause"), ["time", "silence"])

    def test_merged_complaint(self):
        """A task that goes on for another complaint is not told a second time what was told."""
        task = self._hand_over()
        with self._at(3, 11, 1):
            self._run_job()
            main = self._receive(2, 12)
            origin = task.complaint_id
            task.sudo().complaint_id = main
            self._run_job()
        self.assertEqual(len(self._logs(task)), 2)
        self.assertEqual(self._logs(task).complaint_id, main)
        self.assertEqual((origin.has_open_tasks, main.has_open_tasks), (False, True))
        self.assertEqual(main.next_escalation_datetime, datetime(2026, 3, 3, 16))

    def test_deadline_in_the_night(self):
        """A deadline before any working time, or before the handing over, breaks nothing."""
        night = self._hand_over(hour=18, deadline=datetime(2026, 3, 3, 2))
        with self._at(3, 9, 1):
            self._run_job()
            self.assertEqual(max(self._logs(night).mapped("level")), 3)
            late = self._hand_over()
            late.deadline = datetime(2026, 3, 1)
            self._run_job()
        self.assertTrue(self._logs(late))

    def test_calendar_change(self):
        """Other working hours move the levels of tasks as they move all deadlines."""
        task = self._hand_over()
        with self._at(2, 10):
            self.calendar.attendance_ids.hour_from = 10
        # Monday 10 to 17 and Tuesday 10 to 11 are eight hours.
        self.assertEqual(task.complaint_id.next_escalation_datetime, datetime(2026, 3, 2, 14))
        with self._at(2, 10):
            self.calendar.attendance_ids.hour_to = 13
        self.assertEqual(task.complaint_id.next_escalation_datetime, datetime(2026, 3, 2, 12))

    def test_standstill_and_many(self):
        """After days without the job each of many tasks tells once, its highest level; queries do not grow."""
        complaints = [self._receive(2, 9) for _number in range(6)]
        tasks = [self._hand_over(complaint) for complaint in complaints]
        with self._at(9, 9), patch.object(type(self.env["mail.mail"]), "send"):
            self._run_job(batch=4)
            self._run_job()
        for task in tasks:
            self.assertEqual(
                [log.state for log in self._logs(task).sorted("level")], ["passed", "passed", "open"]
            )

    def test_what_is_told(self):
        """List, banner, plan and message name the task."""
        task = self._hand_over()
        complaint = task.complaint_id
        with self._at(2, 10):
            self.assertIn("Department Task: Test the seal", complaint.escalation_plan)
        with self._at(3, 11, 1):
            self._run_job()
        self.assertIn("Department Task: Test the seal", complaint.escalation_banner)
        message = self.env["mail.message"].search(
            [("partner_ids", "in", self.handler.partner_id.ids), ("subject", "ilike", "escalated")]
        )
        self.assertIn("Test the seal", message.body)

    def test_only_the_program_knows(self):
        """Nobody says over RPC that there are tasks, or invents a log of one."""
        complaint = self._receive(2, 9)
        with self.assertRaises(AccessError):
            complaint.with_user(self.manager).write({"has_open_tasks": True})
        forged = self.env["customer.complaint"].with_user(self.manager)
        made = forged.with_context(default_has_open_tasks=True).create(self._prepare_complaint())
        self.assertFalse(made.sudo().has_open_tasks)
        with self.assertRaises(AccessError):
            self._logs(self._hand_over(complaint)).with_user(self.manager).create(
                {"complaint_id": complaint.id, "level": 1, "round": 0, "cause": "time", "state": "open"}
            )


@tagged("post_install", "-at_install")
class TestEscalationTargets(TaskEscalationCommon):
    """Which time limits a rule is for, and the to-do of a level."""

    def test_several_targets(self):
        """A rule is for those that are ticked; if none is, for all of the complaint itself."""
        Rule = self.env["customer.complaint.escalation"]
        complaint = self._receive(2, 9)
        self.rule.write({"for_task": False, "for_solution": True, "for_update": True})
        found = [
            target for target in ("response", "solution", "update", "task") if Rule._match(complaint, target)
        ]
        self.assertEqual(found, ["solution", "update"])
        self.assertEqual(self.rule.targets_text, "Proposed Solution, Next Update")
        self.rule.write({"for_solution": False, "for_update": False})
        found = [target for target in ("response", "resolution", "task") if Rule._match(complaint, target)]
        self.assertEqual(found, ["response", "resolution"])
        self.assertIn("complaint itself", self.rule.targets_text)

    def test_second_rule_for_the_rest(self):
        """The first rule that is for a time limit holds; others are free for the next one."""
        other = self.rule.copy({"for_task": False, "for_resolution": True, "sequence": 2})
        complaint = self._receive(2, 9)
        Rule = self.env["customer.complaint.escalation"]
        self.assertEqual([level.id for level in Rule._match(complaint, "task")], self.rule.level_ids.ids)
        self.assertEqual([level.id for level in Rule._match(complaint, "resolution")], other.level_ids.ids)

    def _todo_of(self, complaint):
        kind = self.env.ref("mail.mail_activity_data_todo")
        return complaint.activity_ids.filtered(lambda activity: activity.activity_type_id == kind)

    def test_todo_of_a_level(self):
        """One person gets something to do, with its days, in his place the next one up."""
        self.rule.write({"for_task": False, "for_resolution": True})
        for role, user, expected in (
            ("handler", False, self.handler),
            ("leader", False, self.supervisor),
            ("manager", False, self.service_manager),
            ("doer", False, self.handler),
            ("user", self.manager, self.manager),
            # May not read the complaint: the handler takes his place.
            ("user", self.other_handler, self.handler),
        ):
            todo = {
                "todo_for": role,
                "todo_user_id": user and user.id,
                "todo_summary": "Ring",
                "todo_days": 3,
            }
            self._set_levels({"amount": 50, "to_director": True, "to_handler": False, **todo})
            complaint = self._receive(2, 9)
            with self._at(2, 14, 1), self.subTest(role=role, user=user):
                self._run_job()
                activity = self._todo_of(complaint)
                self.assertRecordValues(activity, [{"user_id": expected.id, "summary": "Ring"}])
                self.assertEqual(str(activity.date_deadline), "2026-03-05")

    def test_todo_of_a_task_names_it(self):
        """The to-do for a late task says which."""
        self._set_levels({"amount": 50, "todo_for": "department", "todo_summary": "Ask for it"})
        self.department.user_id = self.manager
        task = self._hand_over(email="quality@company.example", user_id=False)
        with self._at(2, 14, 1):
            self._run_job()
        self.assertRecordValues(
            self._todo_of(task.complaint_id),
            [{"user_id": self.manager.id, "summary": "Ask for it: Test the seal"}],
        )

    def test_todo_needs_words_and_a_person(self):
        """A to-do without words, for nobody or for a customer is refused."""
        level = self.rule.level_ids[0]
        for vals in (
            {"todo_for": "handler"},
            {"todo_for": "handler", "todo_summary": "  "},
            {"todo_for": "user", "todo_summary": "Ring"},
            {"todo_for": "user", "todo_summary": "Ring", "todo_user_id": self.portal.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                level.write(vals)
        level.write({"todo_for": "leader", "todo_summary": "Ring", "todo_days": 2})
        self.assertIn("to-do for the team leader: “Ring”, within 2 days", level.sentence)

    def test_copy_keeps_all(self):
        """A copied rule has the same time limits and to-dos."""
        self.rule.level_ids = [
            Command.create({"amount": 70, "todo_for": "handler", "todo_summary": "Ring", "todo_days": 1})
        ]
        copy = self.rule.copy()
        self.assertEqual(copy._get_targets(), {"task"})
        self.assertEqual(copy.level_ids.mapped("todo_summary"), self.rule.level_ids.mapped("todo_summary"))


@tagged("post_install", "-at_install")
class TestDueSoon(EscalationCommon):
    def test_hours_of_each_company(self):
        """Each company says how many hours before a deadline its complaints are due soon."""
        second = self.env["res.company"].create({"name": "Second", "care_soon_hours": 30})
        team = self._create_team(
            company_id=second.id, calendar_id=self._create_calendar(company_id=second.id).id
        )
        mine = self._receive(2, 9)
        with self._at(2, 9):
            other = self._create_complaint(
                team_id=team.id, company_id=second.id, partner_id=self.customer.copy().id
            )
        both = mine + other
        with self._at(2, 10):
            # Both are due on Tuesday at 11, 25 hours from now.
            self.assertEqual(both.mapped("is_due_soon"), [False, True])
            found = both.search([("is_due_soon", "=", True), ("id", "in", both.ids)])
            self.assertEqual(found, other)
            self.env.company.care_soon_hours = 25.5
            both.invalidate_recordset(["is_due_soon"])
            self.assertEqual(both.mapped("is_due_soon"), [True, True])
            self.assertEqual(both.search([("is_due_soon", "=", True), ("id", "in", both.ids)]), both)
            self.assertFalse(both.search([("is_due_soon", "=", False), ("id", "in", both.ids)]))
            second.care_soon_hours = 0
            both.invalidate_recordset(["is_due_soon"])
            self.assertEqual(both.mapped("is_due_soon"), [True, False])
