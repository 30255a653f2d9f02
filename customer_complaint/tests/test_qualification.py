from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation, UniqueViolation

from .test_assign import AssignCommon


@tagged("post_install", "-at_install")
class TestQualification(AssignCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.topic = cls.env["customer.complaint.qualification"].create(
            {"name": "Severe ones", "severity": "serious", "valid_months": 12}
        )
        cls.env["customer.complaint.qualification"].search([("id", "!=", cls.topic.id)]).severity = False
        cls.env.company.care_is_qualification_needed = True

    def _train(self, user, **vals):
        return self.env["customer.complaint.training"].create(
            {"user_id": user.id, "qualification_id": self.topic.id, **vals}
        )

    def test_by_hand(self):
        """Whoever assigns is refused who lacks the topic, from its severity on and for major ones; else not."""
        complaint = self._create_complaint(severity="serious").with_user(self.supervisor)
        general = self._create_complaint(severity="general").with_user(self.supervisor)
        major = self._create_complaint(severity="minor", is_major=True).with_user(self.supervisor)
        general.user_id = self.ada
        for one in (complaint, major):
            with self.assertRaisesRegex(UserError, "ada_t.*Severe ones"):
                one.write({"user_id": self.ada.id})
        with self.assertRaises(UserError):
            general.write({"user_id": self.bo.id, "severity": "major"})
        self._train(self.ada)
        (complaint | major).write({"user_id": self.ada.id})
        self.assertEqual((complaint | major).user_id, self.ada)

    def test_create(self):
        """A new complaint, also with the handler as default of the context, is refused."""
        Complaint = self.env["customer.complaint"].with_user(self.supervisor)
        vals = self._prepare_complaint(severity="major")
        with self.assertRaises(UserError):
            Complaint.create({**vals, "user_id": self.bo.id})
        with self.assertRaises(UserError):
            Complaint.with_context(default_user_id=self.bo.id).create(vals)

    def test_setting_off(self):
        """Without the setting nothing is asked."""
        self.env.company.care_is_qualification_needed = False
        complaint = self._create_complaint(severity="major").with_user(self.supervisor)
        complaint.user_id = self.ada
        self.assertEqual(complaint.user_id, self.ada)
        with self.assertQueryCount(0):
            self.env["customer.complaint.qualification"]._get_missing(self.ada.ids, 1, "major")

    def test_given_out(self):
        """Teams and rules pass over who is not qualified; without anybody the leader is told."""
        self._train(self.bo)
        complaints = self._receive(4, severity="serious")
        self.assertEqual(complaints.user_id, self.bo)
        self.assertEqual(self._get_counts(self._receive(3)), [0, 1, 2])
        self.env["customer.complaint.assign.rule"].create({"name": "R", "user_id": self.ada.id})
        self.assertEqual(self._receive().user_id, self.ada)
        self.assertEqual(self._receive(severity="major").user_id, self.bo)
        self.env["customer.complaint.training"].search([]).result = "failed"
        self.assertEqual(self._receive(severity="major").handler_reason, "nobody")

    def test_hand_over(self):
        complaint = self._create_complaint(severity="major", user_id=self.cy.id)
        with self.assertRaises(UserError):
            complaint._hand_over(self.ada, complaint.team_id.browse(), "Please")
        training = self._train(self.ada)
        complaint._hand_over(self.ada, complaint.team_id.browse(), "Please")
        training.result = "failed"
        with self.assertRaises(UserError):
            complaint.with_user(self.ada).action_accept_handover()
        self.assertEqual(complaint.user_id, self.cy)

    def test_raised_severity(self):
        """A complaint may become severe whoever handles it; the leader is told, once it matters."""
        complaint = self._create_complaint(user_id=self.ada.id).with_user(self.ada)
        complaint.severity = "major"
        todo = complaint.sudo().activity_ids.filtered(lambda one: one.user_id == self.supervisor)
        self.assertEqual(todo.mapped("summary"), ["Name a qualified handler"])

    def test_held(self):
        """What counts: passed, held, and valid on the day."""
        cases = (
            ({"date": "2026-03-01"}, True),
            ({"date": "2025-03-02"}, True),  # to the last day
            ({"date": "2025-03-01"}, False),
            ({"date": "2026-03-03"}, False),  # to come
            ({"date": "2026-02-01", "result": "failed"}, False),
            ({"date": "2020-02-01", "valid_until": False}, True),
        )
        Qualification = self.env["customer.complaint.qualification"]
        with self._at(2):
            for vals, expected in cases:
                training = self._train(self.ada, **vals)
                missing = Qualification._get_missing(self.ada.ids, self.env.company.id, "major")
                self.assertEqual(self.ada.id not in missing, expected, vals)
                found = training.search([("id", "=", training.id), ("state", "=", training.state)])
                self.assertEqual(found, training, training.state)
                training.unlink()

    def test_other_company(self):
        """The setting of one company does not bind another."""
        other = self.env["res.company"].create({"name": "Other"})
        needed = self.env["customer.complaint.qualification"]._get_needed()
        self.assertIn(self.env.company.id, needed)
        self.assertNotIn(other.id, needed)
        self.topic.company_id = other
        self.assertFalse(
            self.env["customer.complaint.qualification"]._get_missing(
                self.ada.ids, self.env.company.id, "major"
            )
        )
        with self.assertRaises(ValidationError):
            self._train(self.ada)

    def test_reminder_once(self):
        """The person and the leader get one to-do; renewed ones none."""
        with self._at(2):
            self.topic.reminder_days = 30
            soon = self._train(self.ada, date="2025-03-10")
            self.assertEqual(soon.valid_until, date(2026, 3, 10))
            self._train(self.bo, date="2025-03-10")
            self._train(self.bo, date="2026-02-10")
            with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: 60):
                soon._cron_remind()
                soon._cron_remind()
        todos = self.env["mail.activity"].search([("res_model", "=", soon._name)])
        self.assertEqual(todos.user_id, self.ada | self.supervisor)
        self.assertEqual(todos.mapped("res_id"), soon.ids * 2)

    def test_roles(self):
        """Everybody reads his own; leaders those of their team; nobody enters his own but managers."""
        trainings = {user: self._train(user) for user in (self.ada, self.supervisor, self.other_handler)}
        Training = self.env["customer.complaint.training"]
        for user, seen in (
            (self.ada, {self.ada}),
            (self.supervisor, {self.ada, self.supervisor}),
            (self.manager, set(trainings)),
            (self.auditor, set(trainings)),
        ):
            for owner, training in trainings.items():
                self.assertEqual(
                    training.with_user(user).has_access("read"), owner in seen, (user.login, owner.login)
                )
        vals = {"qualification_id": self.topic.id, "date": "2026-01-01"}
        Training.with_user(self.supervisor).create({**vals, "user_id": self.bo.id})
        for user in (self.supervisor, self.ada, self.auditor):
            with self.assertRaises(AccessError):
                Training.with_user(user).create({**vals, "user_id": user.id})
        with self.assertRaises(AccessError):
            trainings[self.supervisor].with_user(self.supervisor).valid_until = "2030-01-01"
        with self.assertRaises(AccessError):
            trainings[self.ada].with_user(self.manager).reminded_date = "2030-01-01"
        Training.with_user(self.manager).create({**vals, "user_id": self.manager.id})

    def test_bad_input(self):
        self._train(self.ada, date="2026-01-01")
        for vals, error in (
            ({"date": "2026-01-01"}, UniqueViolation),
            ({"date": "2026-01-02", "valid_until": "2026-01-01"}, CheckViolation),
            ({"date": "2026-01-02", "points": 101}, CheckViolation),
            ({"date": "2026-01-02", "hours": -1}, CheckViolation),
        ):
            with self.assertRaises(error), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self._train(self.ada, **vals)
        with self.assertRaises(ValidationError):
            self._train(self.portal)

    def test_enter_many(self):
        """One training of many; who has it already is left out."""
        with freeze_time("2026-03-02"):
            self._train(self.ada)
            wizard = self.env["customer.complaint.training.enter"].with_user(self.supervisor)
            dialog = wizard.create({"qualification_id": self.topic.id, "hours": 3})
            with self.assertRaises(UserError):
                dialog.action_confirm()
            dialog.user_ids = [Command.set(self.members.ids)]
            dialog.action_confirm()
            dialog.action_confirm()
        trainings = self.env["customer.complaint.training"].search([("qualification_id", "=", self.topic.id)])
        self.assertEqual(trainings.user_id, self.members)
        self.assertEqual(len(trainings), 3)
