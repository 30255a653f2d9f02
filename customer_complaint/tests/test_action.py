from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import ComplaintCommon


class ActionCommon(ComplaintCommon):
    """A corrective action of ``handler`` for one complaint with a cause, checked by ``supervisor``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cause = cls.env["customer.complaint.cause"].create({"name": "Seal T"})
        cls.complaint = cls._create_complaint(user_id=cls.handler.id, cause_id=cls.cause.id)
        cls.action = cls._create_action()

    @classmethod
    def _create_action(cls, **vals):
        return cls.env["customer.complaint.action"].create(
            {
                "name": "Another seal",
                "user_id": cls.handler.id,
                "team_id": cls.team.id,
                "cause_id": cls.cause.id,
                "complaint_ids": [Command.link(cls.complaint.id)],
                **vals,
            }
        )

    @classmethod
    def _receive(cls, moment, **vals):
        """Create a complaint of the cause, received at a moment."""
        return cls._create_complaint(**{"received_datetime": moment, "cause_id": cls.cause.id, **vals})

    def _finish(self, action=None, **vals):
        action = action or self.action
        action.write({"result": "<p>Changed</p>", **vals})
        action.action_start()
        action.action_done()
        return action

    def _run(self, job):
        """Run a job of the actions without its commits."""
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: 60):
            getattr(self.env["customer.complaint.action"], job)()

    def _todos(self, action=None):
        return (action or self.action).activity_ids


@tagged("post_install", "-at_install")
class TestAction(ActionCommon):
    def test_numbers(self):
        """Each action has a number of its own; a copy begins anew, without what came of the first."""
        other = self.action.copy()
        self.assertTrue(self.action.number)
        self.assertNotEqual(other.number, self.action.number)
        self.assertEqual(other.name, "Another seal (copy)")
        self.assertEqual(other.state, "draft")
        self.assertFalse(other.complaint_ids)

    def test_created_from_complaints(self):
        """An action for several complaints begins with what they have in common."""
        other = self._create_complaint(cause_id=self.cause.id, product_ref="P-1")
        both = (self.complaint | other).with_user(self.supervisor)
        context = both.action_create_corrective()["context"]
        self.assertEqual(context["default_complaint_ids"], both.ids)
        self.assertEqual(context["default_cause_id"], self.cause.id)
        self.assertNotIn("default_product_ref", context)
        with Form(
            self.env["customer.complaint.action"].with_user(self.supervisor).with_context(**context)
        ) as form:
            form.name = "Both"
        self.assertEqual(form.record.complaint_ids, both)
        self.assertEqual(form.record.team_id, self.team)
        nameless = self._create_complaint().action_create_corrective()["context"]
        self.assertFalse(nameless["default_same_cause"])
        self.assertTrue(nameless["default_same_category"])

    def test_steps(self):
        """From draft to effective, each step only from where it may."""
        with self.assertRaises(UserError):
            self.action.action_effective()
        with self._at(2):
            self.action.action_start()
            with self.assertRaisesRegex(UserError, "what was done"):
                self.action.action_done()
            self.action.result = "<p>Done</p>"
            self.action.action_done()
        day = datetime(2026, 3, 2).date()
        self.assertRecordValues(
            self.action,
            [
                {
                    "state": "done",
                    "date_done": day,
                    "date_effect": day,
                    "date_check": day + timedelta(days=90),
                    "date_watch_end": day + timedelta(days=90),
                }
            ],
        )
        with self.assertRaises(UserError):
            self.action.action_start()
        self.action.with_user(self.supervisor).action_effective()
        self.assertEqual(self.action.verified_by_id, self.supervisor)
        with self.assertRaisesRegex(UserError, "decided"):
            self.action.with_user(self.supervisor).result = "<p>Other</p>"
        self.action.action_reopen()
        self.assertRecordValues(
            self.action, [{"state": "open", "round": 2, "date_effect": False, "verified_by_id": False}]
        )

    def test_done_in_the_zone_of_the_company(self):
        """What is done late in the evening is of the day it is there."""
        self.env.company.partner_id.tz = "Asia/Shanghai"
        with self._at(2, hour=20):
            self._finish()
        self.assertEqual(self.action.date_done, datetime(2026, 3, 3).date())

    def test_owner_does_not_mark_own_work(self):
        """Whether it helped is said by somebody else; a manager may."""
        self._finish()
        with self.assertRaises(AccessError):
            self.action.with_user(self.handler).action_effective()
        with self.assertRaises(AccessError):
            self.action.with_user(self.handler).action_not_effective()
        self.action.user_id = self.manager
        self.action.with_user(self.manager).action_effective()
        self.assertEqual(self.action.state, "effective")

    def test_checker_is_another_one(self):
        """The owner is not the checker; without one the leader of the team is asked, then the service manager."""
        with self.assertRaises(ValidationError):
            self.action.checker_id = self.handler
        self.assertEqual(self.action._get_checker(), self.supervisor)
        self.team.manager_id = self.manager
        self.action.user_id = self.supervisor
        self.assertEqual(self.action._get_checker(), self.manager)
        self.manager.active = False
        self.assertFalse(self.action._get_checker())

    def test_guarded(self):
        """What the program sets is refused over RPC, also as a default of the context."""
        own = self.action.with_user(self.handler)
        Action = self.env["customer.complaint.action"].with_user(self.handler)
        for name in self.env["customer.complaint.action"]._guarded_fields:
            with self.subTest(field=name):
                with self.assertRaises(AccessError):
                    own.write({name: self.action[name]})
                with self.assertRaises(AccessError):
                    Action.create({"name": "x", name: self.action[name]})
        made = Action.with_context(default_state="effective", default_after_count=7).create({"name": "x"})
        self.assertRecordValues(made, [{"state": "draft", "after_count": 0}])

    def test_foreign_complaint(self):
        """Nobody links complaints that he does not see."""
        foreign = self._create_complaint(team_id=self._create_team(name="Other").id, user_id=self.manager.id)
        Action = self.env["customer.complaint.action"].with_user(self.handler)
        with self.assertRaises(AccessError):
            Action.create({"name": "x", "complaint_ids": [Command.link(foreign.id)]})
        with self.assertRaises(AccessError):
            self.action.with_user(self.handler).complaint_ids = [Command.link(foreign.id)]

    def test_rights(self):
        """All handlers learn from actions; owners, their teams' leaders and managers write them."""
        for user, reads, writes in (
            (self.handler, True, True),
            (self.other_handler, True, False),
            (self.supervisor, True, True),
            (self.manager, True, True),
            (self.director, True, False),
            (self.auditor, True, False),
            (self.employee, False, False),
            (self.portal, False, False),
        ):
            record = self.action.with_user(user)
            with self.subTest(user=user.login):
                self.assertEqual(record.has_access("read"), reads)
                self.assertEqual(record.has_access("write"), writes)
                if not writes:
                    with self.assertRaises(AccessError):
                        record.action_start()
                    with self.assertRaises(AccessError):
                        record.action_cancel()

    def test_confidential(self):
        """An action for a confidential complaint is hidden with it."""
        self.complaint.is_confidential = True
        self.assertFalse(self.action.with_user(self.other_handler).has_access("read"))
        self.assertTrue(self.action.with_user(self.handler).has_access("read"))

    def test_other_company(self):
        """Actions are seen and linked within their company only."""
        company = self.env["res.company"].create({"name": "Two"})
        other = self.env["customer.complaint.action"].create({"name": "x", "company_id": company.id})
        self.assertFalse(other.with_user(self.manager).has_access("read"))
        with self.assertRaises(UserError):
            other.complaint_ids = [Command.link(self.complaint.id)]

    def test_bad_values(self):
        """Numbers without sense are refused."""
        for vals in (
            {"cost": -1},
            {"watch_days": 0},
            {"recurrence_limit": 0},
            {"reduction_percent": 101},
        ):
            with (
                self.subTest(vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.action.write(vals)
                self.action.flush_recordset()
        with self.assertRaises(ValidationError):
            self.action.same_cause = False

    def test_deletion(self):
        """Only drafts are deleted; causes and categories with actions stay."""
        self.action.action_start()
        with self.assertRaises(UserError):
            self.action.with_user(self.handler).unlink()
        other = self._create_action(cause_id=False, category_id=self._create_category().id)
        with self.assertRaises(UserError):
            other.category_id.unlink()
        category = other.category_id
        other.with_user(self.manager).unlink()
        category.unlink()

    def _create_category(self, **vals):
        return self.env["customer.complaint.category"].create({"name": "Category T", **vals})

    def test_owner_has_a_todo(self):
        """While in progress the owner has a to-do, a new owner takes it over; then it goes."""
        self.action.date_due = "2026-04-01"
        self.action.action_start()
        self.assertRecordValues(
            self._todos(), [{"user_id": self.handler.id, "date_deadline": self.action.date_due}]
        )
        self.action.user_id = self.other_handler
        self.assertEqual(self._todos().user_id, self.other_handler)
        self.action.result = "x"
        self.action.action_done()
        self.assertFalse(self._todos())

    def test_reminders_come_once(self):
        """The checker is told of what is overdue, and asked on the day of the check, once each."""
        self.action.write({"date_due": "2026-03-03", "result": "<p>x</p>"})
        Action = self.env["customer.complaint.action"]
        with self._at(3):
            self.action.action_start()
            self._run("_cron_remind")
            self.assertEqual(self._todos().user_id, self.handler)
        with self._at(4):
            self.assertTrue(self.action.is_late)
            self.assertIn(self.action, Action.search([("is_late", "=", True)]))
            for _time in range(2):
                self._run("_cron_remind")
            self.assertEqual(self._todos().user_id, self.handler | self.supervisor)
            self.assertEqual(len(self._todos()), 2)
            self.action.watch_days = 10
            self.action.action_done()
        with self._at(13):
            self._run("_cron_remind")
            self.assertFalse(self._todos())
        with self._at(14):
            for _time in range(2):
                self._run("_cron_remind")
            self.assertRecordValues(self._todos(), [{"user_id": self.supervisor.id}])
        self.action.with_user(self.supervisor).action_effective()
        self.assertFalse(self._todos())

    def test_merged_complaints(self):
        """The actions of a merged complaint are those of the main one."""
        main = self._create_complaint(user_id=self.handler.id)
        self.complaint.with_user(self.supervisor)._merge_into(main.with_user(self.supervisor))
        self.assertIn(self.action, main.action_ids)

    def test_lesson(self):
        """A published lesson is shown where complaints of the category or below are registered."""
        category = self._create_category()
        below = self._create_category(parent_id=category.id)
        other = self._create_category()
        self.action.write({"lesson": "<p>Ask for the seal</p>", "lesson_title": "Seals"})
        with self.assertRaises(UserError):
            self.action.with_user(self.supervisor).action_publish_lesson()
        self.action.category_id = category
        with self.assertRaises(AccessError):
            self.action.with_user(self.handler).action_publish_lesson()
        self.action.with_user(self.supervisor).action_publish_lesson()
        Complaint = self.env["customer.complaint"].with_user(self.other_handler)
        for shown, one in ((True, category), (True, below), (False, other)):
            panel = Complaint.new({"category_id": one.id}).register_panel
            self.assertEqual("Ask for the seal" in panel, shown)
        self.action.with_user(self.supervisor).action_withdraw_lesson()
        self.assertNotIn("Ask for", Complaint.new({"category_id": category.id}).register_panel)

    def test_erasure(self):
        """Words about an erased customer go when the action is for his complaints alone."""
        entry = self.env["res.partner"]._care_privacy_models()["customer.complaint.action"]
        Action = self.env["customer.complaint.action"]
        self.assertIn(self.action, Action.search(entry["domain"](self.customer.ids)))
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self.action.complaint_ids |= self._create_complaint(partner_id=stranger.id)
        self.assertNotIn(self.action, Action.search(entry["domain"](self.customer.ids)))

    def test_effective_percent(self):
        """The share of what helped is reckoned of what was decided; none decided, none known."""
        Action = self.env["customer.complaint.action"]
        domain = [("cause_id", "=", self.cause.id)]
        for state in ("effective", "effective", "not_effective", "open"):
            self._create_action().sudo()._set({"state": state})
        [(percent,)] = Action._read_group(domain, [], ["effective_percent:avg"])
        self.assertAlmostEqual(percent, 66.67, 2)
        rows = Action._read_group(domain, ["state"], ["effective_percent:avg"])
        self.assertEqual(dict(rows), {"draft": False, "effective": 100, "not_effective": 0, "open": False})
