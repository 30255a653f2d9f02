from datetime import datetime

from odoo.addons.customer_complaint.tests.common import ComplaintCommon
from odoo.exceptions import AccessError
from odoo.tests import tagged

KPIS = ("received", "resolved", "in_time", "satisfied")


@tagged("post_install", "-at_install")
class TestDigest(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Digest"})
        cls.team = cls._create_team(name="Digest", company_id=cls.company.id)
        cls._create_policy(resolution=(8, "working_hours"))
        (cls.manager | cls.handler).company_ids += cls.company
        values = {f"kpi_complaint_{name}": True for name in KPIS}
        cls.digest = cls.env["digest.digest"].create({"name": "D", "company_id": cls.company.id, **values})

    def _read(self, user=None, company=None):
        """Return the four figures of March 2026."""
        digest = self.digest.with_user(user or self.manager).with_company(company or self.company)
        digest = digest.with_context(start_datetime=datetime(2026, 3, 1), end_datetime=datetime(2026, 4, 1))
        digest.invalidate_recordset()
        return [round(digest[f"kpi_complaint_{name}_value"], 2) for name in KPIS]

    def _create(self, **vals):
        return self._create_complaint(company_id=self.company.id, partner_id=False, **vals)

    def test_figures_of_the_period(self):
        """Received by receipt, resolved and in time by resolution, satisfied by the day of the answer."""
        with self._at(27, month=2):
            old = self._create()
        with self._at(2):
            new = self._create()
            self._create(kind="praise")
        with self._at(2, 12):
            self._move(new, self.stage_resolved)
        with self._at(20):
            self._move(old, self.stage_resolved)
            old.satisfaction = 9
            new.satisfaction = 2
        self.assertEqual(self._read(), [1, 2, 50.0, 50.0])

    def test_nothing_happened(self):
        """Without complaints all is 0."""
        self.assertEqual(self._read(), [0, 0, 0, 0])

    def test_other_company_has_its_own(self):
        """A digest counts the complaints of its company."""
        with self._at(2):
            self._create()
            self.env["customer.complaint"].create({"name": "x"})
        self.assertEqual(self._read()[0], 1)

    def test_who_may_not_read_gets_none(self):
        """The digest of a handler leaves the figures out."""
        for user in (self.handler, self.employee):
            with self.assertRaises(AccessError):
                self._read(user)
        kpis = self.digest._compute_kpis(self.company, self.handler)
        self.assertNotIn("kpi_complaint_received", [kpi["kpi_name"] for kpi in kpis])
        kpis = {kpi["kpi_name"]: kpi for kpi in self.digest._compute_kpis(self.company, self.manager)}
        self.assertIn("complaint_action_dashboard", kpis["kpi_complaint_received"]["kpi_action"])
