from odoo.tests import tagged

from .buttons import get_reader_buttons
from .common import CareCommon

# Buttons that ask for no right to change the record: they show something, or are for whom the record names.
READING = {
    *("action_approve", "action_reject_ask"),  # the reader's turn
    "action_cancel_approval",  # asked for by the reader
    *("action_check", "action_preview", "action_preview_mail", "action_compare", "action_print"),
    "action_plan_callback",  # opens the call that was planned
}


@tagged("post_install", "-at_install")
class TestReaderButtons(CareCommon):
    """Who only reads is shown no button that refuses him."""

    def test_auditor_sees_no_button_that_changes(self):
        """Forms, lists and cards of all models of the customer care."""
        found = {
            model: names
            for model, names in get_reader_buttons(self.env, self.auditor, "customer.", READING).items()
            if self.env[model]._original_module == "customer_care"
        }
        self.assertEqual(found, {})
