from unittest.mock import patch

from odoo.tests import tagged

from .common import ComplaintCommon

TODO = "mail.mail_activity_data_todo"


@tagged("post_install", "-at_install")
class TestTodos(ComplaintCommon):
    """What the program asked of people with a complaint is asked no longer when the complaint has ended."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._create_complaint(user_id=cls.handler.id)

    def _get_todos(self, complaint=None):
        todos = (complaint or self.complaint).sudo().activity_ids
        return sorted(todo.summary or todo.activity_type_id.name for todo in todos)

    def _fill(self, complaint):
        """Give a complaint a to-do of the program and one that somebody planned by hand."""
        complaint._complaint_remind(TODO, "Ring the customer")
        self.env["mail.activity"].with_user(self.handler).create(
            {
                "res_model_id": self.env["ir.model"]._get_id(complaint._name),
                "res_id": complaint.id,
                "activity_type_id": self.env.ref(TODO).id,
                "summary": "Send a calendar at New Year",
                "user_id": self.handler.id,
            }
        )

    def _run(self, job):
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=1):
            getattr(self.env["customer.complaint"], job)()

    def test_todos_end_with_the_complaint(self):
        """Closed and cancelled complaints keep what a person planned alone; resolved ones keep all."""
        self._fill(self.complaint)
        self.complaint.with_user(self.handler).write({"stage_id": self.stage_resolved.id})
        self.assertEqual(len(self._get_todos()), 2)
        other = self._create_complaint(user_id=self.handler.id)
        self._fill(other)
        self._move(self.complaint | other, self.stage_closed)
        for complaint in self.complaint | other:
            self.assertEqual(self._get_todos(complaint), ["Send a calendar at New Year"])
        cancelled = self._create_complaint(user_id=self.handler.id)
        self._fill(cancelled)
        self._move(cancelled, self.stage_cancelled)
        self.assertEqual(self._get_todos(cancelled), ["Send a calendar at New Year"])

    def test_ending_asks_no_more_for_many(self):
        """The to-dos of many complaints end in as many queries as those of a few."""
        counts = []
        for count in (2, 12):
            complaints = self._create_complaint()
            for _number in range(count - 1):
                complaints |= self._create_complaint()
            for complaint in complaints:
                self._fill(complaint)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            complaints._end_todos()
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual(self._get_todos(complaints), ["Send a calendar at New Year"] * count)
        self.assertLessEqual(counts[1], counts[0] + 2)

    def test_what_comes_after_the_end_stays(self):
        """A customer who writes about a closed complaint is somebody's to-do."""
        self._move(self.complaint, self.stage_closed)
        message = self.complaint.message_post(body="It leaks", author_id=self.customer.id)
        self.complaint._complaint_on_customer_message(message)
        self.assertEqual(self._get_todos(), ["The customer wrote again"])

    def test_merged_todos_end_with_the_main_complaint(self):
        """What a merged complaint asked goes on with the main one, once, and ends with it."""
        other = self._create_complaint(user_id=self.handler.id)
        self._fill(other)
        other.with_user(self.supervisor)._merge_into(self.complaint.with_user(self.supervisor))
        self.assertFalse(self._get_todos(other))
        self.assertIn("Ring the customer", self._get_todos())
        self._move(self.complaint, self.stage_closed)
        self.assertEqual(self._get_todos(), ["Send a calendar at New Year"])

    def test_reopening_asks_once(self):
        """A reopened complaint has the to-do of who investigates and of who works on it again, each once."""
        investigator = self.other_handler
        self.complaint.with_user(self.supervisor).write({"investigator_id": investigator.id})
        asked = lambda: [todo.user_id for todo in self.complaint.activity_ids if not todo.summary]  # noqa: E731
        self.assertEqual(asked(), [investigator])
        for _time in range(2):
            self._move(self.complaint, self.stage_closed)
            self.assertFalse(self._get_todos())
            self.complaint.with_user(self.supervisor).action_reopen("It leaks again")
            self.assertEqual(asked(), [investigator])
            self.assertIn("Reopened: It leaks again", self._get_todos())
            self.assertEqual(len(self._get_todos()), 2)
        self._move(self.complaint, self.stage_resolved)
        self.complaint.with_user(self.supervisor).action_reopen("And again")
        self.assertEqual(asked(), [investigator])

    def test_investigation_of_what_ended_is_not_overdue(self):
        """Nobody is reminded of an investigation that the end of the complaint left open."""
        with self._at(2):
            self.complaint.with_user(self.supervisor).write(
                {"investigator_id": self.other_handler.id, "investigation_deadline": "2026-03-04"}
            )
            self._move(self.complaint, self.stage_closed)
        with self._at(12):
            self._run("_cron_remind_investigations")
        self.assertFalse(self._get_todos())

    def test_offer_ends_with_the_complaint(self):
        """A complaint that is withdrawn waits for nobody to take it over."""
        self.complaint.with_user(self.handler)._hand_over(self.other_handler, self.team, "Please")
        self.assertEqual(self.complaint.handover_user_id, self.other_handler)
        self._move(self.complaint, self.stage_cancelled)
        self.assertFalse(self.complaint.handover_user_id)
        self.assertFalse(self._get_todos())

    def test_alarm_ends_with_the_complaint(self):
        """An alarm waits for nobody when its complaint has ended, and none is given then."""
        self.team.manager_id = self.manager
        major = self._create_complaint(is_major=True)
        self._run("_cron_alarm")
        self.assertEqual(major.alarm_state, "open")
        self._move(major, self.stage_cancelled)
        self.assertEqual(set(major.alarm_ids.mapped("state")), {"settled"})
        self.assertFalse(self._get_todos(major))
        self.assertFalse(major.with_user(self.manager).can_acknowledge_alarm)
        before = self._create_complaint(is_major=True, stage_id=self.stage_cancelled.id)
        self._run("_cron_alarm")
        self.assertFalse(before.alarm_ids)
        self.assertFalse(before.alarm_state)

    def test_complaints_from_the_past_ask_for_nothing(self):
        """A complaint that comes in as closed, with a flag, is nobody's to-do; an open one is."""
        self.assertFalse(
            self._get_todos(self._create_complaint(is_safety=True, stage_id=self.stage_closed.id))
        )
        self.assertEqual(len(self._get_todos(self._create_complaint(is_safety=True))), 1)

    def test_call_for_a_handler_goes_on(self):
        """The one to-do for all complaints without handler passes on until none waits, and comes once."""
        team = self._create_team(user_id=self.supervisor.id)
        first, second = (
            self._create_complaint(team_id=team.id, user_id=False),
            self._create_complaint(team_id=team.id, user_id=False),
        )
        first._tell_leader_nobody()
        second._tell_leader_nobody()
        todo = (first | second).activity_ids
        self.assertEqual(todo.res_id, first.id)
        self._move(first, self.stage_cancelled)
        self.assertEqual(todo.res_id, second.id)
        self._move(second, self.stage_cancelled)
        self.assertFalse(todo.exists())
