import json

from odoo.addons.customer_complaint.tests.common import ComplaintCommon
from odoo.addons.spreadsheet.utils.validate_data import fields_in_spreadsheet, menus_xml_ids_in_spreadsheet
from odoo.exceptions import AccessError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestDashboard(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref("customer_complaint_dashboard.spreadsheet_dashboard_complaint")
        cls.data = json.loads(cls.dashboard.spreadsheet_data)

    def test_names_what_exists(self):
        """Every field, menu and model that the spreadsheet names exists."""
        for model, names in fields_in_spreadsheet(self.data).items():
            self.assertEqual(
                {name for name in names if name not in self.env[model]._fields} - {"__count"}, set()
            )
        for xmlid in menus_xml_ids_in_spreadsheet(self.data):
            self.assertTrue(self.env.ref(xmlid))

    def test_pivots_and_charts_can_be_read(self):
        """The server answers each question of the spreadsheet, as a supervisor."""
        self._create_complaint(satisfaction=3)
        report = self.env["customer.complaint.report"].with_user(self.supervisor)
        for pivot in self.data["pivots"].values():
            groups = [row["fieldName"] for row in pivot["rows"]]
            measures = [one["id"] for one in pivot["measures"] if one["id"] != "__count"]
            self.assertTrue(report.formatted_read_group(pivot["domain"], groups, ["__count", *measures]))
        charts = [figure["data"] for figure in self.data["sheets"][0]["figures"]]
        for chart in charts:
            if chart["type"].startswith("odoo_"):
                params = chart["searchParams"]
                report.formatted_read_group(params["domain"], params["groupBy"], ["__count"])

    def test_opens_for_those_who_read_figures(self):
        """Supervisors, directors and auditors open it, others do not see it."""
        for user in (self.supervisor, self.director, self.auditor):
            shown = json.loads(self.dashboard.with_user(user)._get_serialized_readonly_dashboard())
            self.assertEqual(shown["translation_namespace"], "customer_complaint_dashboard")
            self.assertEqual(len(shown["snapshot"]["sheets"]), 2)
        for user in (self.handler, self.employee):
            with self.assertRaises(AccessError):
                self.dashboard.with_user(user).check_access("read")
