import io
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger
from openpyxl import load_workbook

from .test_figures import FiguresCommon

ORDER = "odoo.addons.customer_complaint.wizard.customer_complaint_monthly_order"
SHEETS = [
    "Summary",
    "Trend",
    "Types",
    "Pareto",
    "Root Causes",
    "Times",
    "Teams",
    "Departments",
    "Satisfaction",
    "Scorecards",
    "Definitions",
]


@tagged("post_install", "-at_install")
class TestMonthlyReport(FiguresCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.group_ids += cls.env.ref("base.group_allow_export")

    def _create_report(self, user=None, **vals):
        vals = {"month": "2026-03-15", "team_ids": self.team.ids, **vals}
        return self.env["customer.complaint.monthly"].with_user(user or self.manager).create(vals)

    def _open(self, report):
        name, stream = report._get_xlsx()
        with stream:
            return name, load_workbook(io.BytesIO(stream.read()))

    def _rows(self, book, sheet):
        return {row[0]: row[1:] for row in book[sheet].iter_rows(values_only=True) if row[0]}

    def test_sheets_say_what_the_dashboard_says(self):
        """Counts, times and shares are those of the dashboard; shares are numbers of Excel."""
        self._solve(2, 1, 2, satisfaction=9)
        self._solve(3, 3, 4, satisfaction=4).dissatisfaction_ids = self.env.ref(
            "customer_complaint.customer_complaint_dissatisfaction_slow"
        )
        with self._at(5, month=2):
            self._create_complaint()
        name, book = self._open(self._create_report())
        self.assertEqual((name, book.sheetnames), ("Complaint Report 2026-03.xlsx", SHEETS))
        summary = self._rows(book, "Summary")
        self.assertEqual(summary["Complaints Received"][:4], (2, 1, 1, 0))
        self.assertEqual(summary["Complaints Received"][5], 3)
        self.assertEqual(summary["First Response, Median (working hours)"][0], 2)
        self.assertEqual(summary["Satisfied with the Handling"][0], 0.5)
        self.assertEqual(self._rows(book, "Times")["First Response"][:4], (2, 2, 2.8, 1))
        self.assertEqual(self._rows(book, "Teams")[self.team.name][0], 2)
        self.assertEqual(self._rows(book, "Types")["Product Quality"], (2, 1, 2, 200 / 3 / 100))
        self.assertEqual(self._rows(book, "Pareto")["Product Quality"], (2, 1))
        satisfaction = self._rows(book, "Satisfaction")
        self.assertEqual((satisfaction["Satisfied"], satisfaction["It took too long"]), ((1, 0.5), (1, 1)))
        trend = list(book["Trend"].iter_rows(values_only=True))
        self.assertEqual((len([row for row in trend if row[0]]), trend[24][:2]), (25, ("Mar 2026", 2)))
        self.assertEqual(sum(len(sheet._charts) for sheet in book), 7)

    def test_month_without_complaints(self):
        """An empty month is a report with zeros, not an error."""
        _name, book = self._open(self._create_report(month="2001-05-01", months="12"))
        self.assertEqual(self._rows(book, "Summary")["Complaints Received"][0], 0)
        self.assertEqual(self._rows(book, "Satisfaction")["Satisfied"], (0, None))

    def test_departments_count_their_tasks(self):
        """The sheet counts what departments were given in the month, what was done, and what was late."""
        complaint = self._solve(2, 1, 2)
        department = self.env["customer.complaint.department"].create({"name": "Foundry"})
        with self._at(3):
            tasks = self.env["customer.complaint.task"].create(
                [
                    {
                        "name": name,
                        "complaint_id": complaint.id,
                        "department_id": department.id,
                        "user_id": self.employee.id,
                        "deadline": f"2026-03-{day:02d} 12:00:00",
                    }
                    for name, day in (("one", 4), ("two", 20))
                ]
            )
            tasks.action_hand_over()
        with self._at(10):
            tasks.sudo().write({"state": "done", "done_datetime": fields.Datetime.now()})
        _name, book = self._open(self._create_report())
        self.assertEqual(self._rows(book, "Departments")["Foundry"], (0, 2, 2, 1))

    def test_responsible_departments(self):
        """The largest share that was put to those named counts; ties go to the first, drafts do not count."""
        foundry, paint = self.env["customer.complaint.department"].create(
            [{"name": "Foundry"}, {"name": "Paint"}]
        )
        both, tie, draft, supplier = (self._solve(day, 1, 2) for day in (2, 3, 4, 5))
        shares = self.env["customer.complaint.responsibility"].create(
            [
                {
                    "complaint_id": complaint.id,
                    "party": "department",
                    "department_id": department.id,
                    "percent": percent,
                }
                for complaint, department, percent in (
                    (both, foundry, 30),
                    (both, paint, 70),
                    (tie, foundry, 50),
                    (tie, paint, 50),
                    (draft, paint, 100),
                )
            ]
        )
        shares.filtered(lambda share: share.complaint_id != draft).sudo().write({"state": "stated"})
        figures = self._show()
        rows = {row["name"]: (row["count"], row["share"]) for row in figures["departments"]}
        self.assertEqual(rows, {"Foundry": (1, "50.0 %"), "Paint": (1, "50.0 %")})
        for department in foundry, paint:
            self.assertEqual(self._count_open("department", department.id), 1)
        groups = self._report()._read_group(
            [("complaint_id", "in", (both + tie + draft + supplier).ids)], ["department_id"], ["__count"]
        )
        self.assertEqual(dict(groups), {foundry: 1, paint: 1, foundry.browse(): 2})
        _name, book = self._open(self._create_report())
        self.assertEqual(self._rows(book, "Departments")["Paint"], (1, 0, 0, 0))

    def test_scorecards_of_those_whom_the_reader_sees(self):
        """Each person of the month whose card the reader may open; few complaints are marked and give no total."""
        Card = self.env["customer.complaint.scorecard"]
        self.env.company.care_card_minimum = 2
        for user in (self.handler, self.handler, self.other_handler):
            self._solve(2, 1, 2, user_id=user.id)
        self.env.flush_all()
        self.cr.precommit.run()
        with self._at(10):
            Card._compute_month(self.env.company, date(2026, 3, 1))
        _name, book = self._open(self._create_report())
        head, rows = next(book["Scorecards"].iter_rows(values_only=True)), self._rows(book, "Scorecards")
        self.assertEqual((head[0], head[-1]), ("Handler", "Few Complaints"))
        card, few = (
            dict(zip(head[1:], rows[user.name], strict=True)) for user in (self.handler, self.other_handler)
        )
        self.assertEqual((card["Solved Complaints"], card["Few Complaints"] or ""), (2, ""))
        self.assertIsNotNone(card["Total Points"])
        self.assertEqual((few["Few Complaints"], few["Total Points"]), ("Few Complaints", None))
        self.assertIsNone(few["Satisfaction: Points"])
        # a leader sees those of his team and himself
        self.supervisor.group_ids += self.env.ref("base.group_allow_export")
        stranger = self._create_user("stranger_t", "customer_complaint.group_complaint_user")
        Card.search([("user_id", "=", self.other_handler.id)]).write({"user_id": stranger.id})
        _name, book = self._open(self._create_report(user=self.supervisor))
        self.assertEqual(
            {self.handler.name, stranger.name} & self._rows(book, "Scorecards").keys(), {self.handler.name}
        )

    def test_who_takes_the_report_away(self):
        """Nobody without the right to export, nobody who may not read figures, nobody else's report."""
        report = self._create_report()
        for user in (self.supervisor, self.director):
            with self.assertRaises(AccessError):
                report.with_user(user)._get_xlsx()
        with self.assertRaises(AccessError):
            self._create_report(user=self.handler)
        self.manager.group_ids -= self.env.ref("base.group_allow_export")
        with self.assertRaises(AccessError):
            report.action_download_xlsx()

    def test_texts_are_no_formulas(self):
        """A category that looks like a formula is a text."""
        self.product.name = "=1+1"
        self._solve(2, 1, 2)
        _name, book = self._open(self._create_report())
        cell = next(row[0] for row in book["Types"].iter_rows() if row[0].value == "=1+1")
        self.assertEqual(cell.data_type, "s")

    def test_mail_to_oneself(self):
        """The report comes as a mail with the workbook, and without it where export is not allowed."""
        self._solve(2, 1, 2)
        report = self._create_report()
        before = self.env["mail.mail"].search([])
        report.action_send_to_me()
        self.assertEqual(self.env["mail.mail"].search([]), before)
        self._run_job()
        self._run_job()
        mail = self.env["mail.mail"].search([]) - before
        self.assertEqual(mail.email_to, self.manager.email_formatted)
        self.assertEqual(mail.attachment_ids.name, "Complaint Report 2026-03.xlsx")
        self.assertIn("Resolved in Time", mail.body_html)

    def _run_job(self):
        commit = patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=1)
        with commit:
            self.env["customer.complaint.monthly"]._cron_send_ordered()

    def test_long_reports_are_mailed(self):
        """Nobody waits for a workbook over very many complaints; short ones are there at once."""
        self._solve(2, 1, 2)
        report = self._create_report()
        self.assertEqual(report.action_download_xlsx()["type"], "ir.actions.act_url")
        with patch(f"{ORDER}.MOST_AT_ONCE", 1):
            self.assertEqual(report.action_download_xlsx()["tag"], "display_notification")
        self.assertTrue(report.is_ordered)

    def test_report_that_cannot_be_made(self):
        """It is told and keeps no other from being made; it is not tried for ever."""
        bad, good = self._create_report(), self._create_report(user=self.supervisor)
        for report in bad, good:
            report.action_send_to_me()
        self.manager.group_ids = self.env.ref("base.group_user")
        before = self.env["mail.mail"].search([])
        with mute_logger(ORDER):
            self._run_job()
        mail = self.env["mail.mail"].search([]) - before
        self.assertEqual(mail.email_to, self.supervisor.email_formatted)
        self.assertFalse(mail.attachment_ids)
        self.assertFalse(bad.sudo().is_ordered or good.is_ordered)

    def test_orders_are_not_forged(self):
        """Whose rights the job works with is said by the program."""
        for vals in ({"is_ordered": True}, {"order_context": {"allowed_company_ids": [1]}}):
            with self.assertRaises(AccessError):
                self._create_report().write(vals)

    # The monthly job

    def _send(self, today):
        with freeze_time(today):
            return self.env.company._send_complaint_report()

    def test_job_mails_once_a_month(self):
        """The first month after the switch brings nothing, each later one a mail to each reader, once."""
        self.assertFalse(self._send("2001-05-20"))
        company = self.env.company
        company.write(
            {
                "care_complaint_report_user_ids": (self.manager | self.handler).ids,
                "care_complaint_report_month": False,
            }
        )
        self.assertFalse(self._send("2001-05-20"))
        self.assertFalse(self._send("2001-05-31"))
        mail = self._send("2001-06-01")
        self.assertEqual(mail.email_to, self.manager.email_formatted)
        self.assertEqual(mail.attachment_ids.name, "Complaint Report 2001-05.xlsx")
        self.assertFalse(self._send("2001-06-02"))

    def test_job_asks_those_whom_settings_name(self):
        """Nobody is named after the installation: nothing is mailed."""
        self.env["res.company"].search([]).care_complaint_report_user_ids = False
        before = self.env["mail.mail"].search_count([])
        with self.enter_registry_test_mode():
            self.env.ref("customer_complaint.ir_cron_complaint_report").method_direct_trigger()
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
