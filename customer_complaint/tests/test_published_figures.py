import csv
import io
from pathlib import Path

from odoo import Command
from odoo.tests import tagged
from openpyxl import load_workbook

from .common import ComplaintCommon

FILE = Path(__file__).resolve().parents[2] / "data/complaint_figures.csv"
OPTIONS = {"compare": "year", "kind": "problems", "team_id": False}


@tagged("post_install", "-at_install")
class TestPublishedFigures(ComplaintCommon):
    """Two years of complaints with known figures, imported as a manager imports them, come out as they are known."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Figures"})
        cls.team = cls._create_team(name="Figures", company_id=cls.company.id)
        cls.manager.write(
            {
                "company_ids": [Command.set(cls.company.ids)],
                "company_id": cls.company.id,
                "tz": "Asia/Shanghai",
                "group_ids": [Command.link(cls.env.ref("base.group_allow_export").id)],
            }
        )
        context = {"tz": "Asia/Shanghai", "allowed_company_ids": cls.company.ids}
        cls.figures = cls.env["customer.complaint.figures"].with_user(cls.manager).with_context(**context)
        with FILE.open(encoding="utf-8") as stream:
            head, *rows = csv.reader(stream)
        Complaint = cls.figures.env["customer.complaint"].with_context(import_file=True)
        result = Complaint.load(head, rows)
        cls.messages = result["messages"]
        cls.env.flush_all()

    def _dashboard(self, year):
        days = {"date_from": f"{year}-01-01", "date_to": f"{year}-12-31"}
        return self.figures.get_dashboard({**OPTIONS, **days})

    def test_dashboard(self):
        """A quarter more than the year before, four types, two peaks, three of four satisfied."""
        self.assertEqual(self.messages, [])
        figures = self._dashboard(2025)
        tiles = {tile["code"]: tile for tile in figures["tiles"]}
        received, satisfied = tiles["received"], tiles["satisfied"]
        self.assertEqual(
            (received["value"], received["before"], received["change"]), ("500", "400", "+25.0 %")
        )
        self.assertEqual((satisfied["value"], satisfied["note"]), ("75.0 %", "300 / 400"))
        self.assertEqual([row["percent"] for row in figures["types"]], [45.0, 30.0, 15.0, 10.0])
        self.assertEqual(
            [row["name"] for row in figures["types"]],
            ["Product Quality", "After-Sales Service", "Contract Terms", "Other"],
        )
        self.assertEqual([bar["cumulated"] for bar in figures["pareto"]], [45.0, 75.0, 90.0, 100.0])
        self.assertEqual([row["percent"] for row in figures["reasons"]], [40.0, 35.0, 15.0, 10.0])
        for counts in (figures["trend"]["now"], figures["trend"]["before"]):
            peaks = sorted(range(12), key=lambda month: -counts[month])[:2]
            self.assertEqual(sorted(peaks), [2, 7])
        self.assertEqual(sum(figures["trend"]["before"]), 400)
        self.assertEqual([row["percent"] for row in self._dashboard(2024)["types"]], [45.0, 30.0, 15.0, 10.0])

    def test_report(self):
        """The pivot of the analysis has the same numbers."""
        report = self.figures.env["customer.complaint.report"]
        months = report._read_group([], ["received_datetime:month"], ["__count"])
        self.assertEqual(len(months), 24)
        self.assertEqual(
            sorted(months, key=lambda row: -row[1])[:2], [row for row in months if row[1] in (70, 73)][::-1]
        )
        years = dict(report._read_group([], ["received_datetime:year"], ["__count"]))
        self.assertEqual(list(years.values()), [400, 500])
        domain = [("received_datetime", ">=", "2024-12-31 16:00:00")]
        types = {
            one.name: count for one, count in report._read_group(domain, ["root_category_id"], ["__count"])
        }
        self.assertEqual(types["Product Quality"] / 500, 0.45)
        [(share,)] = report._read_group(domain, [], ["satisfied_percent:avg"])
        self.assertEqual(share, 75)
        reasons = report._read_group(
            [*domain, ("is_satisfied", "=", "no")], ["dissatisfaction_ids"], ["__count"]
        )
        self.assertEqual([count for _reason, count in reasons], [40, 35, 15, 10])

    def test_monthly_report(self):
        """The workbook of December has the year, its types, both years month by month, and the satisfaction."""
        report = self.figures.env["customer.complaint.monthly"].create({"month": "2025-12-01"})
        _name, stream = report._get_xlsx()
        with stream:
            book = load_workbook(io.BytesIO(stream.read()))
        rows = {
            name: {row[0]: row[1:] for row in book[name].iter_rows(values_only=True) if row[0]}
            for name in ("Summary", "Types", "Trend")
        }
        self.assertEqual(rows["Summary"]["Complaints Received"][5:8], (500, 400, 0.25))
        self.assertEqual(rows["Summary"]["Satisfied with the Handling"][5:7], (0.75, 0.75))
        shares = [
            rows["Types"][name][3] for name in ("Product Quality", "After-Sales Service", "Contract Terms")
        ]
        self.assertEqual((shares, rows["Types"]["Other"][3]), ([0.45, 0.3, 0.15], 0.1))
        counts = {month: row[0] for month, row in rows["Trend"].items() if month != "Month"}
        self.assertEqual((len(counts), sum(counts.values())), (24, 900))
        self.assertEqual(
            sorted(counts, key=counts.get)[-4:], ["Mar 2024", "Aug 2024", "Mar 2025", "Aug 2025"]
        )
