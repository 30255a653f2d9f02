from datetime import date, datetime
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from psycopg2 import IntegrityError

from .. import post_init_hook
from .common_escalation import EscalationCommon


@tagged("post_install", "-at_install")
class TestEscalationPeople(EscalationCommon):
    """Who is told and how, what else happens, who may acknowledge and configure."""

    def _fire(self, *hours, **vals):
        """Return a complaint received on Monday at 9, with the job run on Monday at 14, and its log."""
        complaint = self._receive(2, 9, **vals)
        with self._at(2, 14):
            self._run_job()
        return complaint, complaint.escalation_ids.sorted("level")[-1:]

    def _messages(self, user):
        return self.env["mail.message"].search(
            [("partner_ids", "in", user.partner_id.ids), ("subject", "ilike", "escalated")]
        )

    def test_roles(self):
        """All roles, persons and addresses of a level are told, each once."""
        self._set_levels(
            {
                "amount": 50,
                "to_handler": True,
                "to_leader": True,
                "to_manager": True,
                "to_director": True,
                "user_ids": [Command.set((self.supervisor | self.manager).ids)],
                "emails": "Quality@Example.com, duty@example.com",
            }
        )
        _complaint, log = self._fire()
        expected = self.handler | self.supervisor | self.service_manager | self.manager | self.director
        self.assertEqual(expected & log.user_ids, expected)
        for user in expected:
            self.assertEqual(len(self._messages(user)), 1, user.login)
        mails = self.env["mail.mail"].search(
            [("email_to", "in", ["quality@example.com", "duty@example.com"])]
        )
        self.assertEqual(len(mails), 2)
        self.assertTrue(log.told_datetime)
        self.assertFalse(log.is_to_tell)

    def test_message_says_all(self):
        """The message names complaint, level and deadline, in the reader's zone, with a link."""
        self.handler.tz = "Asia/Shanghai"
        self._set_levels({"amount": 50, "ack_hours": 2})
        complaint, _log = self._fire()
        message = self._messages(self.handler)
        self.assertIn(complaint.number, message.subject)
        self.assertIn("Resolution", message.body)
        self.assertIn("7:00", message.body)
        self.assertIn(f"/odoo/customer.complaint/{complaint.id}", message.body)
        self.assertEqual(message.res_id, complaint.id)

    def test_user_text_is_escaped(self):
        """What people wrote is text in messages and tables, no markup."""
        self._set_levels({"amount": 50})
        _complaint, _log = self._fire(name="<img src=x onerror=alert(1)>")
        self.assertNotIn("<img", self._messages(self.handler).body)

    def test_quiet_level(self):
        """Message, to-do and note can each be left out."""
        self._set_levels({"amount": 50, "is_mailed": False, "has_activity": False, "has_note": False})
        complaint, log = self._fire()
        self.assertTrue(log)
        self.assertFalse(self._messages(self.handler))
        self.assertFalse(self._activities(complaint))
        self.assertFalse(complaint.message_ids.filtered(lambda message: "Escalated" in (message.body or "")))

    def test_note_and_timeline(self):
        """The history of complaint and customer tell of it."""
        self._set_levels({"amount": 50})
        complaint, _log = self._fire()
        self.assertTrue(complaint.message_ids.filtered(lambda message: "Escalated" in (message.body or "")))
        events = self.env["customer.care.event"].search(
            [("partner_id", "=", self.customer.id), ("kind", "=", "complaint_escalated")]
        )
        self.assertEqual(len(events), 1)

    def test_told_people_do_not_follow(self):
        """Who is told does not become a follower of the complaint."""
        self._set_levels({"amount": 50, "to_handler": False, "to_leader": True})
        complaint, _log = self._fire()
        self.assertNotIn(self.supervisor.partner_id, complaint.message_partner_ids)

    def test_priority(self):
        """A level raises the priority, which stays raised when it is computed again."""
        self._set_levels({"amount": 20, "priority_steps": 1}, {"amount": 40, "priority_steps": 3})
        complaint = self._receive(2, 9)
        before = complaint.priority
        with self._at(2, 11, 5):
            self._run_job()
        self.assertEqual(int(complaint.priority), int(before) + 1)
        complaint.severity = "minor"
        self.assertEqual((complaint.priority, complaint.priority_raise), ("1", 1))
        with self._at(2, 14):
            self._run_job()
        self.assertEqual((complaint.priority, complaint.priority_raise), ("3", 3))

    def test_reassign(self):
        """A level hands the complaint over; who handled it before is still told."""
        self._set_levels({"amount": 50, "reassign_to": "leader"})
        complaint, log = self._fire()
        self.assertEqual(complaint.user_id, self.supervisor)
        self.assertIn(self.handler, log.user_ids)

    def test_reassign_to_nobody(self):
        """Without a team leader the handler stays."""
        self.team.user_id = False
        self._set_levels({"amount": 50, "reassign_to": "leader"})
        complaint, _log = self._fire()
        self.assertEqual(complaint.user_id, self.handler)

    def test_missing_leader(self):
        """Without a leader the next role up is told, and the log says so."""
        self.team.user_id = False
        self._set_levels({"amount": 50, "to_handler": False, "to_leader": True})
        _complaint, log = self._fire()
        self.assertEqual(log.user_ids, self.service_manager)
        self.assertIn("nobody in the place of the team leader", log.remark)

    def test_archived_leader(self):
        """A leader who has left is passed by."""
        self.supervisor.active = False
        self._set_levels({"amount": 50, "to_handler": False, "to_leader": True})
        _complaint, log = self._fire()
        self.assertEqual(log.user_ids, self.service_manager)
        self.assertIn("No longer works here", log.remark)

    def test_deputy(self):
        """The deputy of an absent person is told."""
        self.env["customer.approval.deputy"].create(
            {
                "user_id": self.supervisor.id,
                "deputy_id": self.manager.id,
                "date_from": date(2026, 3, 1),
                "date_to": date(2026, 3, 8),
            }
        )
        self._set_levels({"amount": 50, "to_handler": False, "to_leader": True})
        _complaint, log = self._fire()
        self.assertEqual(log.user_ids, self.manager)
        self.assertIn("stands in for the team leader", log.remark)

    def test_deputy_without_access(self):
        """A deputy who may not read the complaint is not told: the next role is."""
        self.env["customer.approval.deputy"].create(
            {
                "user_id": self.supervisor.id,
                "deputy_id": self.other_handler.id,
                "date_from": date(2026, 3, 1),
                "date_to": date(2026, 3, 8),
            }
        )
        self._set_levels({"amount": 50, "to_handler": False, "to_leader": True})
        _complaint, log = self._fire()
        self.assertEqual(log.user_ids, self.service_manager)
        self.assertIn("May not read", log.remark)

    def test_person_without_access(self):
        """A person named in a level who may not read complaints is not told of them."""
        self._set_levels({"amount": 50, "user_ids": [Command.set(self.employee.ids)]})
        _complaint, log = self._fire()
        self.assertEqual(log.user_ids, self.handler)
        self.assertFalse(self._messages(self.employee))

    def test_nobody_at_all(self):
        """When no role has anybody, the administrators are told, once."""
        self.team.write({"user_id": False, "manager_id": False})
        complaint = self._receive(2, 9)
        complaint.user_id = False
        self._set_levels({"amount": 50, "to_handler": True})
        original = type(complaint)._get_escalation_people

        def people(record, role, directory, task=None):
            if role == "director":
                return record.env["res.users"]
            if role == "admin":
                return self.manager
            return original(record, role, directory, task)

        with patch.object(type(complaint), "_get_escalation_people", people), self._at(2, 14):
            self._run_job()
            self._run_job()
        self.assertEqual(complaint.escalation_ids.user_ids, self.manager)
        self.assertEqual(self._activities(complaint).user_id, self.manager)
        self.assertEqual(len(self._activities(complaint)), 1)

    def test_digest(self):
        """Many complaints that fall due at once are one message for each person, over all batches."""
        self._set_levels({"amount": 50, "to_leader": True})
        with self._at(2, 9):
            vals = [self._prepare_complaint(user_id=self.handler.id, name=f"Many {n}") for n in range(70)]
            complaints = self.env["customer.complaint"].create(vals)
        with self._at(2, 14):
            self._run_job(batch=30)
            self._run_job(batch=30)
        self.assertEqual(len(complaints.escalation_ids), 70)
        for user in (self.handler, self.supervisor):
            message = self._messages(user)
            self.assertEqual(len(message), 1)
            self.assertIn("70", message.subject)
            self.assertEqual(message.body.count("/odoo/customer.complaint/"), 50)
            self.assertIn("20 more", message.body)
        self.assertEqual(len(self._activities(complaints)), 140)

    def test_message_waits_for_the_last_worker(self):
        """While other workers escalate no message goes out, unless it has waited for long."""
        self._set_levels({"amount": 50})
        Log = self.env["customer.complaint.escalation.log"].sudo()
        with patch.object(type(Log), "_tell", lambda self, is_complete: None):
            _complaint, log = self._fire()
        with (
            self._at(2, 14, 5),
            patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *args: 60),
        ):
            Log._tell(is_complete=False)
            self.assertFalse(self._messages(self.handler))
        with (
            self._at(2, 14, 11),
            patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *args: 60),
        ):
            Log._tell(is_complete=False)
            Log._tell()
        self.assertEqual(len(self._messages(self.handler)), 1)
        self.assertTrue(log.told_datetime)

    # Acknowledging

    def test_acknowledge_rights(self):
        """Those who were told and complaint managers acknowledge, nobody else."""
        self._set_levels({"amount": 50, "to_handler": False, "to_leader": True})
        complaint, log = self._fire()
        for user in (
            self.handler,
            self.other_handler,
            self.auditor,
            self.employee,
            self.director,
            self.portal,
        ):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                complaint.with_user(user).action_acknowledge_escalation()
            with self.subTest(user=user.login), self.assertRaises(UserError):
                log.with_user(user).action_acknowledge()
        self.assertFalse(complaint.with_user(self.handler).can_acknowledge_escalation)
        self.assertTrue(complaint.with_user(self.supervisor).can_acknowledge_escalation)
        self.assertIn(self.supervisor.name, complaint.with_user(self.handler).escalation_banner)
        complaint.with_user(self.supervisor).action_acknowledge_escalation()
        self.assertEqual(log.acknowledged_id, self.supervisor)
        with self.assertRaisesRegex(UserError, "no escalation that waits"):
            complaint.with_user(self.supervisor).action_acknowledge_escalation()

    def test_director_acknowledges(self):
        """A director who was told acknowledges, though he changes no complaints."""
        self._set_levels({"amount": 50, "to_handler": False, "to_director": True})
        complaint, log = self._fire()
        complaint.with_user(self.director).action_acknowledge_escalation()
        self.assertEqual(log.acknowledged_id, self.director)

    def test_acknowledge_lower_levels(self):
        """With a higher level the lower ones of the same time limit are acknowledged."""
        self._set_levels({"amount": 10}, {"amount": 50, "to_handler": False, "to_leader": True})
        complaint = self._receive(2, 9)
        for hour in (11, 15):
            with self._at(2, hour):
                self._run_job()
        complaint.with_user(self.handler).action_acknowledge_escalation()
        self.assertEqual(complaint.escalation_ids.sorted("level").mapped("state"), ["acknowledged", "open"])
        self.assertEqual(complaint.escalation_state, "open")
        complaint.with_user(self.supervisor).action_acknowledge_escalation()
        self.assertEqual(complaint.escalation_state, "acknowledged")

    def test_done_activity_acknowledges(self):
        """Who marks the activity as done has acknowledged; whoever was not told has not."""
        self._set_levels({"amount": 50, "to_leader": True})
        complaint, log = self._fire()
        mine = self._activities(complaint).filtered(lambda activity: activity.user_id == self.supervisor)
        mine.with_user(self.supervisor).action_feedback(feedback="I see to it")
        self.assertEqual(log.acknowledged_id, self.supervisor)
        self.assertFalse(self._activities(complaint))

    def test_acknowledge_many(self):
        """Several are acknowledged from the list at once."""
        self._set_levels({"amount": 50})
        complaints = self._receive(2, 9) | self._receive(2, 9)
        with self._at(2, 14):
            self._run_job()
        complaints.escalation_ids.with_user(self.handler).action_acknowledge()
        self.assertEqual(set(complaints.mapped("escalation_state")), {"acknowledged"})
        waiting = self.env["customer.complaint.escalation.log"].with_user(self.handler)
        self.assertFalse(waiting.search([("can_acknowledge", "=", True)]))

    # By hand

    def test_escalate_by_hand(self):
        """A handler asks the leader, the leader the service manager, that one the directors."""
        for user, expected, level in (
            (self.handler, self.supervisor, 1),
            (self.supervisor, self.service_manager, 2),
            (self.service_manager, self.director, 3),
        ):
            complaint = self._create_complaint(user_id=self.handler.id)
            complaint.with_user(user).action_escalate("I need a decision")
            log = complaint.escalation_ids
            self.assertIn(expected, log.user_ids)
            self.assertRecordValues(
                log,
                [{"cause": "manual", "note": "I need a decision", "asked_by_id": user.id, "level": level}],
            )
            self.assertEqual(complaint.escalation_level, level)
        self.assertTrue(self._activities(complaint))

    def test_escalate_twice(self):
        """The same person does not escalate again while it waits."""
        complaint = self._create_complaint(user_id=self.handler.id)
        complaint.with_user(self.handler).action_escalate("Once")
        with self.assertRaisesRegex(UserError, "before"):
            complaint.with_user(self.handler).action_escalate("Twice")
        complaint.with_user(self.supervisor).action_acknowledge_escalation()
        complaint.with_user(self.handler).action_escalate("Twice")
        self.assertEqual(len(complaint.escalation_ids), 2)

    def test_escalate_by_customer(self):
        """A customer reaches handler and leader, once until somebody acknowledges."""
        complaint = self._create_complaint(user_id=self.handler.id)
        log = complaint._complaint_escalate("Nobody answers", by_customer=True)
        self.assertEqual(log.user_ids, self.handler | self.supervisor)
        self.assertEqual((log.cause, log.asked_by_id.id), ("customer", False))
        self.assertFalse(complaint._complaint_escalate("Again", by_customer=True))

    def test_escalate_closed(self):
        """Only open complaints are escalated; without a reason it is asked for."""
        complaint = self._create_complaint(user_id=self.handler.id)
        action = complaint.with_user(self.handler).action_escalate()
        self.assertEqual(action["res_model"], "customer.complaint.escalate")
        wizard = self.env["customer.complaint.escalate"].with_user(self.handler)
        wizard.create({"complaint_ids": complaint.ids, "reason": "Help"}).action_confirm()
        self.assertEqual(complaint.escalation_ids.note, "Help")
        self._move(complaint, self.stage_cancelled)
        self.assertEqual(complaint.escalation_ids.state, "settled")
        with self.assertRaisesRegex(UserError, "Only open"):
            complaint.with_user(self.handler).action_escalate("Late")

    def test_escalate_rights(self):
        """Whoever may not change a complaint does not escalate it."""
        complaint = self._create_complaint(user_id=self.handler.id)
        for user in (self.other_handler, self.auditor, self.employee, self.portal, self.director):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                complaint.with_user(user).action_escalate("x")

    # Rights

    def test_forging(self):
        """Nobody writes the log or the fields of the program, by whatever way."""
        self._set_levels({"amount": 50})
        complaint, log = self._fire()
        values = {
            "next_escalation_datetime": False,
            "escalation_level": 0,
            "escalation_state": False,
            "escalation_round": 9,
            "escalation_since": fields.Datetime.now(),
            "priority_raise": 3,
            "escalation_ids": [Command.clear()],
        }
        Log = self.env["customer.complaint.escalation.log"]
        for user in (self.handler, self.manager, self.env.ref("base.user_admin")):
            for name, value in values.items():
                with self.subTest(user=user.login, name=name), self.assertRaises(AccessError):
                    complaint.with_user(user).write({name: value})
                with self.subTest(user=user.login, name=name), self.assertRaises(AccessError):
                    complaint.with_user(user).create({"name": "x", name: value})
            with self.assertRaises(AccessError):
                log.with_user(user).write({"state": "acknowledged"})
            with self.assertRaises(AccessError):
                log.with_user(user).unlink()
            vals = {"complaint_id": complaint.id, "level": 1, "round": 5, "cause": "time", "state": "open"}
            with self.assertRaises(AccessError):
                Log.with_user(user).create({**vals, "fired_datetime": fields.Datetime.now()})
            with self.assertRaises(AccessError):
                self.rule.level_ids.with_user(user).write({"since_datetime": "2020-01-01 00:00:00"})
        made = complaint.with_user(self.manager).with_context(
            default_priority_raise=3, default_escalation_level=3
        )
        self.assertRecordValues(
            made.create({"name": "x"}).sudo(),
            [{"priority_raise": 0, "escalation_level": 0, "escalation_state": False}],
        )

    def test_who_reads_and_configures(self):
        """The log is seen as its complaint is; rules are the manager's and administrator's."""
        self._set_levels({"amount": 50})
        _complaint, log = self._fire()
        for user, is_seen in (
            (self.handler, True),
            (self.supervisor, True),
            (self.manager, True),
            (self.director, True),
            (self.auditor, True),
            (self.other_handler, False),
        ):
            self.assertEqual(bool(log.with_user(user).search([("id", "=", log.id)])), is_seen, user.login)
        for user in (self.employee, self.portal):
            with self.assertRaises(AccessError):
                log.with_user(user).search([])
        for user in (self.handler, self.supervisor, self.auditor, self.director):
            with self.assertRaises(AccessError):
                self.rule.with_user(user).name = "x"
            with self.assertRaises(AccessError):
                self.rule.level_ids.with_user(user).amount = 1
        self.rule.with_user(self.manager).level_ids.amount = 60

    def test_portal_reads_nothing(self):
        """A customer does not read how his complaint is escalated."""
        complaint = self._create_complaint().with_user(self.portal)
        for name in (
            "escalation_level",
            "escalation_ids",
            "escalation_banner",
            "escalation_plan",
            "priority_raise",
        ):
            with self.assertRaises(AccessError):
                complaint.read([name])

    def test_other_company(self):
        """The log of another company is not seen."""
        self._set_levels({"amount": 50})
        _complaint, log = self._fire()
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertFalse(log.with_user(self.manager).search([("id", "=", log.id)]))

    # Settings

    def test_bad_levels(self):
        """Levels that make no sense are refused in words."""
        for vals, message in (
            ({"to_handler": False}, "must tell somebody"),
            ({"emails": "nobody"}, "e-mail addresses"),
            ({"reassign_to": "user"}, "name the person"),
            ({"user_ids": [Command.set(self.portal.ids)]}, "Only employees"),
        ):
            with self.assertRaisesRegex(ValidationError, message):
                self._set_levels({"amount": 50, **vals})
        for vals in ({"amount": -1}, {"amount": 50, "priority_steps": 9}, {"amount": 50, "ack_hours": -2}):
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self._set_levels(vals)

    def test_sentence(self):
        """Each level says in words what it does."""
        self._set_levels(
            {
                "amount": 80,
                "to_leader": True,
                "ack_hours": 4,
                "priority_steps": 1,
                "reassign_to": "manager",
                "emails": "a@example.com",
            },
            {"amount": 1.5, "trigger": "after", "unit": "hours", "is_round_the_clock": True},
        )
        self.assertEqual(
            self.rule.level_ids.mapped("sentence"),
            [
                "When 80 % of the time is used; tell the handler, the team leader, a@example.com; raise the priority"
                " by 1; hand the complaint over to the service manager; must be acknowledged within 4 working hours,"
                " else the next level follows",
                "1.5 hours after the deadline; tell the handler; by day and night",
            ],
        )
        self.assertEqual(self.rule.level_ids.mapped("number"), [1, 2])

    def test_simulation(self):
        """The planned moments are shown as they will be; when nothing is to come that is said."""
        complaint = self._receive(2, 9)
        with self._at(2, 10):
            plan = complaint.with_user(self.handler).escalation_plan
        self.assertEqual(plan.count("<tr>"), 4)
        self.assertIn("3/3/26, 11:00", plan.replace("\u202f", " "))
        self._move(complaint, self.stage_resolved)
        complaint.invalidate_recordset()
        self.assertIn("No escalation is to come", complaint.with_user(self.handler).escalation_plan)

    def test_team_counter(self):
        """The overview of teams counts escalated open complaints."""
        self._set_levels({"amount": 50})
        complaint, _log = self._fire()
        self.assertEqual(self.team.escalated_count, 1)
        action = self.team.with_context(complaint_filter="escalated").action_open_complaints()
        self.assertTrue(action["context"]["search_default_escalated"])
        self._move(complaint, self.stage_resolved)
        self.team.invalidate_recordset()
        self.assertEqual(self.team.escalated_count, 0)

    def test_erasure(self):
        """What customers wrote when they escalated goes with their data."""
        register = self.env["res.partner"]._care_privacy_models()["customer.complaint.escalation.log"]
        complaint = self._create_complaint()
        log = complaint._complaint_escalate("Private", by_customer=True)
        found = self.env["customer.complaint.escalation.log"].search(register["domain"](self.customer.ids))
        self.assertEqual(found, log)
        self.assertIn("note", register["erase"])

    def test_shipped_rule(self):
        """The rule that comes with the program has three levels and is switched on by the installation alone."""
        rule = self.env.ref("customer_complaint.customer_complaint_escalation_default")
        self.assertEqual(rule.level_ids.mapped("amount"), [80, 100, 150])
        rule.active = False
        post_init_hook(self.env)
        self.assertTrue(rule.active)
        self.assertFalse(
            self.env["customer.complaint"].search_count(
                [("next_escalation_datetime", "<", datetime(2020, 1, 1))]
            )
        )
