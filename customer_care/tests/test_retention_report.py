from datetime import datetime
from io import BytesIO

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from openpyxl import load_workbook

from .test_lifecycle import LifecycleCommon


@tagged("post_install", "-at_install")
class TestRetentionReport(LifecycleCommon):
    """The year 2001, in which the history of these customers alone tells something."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls._create_team(name="Retention team")
        cls.manager.group_ids += cls.env.ref("base.group_allow_export")
        # name: stages before and in the year
        paths = {
            "Kept": ["active", "dormant"],
            "Lost": ["active", "lost"],
            "Back": ["lost", "won_back"],
            "New": [None, "new"],
            "Prospect": [None, "prospect"],
            "Twice": ["active", "lost", "won_back"],
        }
        cls.customers = {
            name: cls._create_customer(name, is_company=True, care_team_id=cls.team.id) for name in paths
        }
        cls.env["customer.lifecycle.change"]._log(
            [
                {
                    "partner_id": cls.customers[name].id,
                    "to_stage_id": cls.stages[code].id,
                    "date": datetime(2000 + (number > 0), 6, 1 + number),
                }
                for name, path in paths.items()
                for number, code in enumerate(path)
                if code
            ]
        )

    def _report(self, user=None, **vals):
        vals = {"date_from": "2001-01-01", "date_to": "2001-12-31", "team_id": self.team.id, **vals}
        return self.env["customer.retention.report"].with_user(user or self.manager).create(vals)

    def test_retention_of_a_period(self):
        """Kept, lost, won back and new add up; what lies between the two days does not count."""
        self.assertRecordValues(
            self._report(),
            [
                {
                    "start_count": 3,
                    "kept_count": 2,
                    "lost_count": 1,
                    "won_back_count": 1,
                    "new_count": 1,
                    "end_count": 4,
                    "retention": "66.7 %",
                    "churn": "33.3 %",
                }
            ],
        )

    def test_retention_of_any_period(self):
        """One day, a period without customers and one of the future have a defined result."""
        day = self._report(date_from="2001-06-02", date_to="2001-06-02")
        self.assertEqual((day.start_count, day.lost_count, day.won_back_count), (3, 2, 1))
        none = self._report(date_from="1999-01-01", date_to="1999-12-31")
        self.assertEqual((none.start_count, none.end_count, none.retention), (0, 0, "–"))
        future = self._report(date_from="2090-01-01", date_to="2090-12-31")
        self.assertEqual((future.start_count, future.kept_count), (4, 4))
        with self.assertRaisesRegex(ValidationError, "begins after its end"):
            self._report(date_from="2002-01-01")

    def test_retention_numbers_open_their_customers_as_a_list(self):
        """A click on a number shows the customers behind it, in a list first."""
        report = self._report()
        action = report.action_open_customers("lost_count", self.team.id)
        self.assertEqual(action["views"][0][1], "list")
        rows = self.env["customer.retention.row"].with_context(**action["context"]).search(action["domain"])
        self.assertEqual(rows.partner_id, self.customers["Lost"])
        with self.assertRaises(UserError):
            report.action_open_customers("id")

    def test_retention_workbook(self):
        """The workbook holds the figures of the screen and the customers; only who may export gets it."""
        report = self._report()
        with report._get_xlsx()[1] as stream:
            book = load_workbook(BytesIO(stream.read()))
        figures, customers = book.worksheets
        rows = [[cell.value for cell in row] for row in figures.rows]
        total = next(row for row in rows if row[0] == "Total")
        self.assertEqual(total[1:7], [3, 2, 1, 1, 1, 4])
        self.assertAlmostEqual(total[7], 2 / 3, places=3)
        names = {cell.value for cell in next(customers.columns)}
        self.assertLessEqual({"Kept", "Lost", "Back", "New", "Twice"}, names)
        self.assertNotIn("Prospect", names)
        self.supervisor.group_ids -= self.env.ref("base.group_allow_export")
        with self.assertRaises(AccessError):
            self._report(self.supervisor).action_download_xlsx()

    def test_retention_access(self):
        """Leaders and auditors read the report; other employees and portal users do not."""
        for user in (self.supervisor, self.manager, self.auditor):
            self.assertEqual(self._report(user).start_count, 3)
        for user in (self.employee, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._report(user)
