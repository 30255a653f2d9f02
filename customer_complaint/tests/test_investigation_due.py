from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_investigation import InvestigationCommon


@tagged("post_install", "-at_install")
class TestInvestigationDue(InvestigationCommon):
    """When investigations are due, and who is reminded of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.depths = cls.env["customer.complaint.depth"].search([])
        cls.depths.write({"days": 5, "is_working_days": True})

    def _open(self, day=2, **vals):
        with self._at(day):
            return self._create_complaint(
                user_id=self.handler.id, investigator_id=self.other_handler.id, **vals
            )

    def _remind(self, day):
        commit = patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=1)
        with self._at(day), commit:
            self.env["customer.complaint"]._cron_remind_investigations()

    def _told(self, complaint, user):
        return complaint.activity_ids.filtered(lambda activity: activity.user_id == user).mapped("summary")

    def test_days_are_working_days_where_the_depth_says_so(self):
        """Five working days after Monday are the next Monday; days of the calendar do not skip the weekend."""
        self.assertEqual(self._open().investigation_deadline, date(2026, 3, 9))
        self.depths.is_working_days = False
        self.assertEqual(self._open().investigation_deadline, date(2026, 3, 7))
        self.depths.days = 0
        self.assertFalse(self._open().investigation_deadline)

    def test_reminded_once_before_and_once_after(self):
        """The investigator before the day, then also who is told about the complaint; each once."""
        complaint = self._open()
        self._remind(4)
        self.assertFalse(complaint.investigation_told)
        for _again in range(2):
            self._remind(6)
        self.assertEqual(complaint.investigation_told, "soon")
        self.assertEqual(
            self._told(complaint, self.other_handler), ["The investigation is due on 2026-03-09"]
        )
        self.assertFalse(self._told(complaint, self.handler))
        for day in (10, 11):
            self._remind(day)
        late = "The investigation is overdue since 2026-03-09"
        self.assertEqual(self._told(complaint, self.other_handler), [late])
        self.assertEqual(self._told(complaint, self.handler), [late])
        self.assertEqual(len(complaint.activity_ids), 2)

    def test_another_day_is_reminded_of_anew(self):
        """Whoever gets more time is reminded of that day."""
        complaint = self._open()
        self._remind(10)
        complaint.with_user(self.handler).investigation_deadline = "2026-03-20"
        self.assertFalse(complaint.investigation_told)
        self._remind(11)
        self.assertFalse(complaint.investigation_told)
        self._remind(19)
        self.assertEqual(complaint.investigation_told, "soon")

    def test_done_ones_are_left_alone(self):
        """Nobody is reminded of what is complete, or has no date."""
        done, dateless = self._open(), self._open()
        done.sudo()._write_dates({"investigation_state": "done"})
        dateless.investigation_deadline = False
        self._remind(20)
        self.assertFalse(done.investigation_told or dateless.investigation_told)

    def test_overdue_filter(self):
        """The filter finds what the list marks."""
        late, running = self._open(), self._open(day=20)
        with self._at(24):
            found = self.env["customer.complaint"].search(
                [("is_investigation_late", "=", True), ("id", "in", (late + running).ids)]
            )
            self.assertEqual(found, late)
            self.assertTrue(late.is_investigation_late)
            self.assertFalse(running.is_investigation_late)

    def test_mark_is_not_forged(self):
        """Whether somebody was reminded is said by the program."""
        with self.assertRaises(AccessError):
            self._open().with_user(self.handler).investigation_told = "late"
