from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_investigation import InvestigationCommon


@tagged("post_install", "-at_install")
class TestInvestigationReport(InvestigationCommon):
    def _render(self, name, user=None):
        report = self.env["ir.actions.report"].with_user(user or self.handler)
        return report._render_qweb_html(f"customer_complaint.{name}", self.complaint.ids)[0].decode()

    def test_report(self):
        """All that was found, and nothing that its reader may not see."""
        self._add_fact()
        self._add_statement(text="<p>Nobody told me</p>")
        self._add("evidence", name="Photo of the seal")
        self._add_appraisal()
        self._add("why", question="Why?", answer="No rule", is_root=True)
        self._add_share(100, party="department", department_id=self.department.id, reason="No check")
        self.complaint.write({"cause_id": self.cause.id, "verdict": "valid", "findings": "<p>Found</p>"})
        html = self._render("customer_complaint_investigation")
        texts = (
            "The seal was missing",
            "Nobody told me",
            "Photo of the seal",
            "No rule",
            "Assembly 100",
            "Found",
        )
        for text in texts:
            self.assertIn(text, html)
        self._accuse(self.handler)
        self.env.invalidate_all()
        self.assertNotIn("Nobody told me", self._render("customer_complaint_investigation"))
        with self.assertRaises(AccessError):
            self._render("customer_complaint_investigation", self.other_handler)

    def test_8d(self):
        """The sheet shows its lines, and says so where there are none."""
        self.assertIn("No 8D sheet", self._render("customer_complaint_8d"))
        self.complaint.with_user(self.handler).action_make_8d()
        line = self.complaint.discipline_ids[2]
        line.write({"text": "<p>All stopped</p>", "task_ids": [Command.create(self._prepare_task())]})
        html = self._render("customer_complaint_8d")
        for text in ("D1 Team", "D8 Closing", "All stopped", "Stop it"):
            self.assertIn(text, html)

    def test_foreign_pictures(self):
        """The program that makes the PDF asks nobody for what a customer's mail names; own pictures stay."""
        self.complaint.description = (
            '<p>Look <img src="http://10.0.0.1/admin"> <img src="/web/image/7">'
            '<span style="background: url(//spy.example/x)">here</span></p>'
        )
        report = self.env.ref("customer_complaint.customer_complaint_report_sheet")
        html = self._render("customer_complaint_sheet")
        self.assertIn("10.0.0.1", html)
        body = report._prepare_html(html)[0][0]
        self.assertIn('src="/web/image/7"', body)
        self.assertIn("here", body)
        self.assertNotIn("10.0.0.1", body)
        self.assertNotIn("spy.example", body)

    def _prepare_task(self):
        return {"name": "Stop it", "complaint_id": self.complaint.id, "department_id": self.department.id}
