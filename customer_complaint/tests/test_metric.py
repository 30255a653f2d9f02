from datetime import date, datetime

from odoo.addons.customer_care.tools.figures import Scope
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.customer_complaint import SEVERITIES
from ..models.customer_metric import SEVERITY_WEIGHTS
from .common import ComplaintCommon

TODAY = date(2026, 3, 31)
IN_TIME = datetime(2026, 3, 1, 12)


@tagged("post_install", "-at_install")
class TestMetric(ComplaintCommon):
    def _get(self, code, partner=None, day=TODAY):
        metric = self.env.ref(f"customer_complaint.customer_metric_{code}")
        partner = partner or self.customer
        return metric._get_values(partner, date=day)[partner.id][metric.id]

    def _complain(self, **vals):
        return self._create_complaint(**{"received_datetime": IN_TIME, **vals})

    def test_metric_none_is_zero(self):
        """Who never complained has no complaints; that is known."""
        for code in ("complaints_12m", "complaints_weighted_12m", "valid_complaints_12m"):
            self.assertEqual(self._get(code), 0)

    def test_metric_every_severity_has_a_weight(self):
        """1, 2, 4, 8 from minor to major, added up."""
        self.assertEqual(list(SEVERITY_WEIGHTS), [key for key, _name in SEVERITIES])
        for severity in SEVERITY_WEIGHTS:
            self._complain(severity=severity)
        self.assertEqual(self._get("complaints_weighted_12m"), 15)
        self.assertEqual(self._get("complaints_12m"), 4)

    def test_metric_valid_are_those_found_valid_or_partly(self):
        """Without a verdict, or with another one, a complaint is not valid yet."""
        for verdict in ("valid", "partly", "invalid", "misunderstanding", False):
            self._complain(verdict=verdict)
        self.assertEqual(self._get("valid_complaints_12m"), 2)
        self.assertEqual(self._get("complaints_12m"), 5)

    def test_metric_only_complaints_that_stand_count(self):
        """Who asks, proposes or praises, cancelled and archived ones do not count; grievances and contacts do."""
        for kind in ("suggestion", "inquiry", "praise"):
            self._complain(kind=kind)
        self._complain().stage_id = self.stage_cancelled
        self._complain().active = False
        self.assertEqual(self._get("complaints_12m"), 0)
        contact = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        self._complain(partner_id=contact.id)
        self._complain(kind="grievance").stage_id = self.stage_resolved
        self.assertEqual(self._get("complaints_12m"), 2)

    def test_metric_window_is_by_the_day_of_receipt(self):
        """The day itself counts to its end at the company, the same day a year ago no more."""
        self.company.partner_id.tz = "Asia/Shanghai"
        for received in (
            datetime(2025, 3, 31, 15, 59, 59),
            datetime(2025, 3, 31, 16),
            datetime(2026, 3, 31, 15, 59, 59),
            datetime(2026, 3, 31, 16),
        ):
            self._complain(received_datetime=received)
        self.assertEqual(self._get("complaints_12m"), 2)
        self.assertEqual(self._get("complaints_12m", day=date(2026, 4, 1)), 2)
        self.assertEqual(self._get("complaints_12m", day=date(2025, 3, 31)), 1)

    def test_metric_three_figures_in_one_pass(self):
        """The complaints are read once for all three."""
        metrics = self.env["customer.metric"].search([("code", "like", "complaints")])
        self.assertEqual(len(metrics), 3)
        query = metrics._build_query(SQL("SELECT %s AS id", self.customer.id), Scope(TODAY))
        self.assertEqual(query.code.count("FROM customer_complaint"), 1)
