from lxml import etree
from odoo import Command
from odoo.addons.customer_care.tests.buttons import get_reader_buttons
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

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
    *("action_register", "action_register_next"),  # of a form that is opened by who registers
    "action_download_flow_chart",
    "action_open",
}


@tagged("post_install", "-at_install")
class TestReaderButtons(ComplaintCommon):
    """Who only reads is shown no button that refuses him."""

    def test_readers_see_no_button_that_changes(self):
        """Director and auditor, forms and lists of all that belongs to complaints."""
        for group in ("group_care_director", "group_care_auditor"):
            reader = new_test_user(
                self.env, f"reader_{group}", groups=f"base.group_user,customer_care.{group}"
            )
            with self.subTest(reader=group):
                self.assertEqual(get_reader_buttons(self.env, reader, "customer.complaint", READING), {})

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

    def _shows(self, record, name, xmlid=None):
        """Return whether the form of a record offers its reader a button."""
        view = self.env.ref(f"customer_complaint.{xmlid}") if xmlid else self.env["ir.ui.view"]
        arch = etree.fromstring(record.get_view(view.id or None, "form")["arch"])
        record.invalidate_recordset()
        values = {
            key: field.convert_to_read(record[key], record, use_display_name=False)
            for key, field in record._fields.items()
            if key in {node.get("name") for node in arch.iter("field")}
            and record._has_field_access(field, "read")
        }
        values.update(id=record.id, uid=record.env.uid)

        def is_hidden(node):
            while node is not None:
                if safe_eval(node.get("invisible") or "False", values):
                    return True
                node = node.getparent()
            return False

        return any(not is_hidden(button) for button in arch.iter("button") if button.get("name") == name)

    def test_buttons_for_who_may_not(self):
        """Not Major is a manager's, the whole file for who works on it; a done complaint gets no plan."""
        self.team.manager_id = self.manager
        complaint = self._create_complaint(is_major=True, user_id=self.handler.id)
        other = complaint.with_user(self.other_handler)
        complaint.helper_ids = False
        for user, expected in ((self.handler, False), (self.supervisor, False), (self.manager, True)):
            with self.subTest(user=user.login):
                self.assertEqual(self._shows(complaint.with_user(user), "action_undeclare_major"), expected)
        self.assertTrue(self._shows(complaint.with_user(self.handler), "action_complete_file"))
        if other.has_access("read"):
            self.assertFalse(self._shows(other, "action_complete_file"))
        self.assertTrue(self._shows(complaint.with_user(self.handler), "action_plan"))
        self._move(complaint, self.stage_cancelled)
        self.assertFalse(self._shows(complaint.with_user(self.handler), "action_plan"))

    def test_buttons_of_corrective_actions(self):
        """Who may not write an action is offered nothing, its owner does not say that it helped."""
        action = self.env["customer.complaint.action"].create(
            {
                "name": "Train the fitters",
                "user_id": self.handler.id,
                "complaint_ids": [Command.link(self._create_complaint(user_id=self.handler.id).id)],
            }
        )
        self.assertTrue(self._shows(action.with_user(self.handler), "action_start"))
        self.assertFalse(self._shows(action.with_user(self.other_handler), "action_start"))
        action.sudo().write({"state": "done", "result": "All were trained"})
        self.assertFalse(self._shows(action.with_user(self.handler), "action_effective"))
        self.assertTrue(self._shows(action.with_user(self.supervisor), "action_effective"))

    def test_requests_are_taken_back_by_who_may(self):
        """Take Back is for the requester, and for managers who may write the document."""
        complaint = self._create_complaint(user_id=self.handler.id)
        extension = (
            self.env["customer.complaint.extension"]
            .with_user(self.handler)
            .create(
                {
                    "complaint_id": complaint.id,
                    "target": "resolution",
                    "reason": "Parts are late",
                    "amount": 1,
                }
            )
        )
        extension.sudo().write({"approval_state": "pending", "approval_requester_id": self.handler.id})
        for user, expected in ((self.handler, True), (self.supervisor, False), (self.manager, True)):
            with self.subTest(user=user.login):
                self.assertEqual(extension.with_user(user).approval_can_cancel, expected)
                self.assertEqual(self._shows(extension.with_user(user), "action_cancel_approval"), expected)

    def test_split_is_put_once(self):
        """What was put to those named is not offered to be put again."""
        complaint = self._create_complaint(user_id=self.handler.id)
        share = self.env["customer.complaint.responsibility"].create(
            {"complaint_id": complaint.id, "party": "person", "user_id": self.employee.id, "percent": 100}
        )
        mine, form = complaint.with_user(self.handler), "customer_complaint_view_form_investigation"
        self.assertTrue(self._shows(mine, "action_propose_split", form))
        share.sudo().state = "asked"
        self.assertFalse(self._shows(mine, "action_propose_split", form))

    def test_who_handles_nothing_begins_an_investigation_for_the_handler(self):
        """An administrator who presses the button is no investigator, the handler is."""
        admin = new_test_user(self.env, "admin_t", groups="customer_care.group_care_admin")
        complaint = self._create_complaint(user_id=self.handler.id)
        complaint.with_user(admin).action_start_investigation()
        self.assertEqual(complaint.investigator_id, self.handler)
        waiting = self._create_complaint(user_id=False)
        with self.assertRaisesRegex(UserError, "name an investigator"):
            waiting.with_user(admin).action_start_investigation()
