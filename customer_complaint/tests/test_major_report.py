from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ComplaintCommon

RENDER = "odoo.addons.base.models.ir_actions_report.IrActionsReport._render_qweb_pdf"


@tagged("post_install", "-at_install")
class TestMajorReport(ComplaintCommon):
    """The report on a major complaint, its signatures and the release."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.manager_id = cls.manager
        cls.stage_closed.needs_release = True
        cls.complaint = cls._create_complaint(
            is_major=True, user_id=cls.handler.id, description="<p>Water everywhere</p>"
        )

    def setUp(self):
        super().setUp()
        self.startPatcher(patch(RENDER, lambda *args, **kwargs: (b"%PDF-1.4", "pdf")))

    def _write_report(self, complaint=None):
        action = (complaint or self.complaint).with_user(self.handler).action_write_major_report()
        return self.env["customer.complaint.major.report"].browse(action["res_id"])

    def _issue(self):
        report = self._write_report()
        report.with_user(self.handler).action_issue()
        return report

    def _close_by_every_route(self):
        """Return the routes by which a manager may try to close the complaint."""
        mine = self.complaint.with_user(self.manager)
        closed = self.stage_closed.id
        return {
            "write": lambda: mine.write({"stage_id": closed}),
            "mass edit": lambda: (mine + self._create_complaint().with_user(self.manager)).write(
                {"stage_id": closed}
            ),
            "web_save": lambda: mine.web_save({"stage_id": closed}, {}),
            "program": lambda: self.complaint.sudo().write({"stage_id": closed}),
            "create": lambda: self._create_complaint(is_major=True, stage_id=closed),
        }

    def test_no_route_closes_before_the_release(self):
        """Neither write nor mass edit, form, program, import or dialog closes an unreleased major complaint."""
        for name, route in self._close_by_every_route().items():
            with (
                self.subTest(route=name),
                self.assertRaisesRegex(UserError, "has not signed"),
                self.cr.savepoint(),
            ):
                route()
        # The button opens the dialog that names what is missing.
        self.assertTrue(self.complaint.with_user(self.manager).action_move_to(self.stage_closed.id))
        self.assertNotEqual(self.complaint.stage_id, self.stage_closed)

    def _get_asked(self):
        """Return who has a to-do to sign."""
        kind = self.env.ref("customer_complaint.mail_activity_type_sign")
        return self.complaint.activity_ids.filtered(lambda todo: todo.activity_type_id == kind).user_id

    def test_signatures_in_order_release_the_complaint(self):
        """Handler, department, manager with a decision; out of turn or without reason nothing happens."""
        report = self._write_report()
        report.with_user(self.handler).department_user_id = self.supervisor
        report.with_user(self.handler).action_issue()
        self.assertEqual(
            report.sign_ids.sorted("sequence").user_id, self.handler | self.supervisor | self.manager
        )
        for user in (self.supervisor, self.manager, self.auditor):
            with self.subTest(user=user.login), self.assertRaisesRegex(UserError, "your turn"):
                report.with_user(user).action_sign("needed", "Because")
        report.with_user(self.handler).action_sign()
        self.assertEqual(self._get_asked(), self.supervisor)
        with self.assertRaisesRegex(UserError, "your turn"):
            report.with_user(self.handler).action_sign()
        report.with_user(self.supervisor).action_sign()
        self.assertEqual(self._get_asked(), self.manager)
        action = report.with_user(self.manager).action_sign()
        self.assertEqual(action["res_model"], "customer.complaint.release")
        self.assertFalse(self.complaint.released_datetime)
        wizard = (
            self.env["customer.complaint.release"]
            .with_user(self.manager)
            .with_context(**action["context"])
            .create({"appraisal_decision": "needed", "reason": "The seal is to be examined"})
        )
        wizard.action_confirm()
        self.assertEqual((report.state, report.appraisal_decision), ("signed", "needed"))
        self.assertFalse(self._get_asked())
        self.assertEqual(self.complaint.released_by_id, self.manager)
        with self.assertRaisesRegex(UserError, "your turn"):
            report.with_user(self.manager).action_sign("not_needed", "Twice")
        self.complaint.with_user(self.manager).write({"stage_id": self.stage_closed.id})
        self.complaint.action_reopen("Leaks again")
        self.assertFalse(self.complaint.released_datetime)

    def test_signing_goes_on_after_reopening(self):
        """Who signs next has nothing to do with a cancelled complaint, and is asked again once it is reopened."""
        self._issue().with_user(self.handler).action_sign()
        self.assertEqual(self._get_asked(), self.manager)
        self._move(self.complaint, self.stage_cancelled)
        self.assertFalse(self._get_asked())
        self.complaint.with_user(self.supervisor).action_reopen("It goes on")
        self.assertEqual(self._get_asked(), self.manager)

    def test_issued_versions_never_change(self):
        """Text, state, decision and signatures of an issued version are refused to everybody."""
        report = self._issue()
        digest = report.digest
        for user in (self.handler, self.manager):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                report.with_user(user).write({"happened": "Nothing"})
            for name, value in {
                "state": "draft",
                "content": {},
                "digest": "x",
                "appraisal_decision": "needed",
                "pdf": False,
            }.items():
                with self.subTest(user=user.login, name=name), self.assertRaises(AccessError):
                    report.with_user(user).write({name: value})
            with self.assertRaises(UserError):
                report.with_user(user).unlink()
            with self.assertRaises(AccessError):
                report.sign_ids[0].with_user(user).write({"signed_datetime": "2026-01-01 00:00:00"})
        self.complaint.description = "<p>Something else</p>"
        self.assertIn("Water everywhere", report.content["happened"])
        self.assertEqual(report._get_digest(report.content), digest)
        self.env.cr.execute(
            "UPDATE customer_complaint_major_report SET content = jsonb_set(content, '{done}', '\"x\"') WHERE id = %s",
            [report.id],
        )
        report.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "not the one that was issued"):
            report.with_user(self.handler).action_sign()

    def test_a_new_version_takes_the_place_of_the_old(self):
        """One draft at a time; the new version asks for all signatures and the release anew."""
        first = self._issue()
        second = self._write_report()
        self.assertEqual(self._write_report(), second)
        self.assertEqual((first.version, second.version), (1, 2))
        second.with_user(self.handler).action_issue()
        self.assertEqual((first.state, second.state), ("replaced", "issued"))
        with self.assertRaises(UserError):
            first.with_user(self.handler).action_sign()
        with self.assertRaises(UserError):
            second.with_user(self.handler).action_issue()

    def test_who_may_write_a_report(self):
        """Only those who may change the complaint, and only of major ones."""
        for user in (self.other_handler, self.auditor, self.director, self.employee):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.complaint.with_user(user).action_write_major_report()
            with self.subTest(create=user.login), self.assertRaises(AccessError):
                self.env["customer.complaint.major.report"].with_user(user).create(
                    {"complaint_id": self.complaint.id, "happened": "x"}
                )
        plain = self._create_complaint(user_id=self.handler.id)
        with self.assertRaisesRegex(UserError, "Only major"):
            self._write_report(plain)
        empty = self._write_report()
        empty.with_user(self.handler).happened = "<p><br></p>"
        with self.assertRaisesRegex(UserError, "what happened"):
            empty.with_user(self.handler).action_issue()
        with self.assertRaises(AccessError):
            empty.with_user(self.other_handler).read(["happened"])
        empty.with_user(self.auditor).read(["happened"])

    def test_mailed_to_those_who_are_configured(self):
        """Company, team and category name who gets it; of a confidential complaint only who may read it."""
        technician = self.env["res.partner"].create({"name": "Technician", "email": "tech@company.example"})
        self.team.major_partner_ids = technician
        report = self._issue()
        self.assertIn("Technician", report.sent_to)
        self.assertIn(self.manager.name, report.sent_to)
        mails = self.env["mail.mail"].search([("model", "=", report._name), ("res_id", "=", report.id)])
        self.assertEqual(len(mails), 2)
        self.assertEqual(mails.attachment_ids.mapped("name"), [report.pdf_name] * 2)
        self.complaint.is_confidential = True
        second = self._issue()
        self.assertNotIn("Technician", second.sent_to or "")

    def test_erasure_takes_what_the_report_tells(self):
        """Text, frozen text and PDF of the reports go with the customer; version and signatures stay."""
        report = self._issue()
        entry = self.customer._care_privacy_models()[report._name]
        self.assertEqual(report.search(entry["domain"](self.customer.ids)), report)
        files = self.customer._care_get_files([(report._name, entry, report)])
        self.assertEqual(files.filtered(lambda file: file.res_field == "pdf").res_id, report.id)
        report.write(entry["erase"])
        self.assertFalse(report.happened or report.content)

    def test_another_company_sees_and_signs_nothing(self):
        """A manager who works for another company alone neither reads, signs nor takes the mark back."""
        company = self.env["res.company"].create({"name": "Other"})
        stranger = self._create_user("stranger_t", "customer_complaint.group_complaint_manager")
        stranger.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
        report = self._issue().with_user(stranger)
        for act in (
            lambda: report.read(["happened"]),
            lambda: report.action_sign("needed", "Mine"),
            lambda: report.complaint_id.with_user(stranger).action_undeclare_major("Mine"),
            lambda: self.complaint.with_user(stranger).action_complete_file(),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_customer_cannot_close_a_major_one_by_his_acts(self):
        """What the customer does in the portal, and his mail, close nothing; withdrawing ends it as cancelled."""
        self.complaint.sudo().proposal = "<p>A new pump</p>"
        self._move(self.complaint, self.stage_proposed)
        digest = self.complaint._get_solution_digest()
        self.complaint._customer_act("accept", "Lin Wei", digest=digest)
        self.complaint.message_post(
            body="Thank you, please close it", author_id=self.customer.id, message_type="email"
        )
        self.assertEqual(self.complaint.phase, "open")
        self.assertFalse(self.complaint.released_datetime)
