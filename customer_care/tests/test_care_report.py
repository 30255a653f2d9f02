import doctest
from datetime import datetime
from io import BytesIO

from freezegun import freeze_time
from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from openpyxl import load_workbook
from psycopg2 import IntegrityError

from ..tools import care_figures
from ..tools.care_figures import FIGURES
from .metric_common import MetricCommon


@tagged("post_install", "-at_install")
class TestCareReport(MetricCommon):
    """May 2001, in which the customers of one team alone were cared for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls._create_team(name="Report team")
        cls.grade = cls.env["customer.grade"].create(
            {"name": "Report grade", "code": "RG", "contact_interval_days": 30}
        )
        cls.manager.group_ids += cls.env.ref("base.group_allow_export")
        cls.buyer, cls.other = (
            cls._create_customer(name, is_company=True, care_team_id=cls.team.id, care_user_id=user.id)
            for name, user in (("Buyer", cls.specialist), ("Other", cls.other_specialist))
        )

    def _report(self, user=None, **vals):
        vals = {
            "date_from": "2001-05-01",
            "date_to": "2001-05-31",
            "period": "own",
            "team_id": self.team.id,
            **vals,
        }
        return self.env["customer.care.report"].with_user(user or self.manager).create(vals)

    def _sums(self, **vals):
        """Return the sums that are not 0."""
        return {name: number for name, number in self._report(**vals)._get_sums().items() if number}

    def _call(self, day="2001-05-10", partner=None, **vals):
        done = {"done_datetime": f"{day} 10:00:00"} if vals.get("outcome") else {}
        return self.env["customer.callback"].create(
            {
                "partner_id": (partner or self.buyer).id,
                "subject": "Call",
                "date_planned": day,
                "user_id": self.specialist.id,
                **done,
                **vals,
            }
        )

    def _log(self, day="2001-05-10 10:00:00", partner=None, **vals):
        return self.env["customer.contact.log"].create(
            {
                "partner_id": (partner or self.buyer).id,
                "subject": "Talk",
                "kind": "visit",
                "date_start": day,
                **vals,
            }
        )

    # Figures

    def test_report_formulas(self):
        """The examples of the formulas hold, and each figure has a name and a definition."""
        result = doctest.testmod(care_figures)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)
        report = self._report()
        self.assertEqual(set(FIGURES), set(report._get_names()))
        self.assertEqual(set(FIGURES), set(report._get_definitions()))

    def test_report_planned_contacts(self):
        """A cancelled call is not planned, and one that was tried again counts once, with the last attempt."""
        self._call(state="done", outcome="reached", satisfaction=9)
        first = self._call(state="done", outcome="no_answer")
        self._call("2001-05-12", state="missed", outcome="no_answer", previous_id=first.id)
        self._call("2001-05-31")
        self._call(state="cancelled")
        self._call("2001-06-01")
        self._call("2001-04-30")
        expected = {
            "planned_count": 3,
            "done_count": 1,
            "overdue_count": 1,
            "call_count": 3,
            "reached_count": 1,
        }
        sums = self._sums()
        self.assertEqual({name: sums.get(name) for name in expected}, expected)
        self.assertEqual((sums["answer_count"], sums["satisfied_count"]), (1, 1))

    def test_report_overdue_waits_for_the_deadline(self):
        """A call is overdue after the last day of its window, not after the first."""
        today = fields.Date.today()
        self._call("2001-05-02", date_deadline=today)
        self.assertNotIn("overdue_count", self._sums())
        self._call("2001-05-02", date_deadline=fields.Date.subtract(today, days=2))
        self.assertEqual(self._sums()["overdue_count"], 1)

    def test_report_day_is_the_readers(self):
        """A call finished at 23:00 UTC on the last of April was made in May for a reader in Shanghai."""
        self._call("2001-05-10", state="done", outcome="reached", done_datetime="2001-04-30 23:00:00")
        self.assertNotIn("call_count", self._sums())
        self.manager.tz = "Asia/Shanghai"
        self.assertEqual(self._sums()["call_count"], 1)

    def test_report_satisfied_from_the_number_of_the_settings(self):
        """Which answer is satisfied is the company's decision; no answer is none."""
        for answer in (0, 7, 8, 10):
            self._call(state="done", outcome="reached", satisfaction=answer)
        self.assertEqual((self._sums()["answer_count"], self._sums()["satisfied_count"]), (3, 2))
        self.company.care_satisfied_from = 10
        self.assertEqual(self._sums()["satisfied_count"], 1)

    def test_report_coverage(self):
        """Covered is whose last counted contact is, on the last day, no older than the grade allows."""
        (self.buyer | self.other).care_grade_id = self.grade
        self.assertEqual(self._sums()["due_count"], 2)
        self._log("2001-05-01 00:00:00")
        self._log("2001-04-30 23:59:00", partner=self.other)
        self._log("2001-05-20 10:00:00", partner=self.other, kind="gift")
        self._log("2001-06-01 00:00:00", partner=self.other)
        sums = self._sums()
        self.assertEqual((sums["due_count"], sums["covered_count"], sums["contact_count"]), (2, 1, 1))
        self.grade.contact_interval_days = 0
        self.assertNotIn("due_count", self._sums())

    def test_report_loyalty(self):
        """Loyal is who bought in the year before the last and again in the last; refunds are no purchase."""
        self._buy(("1999-07-01", 10), ("2000-07-01", 10), partner=self.buyer)
        self._buy(("1999-07-01", 10), ("2000-07-01", -10), partner=self.other)
        new = self._create_customer("New", is_company=True, care_team_id=self.team.id)
        self._buy(("2001-05-02", 10), partner=new)
        sums = self._sums()
        self.assertEqual((sums["buyer_count"], sums["loyal_count"]), (2, 1))

    def test_report_cost_of_measures(self):
        """Measures of live plans due in the period count; a call counts as its callback, with its cost."""
        plan = self.env["customer.care.plan"].create(
            {
                "name": "Plan",
                "partner_id": self.buyer.id,
                "date_begin": "2001-01-01",
                "date_end": "2001-12-31",
                "measure_ids": [
                    Command.create(
                        {"name": kind, "kind": kind, "date": day, "cost": 100, "user_id": self.specialist.id}
                    )
                    for kind, day in (("visit", "2001-05-05"), ("call", "2001-05-06"), ("gift", "2001-06-05"))
                ],
            }
        )
        self.assertNotIn("planned_cost", self._sums())
        plan.sudo().state = "running"
        plan.measure_ids.sudo().state = "planned"
        plan.measure_ids.filtered(lambda measure: measure.kind == "visit").sudo().write(
            {"state": "done", "actual_cost": 80}
        )
        self.env.flush_all()
        sums = self._sums()
        self.assertEqual((sums["planned_cost"], sums["actual_cost"]), (200, 80))
        self.assertEqual((sums["planned_count"], sums["done_count"]), (1, 1))

    def test_report_cost_of_gifts_and_campaigns(self):
        """An approved gift is planned, one handed over was paid; guests share the cost of their campaign."""
        gifts = (
            self.env["customer.care.gift"]
            .create(
                [
                    {"name": "Tea", "partner_id": self.buyer.id, "amount": amount, "date": day}
                    for amount, day in (
                        (10, "2001-05-05"),
                        (20, "2001-05-06"),
                        (40, "2001-05-07"),
                        (80, "2001-06-01"),
                    )
                ]
            )
            .sudo()
        )
        gifts[0].state = gifts[3].state = "given"
        gifts[1].state = "approved"
        stranger = self._create_customer("Stranger", is_company=True)
        campaign = self.env["customer.care.campaign"].create(
            {
                "name": "Day",
                "date_begin": "2001-05-20 08:00:00",
                "date_end": "2001-05-20 18:00:00",
                "cost_ids": [Command.create({"name": "Hall", "planned_amount": 100, "actual_amount": 90})],
                "participant_ids": [Command.create({"partner_id": one.id}) for one in (self.buyer, stranger)],
            }
        )
        sums = self._sums()
        self.assertEqual((sums["planned_cost"], sums["actual_cost"]), (30, 10))
        campaign.sudo().state = "done"
        sums = self._sums()
        self.assertEqual((sums["planned_cost"], sums["actual_cost"]), (80, 55))

    def test_report_stay_and_migration(self):
        """Retention and migration are those of their own reports."""
        stages = {
            stage.code: stage for stage in self.env["customer.lifecycle.stage"].search([]) if stage.code
        }
        self.env["customer.lifecycle.change"]._log(
            [
                {"partner_id": partner.id, "to_stage_id": stages[code].id, "date": datetime(2001, month, 3)}
                for partner, code, month in (
                    (self.buyer, "active", 1),
                    (self.other, "active", 1),
                    (self.other, "lost", 5),
                )
            ]
        )
        sums = self._sums()
        self.assertEqual((sums["start_count"], sums["kept_count"], sums["lost_count"]), (2, 1, 1))

    # Screen

    def test_report_previous_period(self):
        """Months are compared with months, a part of a month with the same days of the one before."""
        for period, expected in (
            (("2001-05-01", "2001-05-31"), ("2001-04-01", "2001-04-30")),
            (("2001-01-01", "2001-12-31"), ("2000-01-01", "2000-12-31")),
            (("2001-03-01", "2001-03-30"), ("2001-02-01", "2001-02-28")),
            (("2001-05-10", "2001-05-19"), ("2001-04-30", "2001-05-09")),
        ):
            report = self._report(date_from=period[0], date_to=period[1])
            self.assertEqual(tuple(map(str, report._get_previous_period())), expected)
        with self.assertRaises(ValidationError):
            self._report(date_from="2001-06-01")

    def test_report_tiles_say_value_before_and_target(self):
        """Each figure stands beside the one before, its target and its definition."""
        self._call(state="done", outcome="reached", satisfaction=9)
        self._call(state="done", outcome="reached", satisfaction=3)
        self._call("2001-04-10", state="done", outcome="reached", satisfaction=3)
        tiles = {tile["name"]: tile for tile in self._report().tiles["tiles"]}
        self.assertEqual(len(tiles), len(FIGURES))
        tile = tiles["Customers' satisfaction"]
        self.assertEqual((tile["value"], tile["note"]), ("50.0 %", "before: 0.0 %"))
        self.assertEqual((tile["target"], tile["class"]), ("✗ Target: at least 90.0 %", "o_care_tile_bad"))
        self.assertIn("8 or better", tile["definition"])
        self.assertEqual(tiles["Churn of customers"]["value"], "–")

    def test_report_groups_and_their_customers(self):
        """Each group has its row, a click on a number opens its customers, and the total adds up."""
        self._call(state="done", outcome="reached")
        self._call(partner=self.other)
        report = self._report(group_by="care_user_id")
        rows = {row["name"]: row["cells"][0] for row in report.matrix["rows"]}
        self.assertEqual(rows[self.specialist.name]["note"], "1 / 1")
        self.assertEqual(rows[self.other_specialist.name]["note"], "0 / 1")
        self.assertEqual(rows["Total"]["note"], "1 / 2")
        action = report.action_open_figure(*rows[self.specialist.name]["args"])
        found = (
            self.env["customer.care.report.row"].with_context(**action["context"]).search(action["domain"])
        )
        self.assertEqual(found.partner_id, self.buyer)
        with self.assertRaises(UserError):
            report.action_open_figure("id")

    def test_report_most_special_target_counts(self):
        """A team's target goes before a company's, which goes before the general one."""
        Target = self.env["customer.care.target"]
        general = Target._get_targets()["satisfaction"]
        Target.create({"figure": "satisfaction", "percent": 70, "company_id": self.company.id})
        Target.create({"figure": "satisfaction", "percent": 60, "team_id": self.team.id})
        self.assertEqual(Target._get_targets()["satisfaction"], general)
        self.assertEqual(Target._get_targets(self.company)["satisfaction"], 70)
        self.assertEqual(Target._get_targets(self.company, self.team)["satisfaction"], 60)
        for percent, error in ((-1, IntegrityError), (1001, IntegrityError), (float("nan"), Exception)):
            with self.subTest(percent=percent), mute_logger("odoo.sql_db"), self.assertRaises(error):
                Target.create({"figure": "reach", "percent": percent})

    def test_report_workbook(self):
        """The workbook has the figures, the groups, the months and the customers, with native charts."""
        self._call(state="done", outcome="reached", satisfaction=9)
        with self._report()._get_xlsx()[1] as stream:
            book = load_workbook(BytesIO(stream.read()))
        figures, groups, months, customers = book.worksheets
        rows = {row[0].value: row for row in figures.iter_rows(min_row=4, max_row=3 + len(FIGURES))}
        self.assertEqual(rows["Customers' satisfaction"][1].value, 1)
        self.assertEqual(rows["Customers' satisfaction"][6].value, "Yes")
        self.assertEqual(groups["A2"].value, "Report team")
        self.assertEqual([months.cell(13, column).value for column in (1, 4)], ["2001-05", 1])
        self.assertEqual({"Buyer"}, {row[0].value for row in customers.iter_rows(min_row=2)})
        self.assertTrue(all(sheet._charts for sheet in (figures, groups, months)))

    def test_report_access(self):
        """Leaders and auditors read the report, others do not; only managers set targets."""
        self._call(state="done", outcome="reached")
        for user in (self.supervisor, self.manager, self.auditor):
            self.assertEqual(self._report(user)._get_sums()["done_count"], 1)
        for user in (self.specialist, self.employee, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._report(user)
        vals = {"figure": "reach", "percent": 50}
        with self.assertRaises(AccessError):
            self.env["customer.care.target"].with_user(self.supervisor).create(vals)
        self.assertTrue(self.env["customer.care.target"].with_user(self.manager).create(vals))

    def test_report_of_another_company(self):
        """What another company did is not seen by who does not work there."""
        other = self.env["res.company"].create({"name": "Other company"})
        self._call(state="done", outcome="reached", company_id=other.id, user_id=False)
        self.assertNotIn("done_count", self._sums())

    # Mail

    def _send(self, today):
        with freeze_time(today):
            return self.company._send_care_report()

    def test_report_mail_once_a_month(self):
        """The first month after the switch brings nothing, each later one a mail to each reader, once."""
        self.company.care_report_user_ids = self.manager | self.specialist
        self.assertFalse(self._send("2001-05-20"))
        self.assertFalse(self._send("2001-05-31"))
        mail = self._send("2001-06-01")
        self.assertEqual(mail.email_to, self.manager.email_formatted)
        self.assertIn("2001-05-01", mail.subject)
        self.assertIn("satisfaction", mail.body_html)
        self.assertEqual(mail.attachment_ids.name[-5:], ".xlsx")
        self.assertFalse(self._send("2001-06-02"))
        self.assertTrue(self._send("2001-09-02"))

    def test_report_mail_when_the_month_ends_at_the_company(self):
        """No report before the company's month is over, and the day it is where Greenwich is behind."""
        self.company.write({"care_report_user_ids": self.manager.ids, "care_report_month": "2001-04-01"})
        self.company.partner_id.tz = "America/New_York"
        self.assertFalse(self._send("2001-06-01 03:30:00"))
        self.assertTrue(self._send("2001-06-01 04:30:00"))
        self.company.partner_id.tz = "Asia/Shanghai"
        self.assertFalse(self._send("2001-06-30 15:30:00"))
        self.assertTrue(self._send("2001-06-30 16:30:00"))

    def test_report_mail_without_export_has_no_file(self):
        """Who may not export gets the figures without the workbook."""
        self.manager.group_ids -= self.env.ref("base.group_allow_export")
        self.company.write({"care_report_user_ids": self.manager.ids, "care_report_month": "2001-03-01"})
        self.assertFalse(self._send("2001-06-01").attachment_ids)
