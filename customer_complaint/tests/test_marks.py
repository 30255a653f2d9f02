import json
from datetime import datetime

from odoo.exceptions import AccessError

from .common import ComplaintCommon


class TestMarks(ComplaintCommon):
    """What cards and rows point out, read at once."""

    def _get_texts(self, complaint, lang="en_US"):
        marks = complaint.with_context(lang=lang)._get_marks()[complaint.id]
        return [mark.get("text") or mark["title"] for mark in marks.get("marks", ())]

    def test_nothing_to_point_out(self):
        complaint = self._create_complaint()
        self.assertEqual(self._get_texts(complaint), [])
        complaint.sudo().write({"next_deadline": False})
        self.assertFalse(complaint.marks)

    def test_flags(self):
        complaint = self._create_complaint(kind="praise", is_legal=True, is_safety=True, is_media=True)
        self.assertEqual(self._get_texts(complaint), ["Praise", "Legal", "Safety", "Media"])
        self.assertEqual(self._get_texts(complaint, "zh_CN"), ["表扬", "法律", "安全", "媒体"])

    def test_follows_each_change(self):
        complaint = self._create_complaint()
        other = self._create_complaint()
        complaint.sudo().write(
            {"is_confidential": True, "repeat_of_id": other.id, "duplicate_of_id": other.id}
        )
        self.assertEqual(self._get_texts(complaint), ["Confidential", "Repeated", "Duplicate?"])
        complaint.sudo().write({"escalation_level": 2, "escalation_state": "open"})
        self.assertIn("Level 2", json.loads(complaint.marks)["marks"][-1]["text"])
        self.assertEqual(json.loads(complaint.marks)["marks"][-1]["color"], "danger")
        complaint.sudo().write({"escalation_state": "acknowledged"})
        self.assertEqual(json.loads(complaint.marks)["marks"][-1]["color"], "warning")
        complaint.sudo().write({"escalation_state": "over"})
        self.assertNotIn("Level 2", self._get_texts(complaint))

    def test_time(self):
        with self._at(2):
            complaint = self._create_complaint()
            complaint.sudo().write({"next_deadline": datetime(2026, 3, 2, 12), "next_target": "response"})
        for hours, state in ((7, "open"), (9, "soon"), (13, "late")):
            with self._at(2, hours):
                self.env.invalidate_all()
                state_found, what, left = complaint._get_marks()[complaint.id]["time"]
                self.assertEqual((state_found, what), (state, "First Response"))
                self.assertIn("late" if state == "late" else "left", left)

    def test_customers_get_none(self):
        """A portal user cannot ask for them."""
        complaint = self._create_complaint(partner_id=self.portal.partner_id.id)
        self.assertTrue(complaint.with_user(self.portal).has_access("read"))
        with self.assertRaises(AccessError):
            complaint.with_user(self.portal).read(["marks"])

    def test_record_in_memory(self):
        self.assertFalse(self.env["customer.complaint"].new({"name": "Draft"}).marks)
