import io
from datetime import date
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from openpyxl import load_workbook

from .test_figures import MARCH, FiguresCommon


@tagged("post_install", "-at_install")
class TestNothing(FiguresCommon):
    """A company, a team and a period without a single complaint: all figures are defined."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Empty"})
        cls.chief = cls._create_user("chief_t", "customer_complaint.group_complaint_manager")
        cls.chief.write(
            {
                "company_ids": [Command.set(cls.company.ids)],
                "company_id": cls.company.id,
            }
        )
        cls.env.ref("base.group_allow_export").user_ids = cls.chief | cls.manager
        cls.env["customer.complaint"].search([]).active = False
        cls.idle = cls._create_team(name="Idle", user_id=cls.supervisor.id)
        cls.commit = patch.object(type(cls.env["ir.cron"]), "_commit_progress", return_value=1)

    def _get_readers(self):
        """Return [(user, team)]: of the empty company, of an idle team, and of all that is not there."""
        none = self.team.browse()
        return [(self.chief, none), (self.manager, self.idle), (self.manager, none)]

    def test_dashboard(self):
        """Counts are 0, shares and times unknown; each figure opens an empty list."""
        for user, team in self._get_readers():
            for compare in ("none", "year"):
                with self.subTest(user=user.login, team=team.name, compare=compare):
                    options = {**MARCH, "compare": compare, "team_id": team.id}
                    figures = self._figures(user)
                    tiles = figures.get_dashboard(options)["tiles"]
                    self.assertTrue(tiles)
                    counted = [tile["code"] for tile in tiles if set(tile["value"]) & set("123456789")]
                    self.assertFalse(counted)
            for tile in tiles:
                action = figures.open_figure(options, tile["code"])
                self.assertFalse(self.env[action["res_model"]].with_user(user).search(action["domain"]))

    def test_workbook(self):
        """Each sheet is written, without an error of Excel in it."""
        for user, team in self._get_readers():
            with self.subTest(user=user.login, team=team.name):
                report = self.env["customer.complaint.monthly"].with_user(user)
                _name, stream = report.create({"month": "2026-03-15", "team_ids": team.ids})._get_xlsx()
                with stream:
                    book = load_workbook(io.BytesIO(stream.read()))
                cells = {
                    str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row
                }
                self.assertFalse(
                    [value for value in cells if value.startswith("#") or value.lower() == "nan"]
                )

    def test_scorecards(self):
        """No solved complaints make no card, and whoever asks for one is told so by an empty list."""
        card = self.env["customer.complaint.scorecard"]
        for company in (self.company, self.env.company):
            with self._at(10):
                card._compute_month(company, date(2026, 3, 1))
            self.assertFalse(
                card.search_count([("company_id", "=", company.id), ("month", "=", "2026-03-01")])
            )

    def test_audit(self):
        """Nothing to judge is no percentage."""
        audit = self.env["customer.complaint.audit"].with_user(self.chief)
        audit = audit.create({"date_from": "2026-03-01", "date_to": "2026-03-31"})
        with self._at(30):
            audit.action_measure()
        computed = audit.line_ids.filtered(lambda line: not line.judged_count)
        self.assertTrue(computed)
        self.assertFalse([line.percent for line in computed if line.percent])

    def test_warnings_and_recurrences(self):
        """Nothing rises, nothing comes again."""
        warnings = self.env["customer.complaint.warning"]
        before = warnings.search_count([])
        with self._at(10), self.commit:
            self.env["customer.complaint.warning.rule"]._cron_warn()
            action = self.env["customer.complaint.action"].create(
                {"name": "Seal", "user_id": self.manager.id}
            )
            action._check_recurrence()
        self.assertEqual(warnings.search_count([]), before)
        self.assertFalse(action.recurrence_ids)

    def test_analysis(self):
        """The analysis has no rows: neither grouped nor exported."""
        for model in (
            "customer.complaint.report",
            "customer.complaint.stage.span",
            "customer.complaint.rating",
        ):
            found = self.env[model].with_user(self.chief)
            self.assertEqual(found._read_group([], [], ["__count"]), [(0,)])
            self.assertFalse(found.search([]))
        budget = self.env["customer.complaint.budget"].with_user(self.chief).create({"amount": 0})
        self.assertEqual((budget.used_percent, budget.left_amount, budget.is_exceeded), (0, 0, False))
