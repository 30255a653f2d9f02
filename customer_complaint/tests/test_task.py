from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ComplaintCommon


class TaskCommon(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._create_complaint(user_id=cls.handler.id)
        cls.department = cls.env["customer.complaint.department"].create(
            {"name": "Quality", "email": "quality@company.example"}
        )

    @classmethod
    def _create_task(cls, **vals):
        return cls.env["customer.complaint.task"].create(
            {
                "name": "Test the seal",
                "complaint_id": cls.complaint.id,
                "department_id": cls.department.id,
                "briefing": "<p>It leaks at the flange.</p>",
                **vals,
            }
        )

    def _get_mails(self, email="quality@company.example"):
        return self.env["mail.mail"].sudo().search([("email_to", "=", email)])


@tagged("post_install", "-at_install")
class TestTask(TaskCommon):
    def test_department_says_who(self):
        """The responsible of the department, else its mailbox; both can be overruled."""
        task = self._create_task()
        self.assertRecordValues(task, [{"user_id": False, "email": "quality@company.example"}])
        self.department.user_id = self.supervisor
        self.assertRecordValues(self._create_task(), [{"user_id": self.supervisor.id, "email": False}])
        self.assertEqual(self._create_task(user_id=self.manager.id).user_id, self.manager)
        with self.assertRaisesRegex(ValidationError, "not a mail address"):
            self._create_task(email="nobody")
        with self.assertRaises(ValidationError):
            self._create_task(user_id=self.portal.id)

    def test_to_do_is_of_the_day_of_the_doer(self):
        """The to-do is due on the day on which the deadline is where the doer works."""
        for zone, day in (("America/New_York", "2031-05-05"), ("Asia/Shanghai", "2031-05-06")):
            self.supervisor.tz = zone
            task = self._create_task(user_id=self.supervisor.id, deadline="2031-05-06 00:30:00")
            task._tell_doer()
            self.assertEqual(str(task.activity_ids.date_deadline), day)

    def test_hand_over_by_mail(self):
        """Who has no login gets the link by a mail that is in no thread."""
        task = self._create_task().with_user(self.handler)
        task.action_hand_over()
        self.assertEqual(task.state, "open")
        self.assertTrue(task.handed_datetime)
        mail = self._get_mails()
        self.assertEqual(len(mail), 1)
        self.assertIn(task.sudo()._get_url(), mail.body_html)
        self.assertNotIn("Lin Wei", mail.body_html)
        self.assertNotIn(task.sudo().token, "".join(task.message_ids.mapped("body")))
        self.assertIn("Test the seal", str(self.complaint.message_ids[:1].body))

    def test_hand_over_to_a_user(self):
        """Who sees the complaint gets a to-do, other employees the mail."""
        task = self._create_task(user_id=self.supervisor.id)
        task.action_hand_over()
        self.assertEqual(task.activity_ids.user_id, self.supervisor)
        self._create_task(user_id=self.employee.id).action_hand_over()
        self.assertTrue(self._get_mails("employee_t@company.example"))

    def test_nobody_named(self):
        with self.assertRaisesRegex(UserError, "who does it"):
            self._create_task(department_id=False).action_hand_over()

    def test_deadline_from_handing_over(self):
        """The time limit for department tasks counts from the handing over, in the team's working time."""
        self.policy.line_ids = [Command.create({"target": "task", "limit": 8, "unit": "working_hours"})]
        task = self._create_task()
        with self._at(2, 13):
            task.action_hand_over()
        self.assertEqual(task.deadline, datetime(2026, 3, 3, 13))
        with self._at(4, 9):
            task.with_user(self.handler).action_return("Which seal?")
            task.action_hand_over()
        self.assertEqual(task.deadline, datetime(2026, 3, 4, 17))
        self.assertEqual(task.reopen_count, 1)

    def test_deadline_by_hand_stays(self):
        self.policy.line_ids = [Command.create({"target": "task", "limit": 8, "unit": "working_hours"})]
        moment = fields.Datetime.now().replace(microsecond=0) + timedelta(days=9)
        task = self._create_task(deadline=moment)
        task.action_hand_over()
        self.assertEqual(task.deadline, moment)

    def test_no_limit_no_deadline(self):
        task = self._create_task()
        task.action_hand_over()
        self.assertFalse(task.deadline)
        self.assertFalse(task.is_late)

    def test_answer(self):
        """A result is needed; the handler has a to-do."""
        task = self._create_task(user_id=self.supervisor.id)
        task.action_hand_over()
        worker = task.with_user(self.supervisor)
        with self.assertRaisesRegex(UserError, "write the result"):
            worker.action_done()
        worker.result = "<p>The seal was of the wrong batch.</p>"
        worker.action_done()
        self.assertRecordValues(task, [{"state": "done", "done_by": self.supervisor.name}])
        self.assertFalse(task.activity_ids)
        told = self.complaint.activity_ids.filtered(lambda one: one.user_id == self.handler)
        self.assertIn("Test the seal", told.summary)

    def test_return_and_reopen(self):
        task = self._create_task(user_id=self.supervisor.id)
        task.action_hand_over()
        worker = task.with_user(self.supervisor)
        for reason in ("", "  ", None):
            with self.assertRaisesRegex(UserError, "say why"):
                worker.action_return(reason)
        action = worker.action_open_return()
        wizard = self.env[action["res_model"]].with_user(self.supervisor).with_context(**action["context"])
        wizard.create({"reason": "Not ours"}).action_confirm()
        self.assertRecordValues(task, [{"state": "returned", "return_reason": "Not ours"}])
        task.with_user(self.handler).write({"user_id": self.manager.id})
        task.with_user(self.handler).action_hand_over()
        task.with_user(self.manager).action_done("Done")
        task.with_user(self.handler).action_reopen()
        self.assertRecordValues(task, [{"state": "open", "done_datetime": False, "reopen_count": 2}])

    def test_wrong_order(self):
        """Each step is refused where it makes no sense."""
        draft, done = self._create_task(), self._create_task()
        done.action_hand_over()
        done.action_done("x")
        cancelled = self._create_task()
        cancelled.action_cancel()
        for task, name, args in (
            (draft, "action_done", ("x",)),
            (draft, "action_return", ("x",)),
            (draft, "action_reopen", ()),
            (done, "action_hand_over", ()),
            (done, "action_done", ("x",)),
            (done, "action_cancel", ()),
            (cancelled, "action_hand_over", ()),
        ):
            with self.subTest(task=task.state, name=name), self.assertRaisesRegex(UserError, "not possible"):
                getattr(task, name)(*args)

    def test_told_is_not_changed(self):
        """What was handed over stays as they were told; it is cancelled, not deleted."""
        task = self._create_task()
        task.action_hand_over()
        for name, value in (("email", "x@y.example"), ("briefing", "other"), ("user_id", self.manager.id)):
            with self.subTest(name=name), self.assertRaisesRegex(UserError, "not changed"):
                task.with_user(self.handler).write({name: value})
        with self.assertRaisesRegex(UserError, "cancelled, not deleted"):
            task.with_user(self.handler).unlink()
        self._create_task().with_user(self.handler).unlink()

    def test_stage_waits_for_tasks(self):
        """A stage that asks for it is entered only when all tasks are done or cancelled; one message names them."""
        self.stage_resolved.needs_tasks_done = True
        open_task, draft = self._create_task(), self._create_task(name="Look at the photo")
        open_task.action_hand_over()
        with self.assertRaisesRegex(UserError, "(?s)Test the seal.*Look at the photo|Look.*Test"):
            self.complaint.stage_id = self.stage_resolved
        missing = self.complaint._get_missing(self.stage_resolved)
        self.assertEqual({item.action for item in missing}, {"action_open_tasks"})
        open_task.action_done("x")
        draft.action_cancel()
        self.complaint.stage_id = self.stage_resolved
        other = self._create_complaint()
        self._create_task(complaint_id=other.id)
        other.stage_id = self.stage_investigating

    def test_late_is_reminded_once(self):
        late, soon = self._create_task(), self._create_task()
        (late | soon).action_hand_over()
        late.deadline = fields.Datetime.now() - timedelta(minutes=1)
        soon.deadline = fields.Datetime.now() + timedelta(hours=1)
        self.assertEqual((late | soon).filtered("is_late"), late)
        self.assertEqual(
            self.env["customer.complaint.task"].search([("is_late", "=", True)]) & (late | soon), late
        )
        self._get_mails().unlink()
        for _run in (1, 2):
            with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: True):
                late._cron_remind()
            self.assertEqual(len(self._get_mails()), 1)
        self.assertTrue(late.reminded_datetime)
        self.assertFalse(soon.reminded_datetime)
        told = self.complaint.activity_ids.filtered(lambda one: "late" in (one.summary or ""))
        self.assertEqual(told.user_id, self.handler)

    def test_counters(self):
        self._create_task().action_hand_over()
        done = self._create_task()
        done.action_hand_over()
        done.action_done("x")
        self._create_task().action_cancel()
        self.assertRecordValues(self.complaint, [{"task_count": 2, "open_task_count": 1}])
        self.assertEqual(
            self.complaint.action_open_tasks()["domain"], [("complaint_id", "=", self.complaint.id)]
        )

    def test_rights(self):
        """Tasks are seen with their complaint; only who may write the complaint hands over, cancels, reopens."""
        task = self._create_task()
        for user, read, write in (
            (self.handler, True, True),
            (self.other_handler, False, False),
            (self.supervisor, True, True),
            (self.manager, True, True),
            (self.director, True, False),
            (self.auditor, True, False),
            (self.employee, False, False),
            (self.portal, False, False),
        ):
            with self.subTest(user=user.login):
                record = task.with_user(user)
                self.assertEqual(record.has_access("read"), read)
                self.assertEqual(record.has_access("write"), write)
                if not write:
                    for name in ("action_hand_over", "action_cancel", "action_reopen"):
                        with self.assertRaises(AccessError):
                            getattr(record, name)()
                    with self.assertRaises(AccessError):
                        record.create({"name": "x", "complaint_id": self.complaint.id})
                    with self.assertRaises(AccessError):
                        record.action_return("x")
        own = self.env["customer.complaint.task"].with_user(self.other_handler)
        with self.assertRaises(AccessError):
            own.create({"name": "x", "complaint_id": self.complaint.id, "user_id": self.other_handler.id})

    def test_no_task_is_moved_to_a_foreign_complaint(self):
        mine = self._create_complaint(user_id=self.other_handler.id)
        task = self._create_task(complaint_id=mine.id).with_user(self.other_handler)
        with self.assertRaises(AccessError):
            task.complaint_id = self.complaint

    def test_forged(self):
        """State, dates and token are the program's."""
        task = self._create_task().with_user(self.handler)
        for name, value in (("state", "done"), ("done_by", "x"), ("handed_datetime", "2026-01-01 00:00:00")):
            with self.subTest(name=name), self.assertRaises(AccessError):
                task.write({name: value})
            forged = task.with_context(**{f"default_{name}": value}).create(
                {"name": "x", "complaint_id": self.complaint.id}
            )
            self.assertEqual(forged.state, "draft")
            self.assertFalse(forged.done_by)
        with self.assertRaises(AccessError):
            task.read(["token"])
        with self.assertRaises(AccessError):
            task.write({"token": "x"})

    def test_two_companies(self):
        """Tasks of another company are not seen, and its departments not used."""
        company = self.env["res.company"].create({"name": "Second"})
        foreign = self.env["customer.complaint"].create({"name": "a", "company_id": company.id})
        task = self._create_task(complaint_id=foreign.id)
        self.assertFalse(task.with_user(self.manager).has_access("read"))
        self.department.company_id = company
        with self.assertRaisesRegex(ValidationError, "another company"):
            self._create_task()

    def test_privacy(self):
        """Tasks and hand-overs are in the copy of a customer's data and are erased with it."""
        models = self.customer._care_privacy_models()
        self.assertIn("customer.complaint.task", models)
        self.assertIn("customer.complaint.handover", models)
