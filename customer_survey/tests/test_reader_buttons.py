from odoo.addons.customer_care.tests.buttons import get_reader_buttons
from odoo.tests import TransactionCase, tagged

from .common import SurveyKit

# They show something and change nothing.
READING = {"action_check"}


@tagged("post_install", "-at_install")
class TestReaderButtons(SurveyKit, TransactionCase):
    """Who only reads is shown no button that refuses him."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()

    def test_auditor_sees_no_button_that_changes(self):
        """Forms, lists and cards of rules, requests, scores, comments and indexes."""
        prefixes = ("customer.survey.", "customer.satisfaction.")
        self.assertEqual(get_reader_buttons(self.env, self.users["auditor"], prefixes, READING), {})
