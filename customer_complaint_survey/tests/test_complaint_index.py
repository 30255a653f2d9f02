from datetime import date

from freezegun import freeze_time
from odoo import Command
from odoo.tests import TransactionCase, tagged

from .common import ComplaintSurveyKit


@tagged("post_install", "-at_install")
class TestComplaintIndex(ComplaintSurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls.env["customer.complaint"].search([]).active = False
        cls.env["customer.lifecycle.change"].search([]).unlink()

    def _measure(self, provider, day="2026-03-10"):
        index = self.env["customer.satisfaction.index"].create(
            {
                "name": provider,
                "date_start": day,
                "segment_by": False,
                "is_by_team": False,
                "indicator_ids": [Command.create({"provider": provider, "weight": 100, "min_count": 1})],
            }
        )
        span = index._get_span(date(2026, 3, 1), date(2026, 3, 31))
        return index._measure(span)["total", None, None][index.indicator_ids], index, span

    @freeze_time("2026-03-10 04:00:00")
    def test_complaint_rate(self):
        """Two complaints of four customers are 50 of a hundred; other months, kinds and cancelled ones do not count."""
        customer = self.env["customer.lifecycle.stage"].search([("kind", "=", "customer")], limit=1)
        partners = [self._create_partner(f"C{number}") for number in range(4)]
        self.env["customer.lifecycle.change"]._log(
            [{"partner_id": p.id, "to_stage_id": customer.id, "date": "2026-01-01"} for p in partners]
        )
        for received in ("2026-03-02", "2026-03-09", "2026-02-20"):
            self._create_complaint(received_datetime=f"{received} 08:00:00")
        self._create_complaint(received_datetime="2026-03-05 08:00:00", kind="praise")
        cancelled = self.env["customer.complaint.stage"].search([("phase", "=", "cancelled")], limit=1)
        self._create_complaint(received_datetime="2026-03-05 08:00:00").sudo().write(
            {"stage_id": cancelled.id}
        )
        (raw, count), _index, _span = self._measure("complaint_rate")
        self.assertEqual((float(raw), count), (50.0, 4))

    @freeze_time("2026-03-10 04:00:00")
    def test_reopened(self):
        """One of two complaints was reopened."""
        complaint = self._create_complaint(received_datetime="2026-03-02 08:00:00")
        self._create_complaint(received_datetime="2026-03-02 08:00:00")
        self._close(complaint)
        complaint.action_reopen("Not good")
        (raw, count), index, span = self._measure("complaint_reopened")
        self.assertEqual((float(raw), count), (50.0, 2))
        model, domain, _customer = index.indicator_ids._get_records(span)
        self.assertEqual(self.env[model].search_count(domain), 2)

    @freeze_time("2026-03-10 04:00:00")
    def test_hours_and_limits(self):
        """The figures are those of the analysis of complaints."""
        for _number in range(3):
            self._close(self._create_complaint(received_datetime="2026-03-03 02:00:00"))
        self.env.flush_all()
        report = self.env["customer.complaint.report"]
        for provider, measure in (
            ("complaint_response_hours", "response_hours:median"),
            ("complaint_resolution_hours", "resolution_hours:median"),
            ("complaint_within", "resolution_within:avg"),
        ):
            with self.subTest(provider=provider):
                (raw, count), _index, _span = self._measure(provider)
                [(expected,)] = report._read_group([], [], [measure])
                self.assertEqual(raw is not None, bool(count))
                if count:
                    self.assertAlmostEqual(float(raw), float(expected))
        self.assertTrue(self._measure("complaint_resolution_hours")[0][1], "resolutions are timed")
