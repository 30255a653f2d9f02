from datetime import date, datetime
from io import BytesIO

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from openpyxl import load_workbook

from .figures_common import FiguresCommon


@tagged("post_install", "-at_install")
class TestSurveyWorkbook(FiguresCommon):
    def _make(self, role="manager", lang="en_US", **vals):
        self.users[role].group_ids += self.env.ref("base.group_allow_export")
        workbooks = self._as(role, lang=lang)["customer.survey.workbook"]
        return workbooks.create({"date_from": "2026-03-01", "date_to": "2026-03-31", **vals})

    def _load(self, report):
        name, stream = report._get_xlsx()
        with stream:
            return name, load_workbook(BytesIO(stream.read()))

    def _read(self, sheet):
        return [list(row) for row in sheet.iter_rows(values_only=True)]

    def test_workbook_says_what_the_dashboard_says(self):
        """The numbers of the workbook are those of the dashboard, with native charts."""
        reasons = self._add_reasons("Slow", "Dear")
        for day, nps in enumerate((10, 9, 7, 2), start=2):
            self._choose(
                self._add(day, csat=nps or 1, nps=nps, team_id=self.team.id), reasons.suggested_answer_ids[0]
            )
        name, book = self._load(self._make())
        self.assertEqual(name, "Satisfaction 2026-03.xlsx")
        rows = {row[0]: row for row in self._read(book["Summary"])}
        tiles = self._tiles()
        self.assertEqual(rows["Answers"][1], 4)
        self.assertAlmostEqual(rows["Net Promoter Score"][1], tiles["nps"]["number"])
        self.assertAlmostEqual(rows["Satisfied (CSAT)"][1], tiles["csat"]["number"] / 100)
        self.assertAlmostEqual(rows["Response Rate"][1], 1.0)
        self.assertEqual(rows["Response Rate"][4], 4)
        self.assertEqual(rows["Time to Answer, Median (hours)"][1], 2.0)
        self.assertEqual(self._read(book["By Team"])[1][:2], ["North", 4])
        self.assertEqual(self._read(book["Reasons"])[1][:2], ["Slow", 4])
        self.assertEqual([row[0] for row in self._read(book["Recommendation"])[1:12]], list(range(11)))
        charts = {sheet.title: len(sheet._charts) for sheet in book.worksheets}
        self.assertEqual((charts["Trend"], charts["Recommendation"], charts["Reasons"]), (2, 2, 1))

    def test_days_and_months_in_the_order_of_the_language(self):
        """A Chinese reader finds the year before the month, and the month before the day."""
        self.env["res.lang"]._activate_lang("zh_CN")
        steps = {}
        for lang in ("en_US", "zh_CN"):
            figures = self._as("manager", lang=lang)["customer.survey.figures"]
            steps[lang] = [figures._say_step(date(2026, 3, 2), grain) for grain in ("day", "month")]
        self.assertEqual(steps, {"en_US": ["Mar 2", "Mar 2026"], "zh_CN": ["3月2日", "2026年3月"]})

    def test_raw_answers(self):
        """A row for each answer, a column for each question; a text is no formula."""
        answers = self._send()
        self._answer(answers, csat=8, nps=9, ces=5, comment="=1+1")
        self.company.partner_id.tz = "Pacific/Auckland"
        answers.end_datetime = "2026-03-04 20:00:00"
        answers.care_score_ids.sudo().date = "2026-03-05"
        report = self._make(date_from="2026-03-05", date_to="2026-03-05")
        _name, book = self._load(report)
        head, row = self._read(book["How are we-"])[:2]
        self.assertEqual(head[5:], ["Satisfied?", "Recommend?", "Easy?", "Why?"])
        self.assertEqual(row[:3], [datetime(2026, 3, 5), "Acme", "Acme, Ann"])
        self.assertEqual(row[5:], [8, 9, 5, "=1+1"])
        self.assertEqual(book["How are we-"].cell(2, 9).data_type, "s")
        self.assertEqual(self._read(book["Comments"])[1][1], "=1+1")
        _name, book = self._load(self._make(date_from=date.today(), date_to=date.today(), has_answers=False))
        self.assertNotIn("How are we-", book.sheetnames)

    def test_anonymous_answers_name_nobody(self):
        """No name, and nothing at all of a few."""
        nameless = self._make_anonymous()
        for day in range(2, 6):
            self._add(day, survey=nameless, partner=self.env["res.partner"], nps=3)
        self.assertNotIn("Without name", self._load(self._make())[1].sheetnames)
        self._add(6, survey=nameless, partner=self.env["res.partner"], nps=3)
        head, *rows = self._read(self._load(self._make())[1]["Without name"])
        self.assertEqual((head[:2], len(rows)), (["Answered On", "Satisfied?"], 5))

    def test_empty_workbook(self):
        """Without any answer there is a workbook all the same."""
        _name, book = self._load(self._make())
        self.assertEqual({row[0]: row for row in self._read(book["Summary"])}["Answers"][1], 0)

    def test_who_may(self):
        """Who may not export gets no file; who may not read figures gets nothing at all."""
        report = self._make("manager")
        self.users["manager"].group_ids -= self.env.ref("base.group_allow_export")
        with self.assertRaises(AccessError):
            report.action_download_xlsx()
        for role in ("specialist", "employee", "portal"):
            with self.assertRaises(AccessError):
                self._as(role)["customer.survey.workbook"].create(
                    {"date_from": "2026-03-01", "date_to": "2026-03-31"}
                )

    def test_what_cannot_be_asked(self):
        """A period that ends before it begins, or is too long, and a company of others are refused."""
        with self.assertRaises(UserError):
            self._make(date_to="2026-02-01")
        with self.assertRaises(UserError):
            self._make(date_from="1980-01-01")
        strangers = self.env["res.company"].create({"name": "Strangers"})
        with self.assertRaises(UserError):
            self._make(company_id=strangers.id)._get_figures()

    def test_monthly_mail(self):
        """Off until somebody is named; then each month once, with the reader's rights and without all answers."""
        users = self.users["manager"] + self.users["specialist"]
        users.write({"email": "reader@example.com"})
        self.users["manager"].group_ids += self.env.ref("base.group_allow_export")
        self._add(2, csat=10)
        self.own_company.care_survey_report_user_ids = users
        with freeze_time("2026-03-15"):
            self.assertFalse(self.own_company._send_survey_report())
        with freeze_time("2026-04-02"):
            mail = self.own_company._send_survey_report()
            self.assertFalse(self.own_company._send_survey_report())
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.subject, "Figures: Satisfaction 2026-03")
        self.assertIn("Satisfied (CSAT)", mail.body_html)
        self.assertEqual(mail.attachment_ids.name, "Satisfaction 2026-03.xlsx")


@tagged("post_install", "-at_install")
class TestQuestionStatistics(FiguresCommon, HttpCase):
    def test_results_page_counts_finished_answers(self):
        """The page of a survey shows the answers that count: neither tests nor unfinished ones nor uninvited."""
        self._answer(self._send(), csat=8, nps=9, ces=5, comment="Fine work")
        for vals, text in (({"test_entry": True}, "A test"), ({}, "Uninvited")):
            answer = self.survey._create_answer(check_attempts=False, **vals)
            self._answer(answer, csat=1, comment=text)
        half = self._send(cause="2")
        half._mark_in_progress()
        half._save_lines(self.comment, "Unfinished")
        self.authenticate(self.users["supervisor"].login, self.users["supervisor"].login)
        page = self.url_open(f"/survey/results/{self.survey.id}").text
        self.assertIn("Fine work", page)
        for text in ("A test", "Uninvited", "Unfinished"):
            self.assertNotIn(text, page)
