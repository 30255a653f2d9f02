from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestMenus(TransactionCase):
    def test_root_menu_is_translated(self):
        self.assertTrue(self.env.ref("customer_care.customer_care_menu_root"))
