from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_investigation import InvestigationCommon


@tagged("post_install", "-at_install")
class TestAppraisal(InvestigationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.manager_id = cls.supervisor

    def _get_users(self, record):
        return record.activity_ids.user_id

    def test_from_the_need_to_the_report(self):
        """The service manager decides, the expert is reminded on the day, the investigator is told."""
        appraisal = self._add_appraisal(deadline=fields.Date.today() + timedelta(days=5))
        self.assertEqual(self._get_users(appraisal), self.supervisor)
        mine = appraisal.with_user(self.handler)
        for action in (mine.action_ask, mine.action_report):
            with self.assertRaisesRegex(UserError, "Not possible now"):
                action()
        with self.assertRaisesRegex(AccessError, "service manager"):
            mine.action_need()
        appraisal.with_user(self.supervisor).action_need()
        self.assertRecordValues(appraisal, [{"state": "needed", "decided_by_id": self.supervisor.id}])
        self.assertEqual(self._get_users(appraisal), self.handler)
        # the expert does not see the complaint: who asks is reminded instead
        mine.action_ask()
        self.assertRecordValues(
            appraisal.activity_ids, [{"user_id": self.handler.id, "date_deadline": appraisal.deadline}]
        )
        with self.assertRaisesRegex(UserError, "not changed any more"):
            mine.question = "Another"
        with self.assertRaisesRegex(UserError, "fill in the result"):
            mine.action_report()
        mine.write({"result": "confirms", "result_text": "<p>It leaks</p>", "cost": 120})
        self.complaint.investigator_id = self.supervisor
        mine.action_report()
        self.assertEqual(appraisal.state, "reported")
        self.assertFalse(appraisal.activity_ids)
        self.assertIn(self.supervisor, self._get_users(self.complaint))

    def test_report_is_locked_until_it_is_corrected(self):
        """What was reported is changed with a reason only; what was said before stays in the thread."""
        appraisal = self._add_appraisal()
        appraisal.sudo().write({"state": "asked"})
        mine = appraisal.with_user(self.handler)
        mine.write(
            {"result": "confirms", "report_file": b"cGRm", "report_file_name": "report.pdf", "cost": 1}
        )
        mine.action_report()
        for vals in ({"result": "refutes"}, {"result_text": "x"}, {"report_file": False}, {"cost": 2}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "say why"):
                mine.write(vals)
        with self.assertRaisesRegex(UserError, "say why"):
            mine.action_correct(" ")
        with self.assertRaises(AccessError):
            appraisal.with_user(self.auditor).action_correct("No")
        dialog = self.env["customer.complaint.appraisal.correct"].with_user(self.handler)
        dialog.create({"appraisal_id": appraisal.id, "reason": "Wrong part"}).action_confirm()
        message = appraisal.message_ids[0]
        self.assertIn("Confirms the Complaint", message.body)
        self.assertIn("Wrong part", message.body)
        self.assertEqual((message.attachment_ids.name, message.attachment_ids.raw), ("report.pdf", b"pdf"))
        mine.write({"result": "refutes"})
        mine.action_report()
        self.assertEqual((appraisal.state, appraisal.result), ("reported", "refutes"))
        self.complaint.sudo()._write_dates({"investigation_state": "done"})
        with self.assertRaisesRegex(UserError, "investigation is complete"):
            mine.action_correct("Again")

    def test_expert_who_sees_it(self):
        """He gets the to-do himself."""
        self.complaint.helper_ids = [Command.link(self.other_handler.id)]
        appraisal = self._add_appraisal()
        appraisal.with_user(self.manager).action_need()
        appraisal.with_user(self.handler).action_ask()
        self.assertEqual(self._get_users(appraisal), self.other_handler)

    def test_department(self):
        """Gets the question as a task, in time."""
        self.department.email = "assembly@company.example"
        appraisal = self._add_appraisal(performer="department", user_id=False)
        appraisal.with_user(self.manager).action_need()
        with self.assertRaisesRegex(UserError, "who makes the appraisal"):
            appraisal.with_user(self.handler).action_ask()
        appraisal.department_id = self.department
        appraisal.with_user(self.handler).action_ask()
        self.assertRecordValues(
            appraisal.task_id,
            [{"state": "open", "user_id": self.employee.id, "complaint_id": self.complaint.id}],
        )

    def test_refused(self):
        """Nobody asks for what was decided not to be needed, and the investigation does not wait for it."""
        appraisal = self._add_appraisal()
        self.assertIn("Seal", "".join(self.complaint._get_gaps()[self.complaint.id]))
        appraisal.with_user(self.manager).write({"decision_note": "The photo is enough"})
        appraisal.with_user(self.manager).action_refuse()
        with self.assertRaises(UserError):
            appraisal.with_user(self.handler).action_ask()
        with self.assertRaisesRegex(UserError, "decided already"):
            appraisal.with_user(self.handler).decision_note = "x"
        self.assertNotIn("Seal", "".join(self.complaint._get_gaps()[self.complaint.id]))
        with self.assertRaisesRegex(UserError, "not deleted"):
            appraisal.with_user(self.handler).unlink()

    def test_accused_neither_decides_nor_appraises(self):
        appraisal = self._add_appraisal()
        self._accuse(self.supervisor)
        self.assertFalse(appraisal.with_user(self.supervisor).can_decide)
        with self.assertRaises(AccessError):
            appraisal.with_user(self.supervisor).action_need()
        with self.assertRaisesRegex(ValidationError, "cannot appraise"):
            appraisal.user_id = self.supervisor

    def test_forged(self):
        """State, decision and dates are set by the buttons alone."""
        appraisal = self._add_appraisal().with_user(self.handler)
        for vals in ({"state": "needed"}, {"decided_by_id": self.manager.id}, {"task_id": 1}):
            with self.assertRaises(AccessError):
                appraisal.write(vals)
            with self.assertRaises(AccessError):
                appraisal.create({"complaint_id": self.complaint.id, "name": "x", "question": "y", **vals})
        made = appraisal.with_context(default_state="reported").create(
            {"complaint_id": self.complaint.id, "name": "x", "question": "y"}
        )
        self.assertEqual(made.state, "proposed")
        for action in ("action_need", "action_ask", "action_report", "action_cancel"):
            with self.assertRaises(AccessError):
                getattr(appraisal.with_user(self.other_handler), action)()

    def test_letter(self):
        """In the language of whom it goes to."""
        body = self.env["res.partner"].create({"name": "Institute", "street": "1 Test Road"})
        appraisal = self._add_appraisal(performer="partner", partner_id=body.id, object="Pump 4711")
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("customer_complaint.customer_complaint_appraisal_letter", appraisal.ids)[0]
            .decode()
        )
        for text in ("Institute", "1 Test Road", "Pump 4711", "Why?", self.complaint.number):
            self.assertIn(text, html)
        self.assertNotIn("Lin Wei", html)
