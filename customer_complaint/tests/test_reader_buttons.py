from lxml import etree
from odoo.tests import new_test_user, tagged

from .common import ComplaintCommon

# Buttons that ask for no right to change the record: they open, print, or are for whom the record itself names.
READING = {
    *(
        "action_complete_file",
        "action_plan",
        "action_print",
        "action_print_web_card",
        "action_print_web_poster",
    ),
    *("action_accept", "action_open_dispute"),  # responsibility of the reader
    *("action_accept_handover", "action_decline_handover"),  # offered to the reader
    *(
        "action_acknowledge",
        "action_acknowledge_alarm",
        "action_acknowledge_escalation",
    ),  # told to the reader
    *("action_approve", "action_sign"),  # the reader's turn
    *("action_confirm", "action_propose", "action_recompute"),  # the judge of the scorecard
    *("action_need", "action_refuse"),  # who decides on the appraisal
    "action_finish",  # the reviewer
    "action_open",
}
OPENING = ("action_view_", "action_open_", "action_care_fill_")


@tagged("post_install", "-at_install")
class TestReaderButtons(ComplaintCommon):
    """Who only reads is shown no button that refuses him."""

    def test_readers_see_no_button_that_changes(self):
        """Director and auditor, forms and lists of all that belongs to complaints."""
        for group in ("group_care_director", "group_care_auditor"):
            reader = new_test_user(
                self.env, f"reader_{group}", groups=f"base.group_user,customer_care.{group}"
            )
            for model in self.env:
                Model = self.env[model].with_user(reader)
                if not model.startswith("customer.complaint") or Model._abstract or Model._transient:
                    continue
                if not Model.has_access("read") or Model.has_access("write"):
                    continue
                views = Model.get_views([(False, "form"), (False, "list")])["views"]
                names = {
                    button.get("name")
                    for view in views.values()
                    for button in etree.fromstring(view["arch"]).iter("button")
                    if button.get("type") == "object"
                }
                with self.subTest(reader=group, model=model):
                    self.assertFalse({name for name in names - READING if not name.startswith(OPENING)})

    def test_alarm_is_acknowledged_by_who_was_alarmed(self):
        """The button is there for who was told, until he acknowledges; reading costs nothing without an alarm."""
        self.team.manager_id = self.manager
        self.env["customer.complaint.major.rule"].create(
            {"name": "Rule T", "sequence": 1, "severity": "serious"}
        )
        complaint = self._create_complaint(severity="major")
        self.assertEqual(complaint.alarm_state, "due")
        complaint._alarm()
        auditor = new_test_user(
            self.env, "alarm_auditor", groups="base.group_user,customer_care.group_care_auditor"
        )
        self.assertTrue(complaint.with_user(self.manager).can_acknowledge_alarm)
        self.assertFalse(complaint.with_user(auditor).can_acknowledge_alarm)
        self.assertFalse(complaint.with_user(self.handler).can_acknowledge_alarm)
        complaint.with_user(self.manager).action_acknowledge_alarm()
        complaint.invalidate_recordset()
        self.assertFalse(complaint.with_user(self.manager).can_acknowledge_alarm)
        other = self._create_complaint().with_user(self.manager)
        other.fetch(["alarm_state"])
        with self.assertQueryCount(0):
            self.assertFalse(other.can_acknowledge_alarm)
