from odoo import Command
from odoo.addons.customer_complaint.tests.common import ComplaintCommon
from odoo.addons.customer_complaint_sale import uninstall_hook
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged


@tagged("post_install", "-at_install")
class TestSaleOrder(ComplaintCommon):
    """Complaints about orders, and orders that carry out what was promised."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "customer_complaint.group_complaint_manager,sales_team.group_sale_salesman_all_leads"
        cls.seller = cls._create_user("seller_t", groups)
        cls.pump = cls.env["product.product"].create({"name": "Pump"})
        cls.order = cls._create_order()
        cls.complaint = cls._create_complaint(user_id=cls.seller.id)

    @classmethod
    def _create_order(cls, partner=None, products=None):
        lines = [Command.create({"product_id": product.id}) for product in products or cls.pump]
        return cls.env["sale.order"].create({"partner_id": (partner or cls.customer).id, "order_line": lines})

    def _approve(self, kind="replacement"):
        compensation = self._create_compensation(self.complaint, 10, kind=kind).with_user(self.seller)
        compensation.action_request_approval()
        return compensation

    def test_offered_and_taken_over(self):
        """The form offers orders; number and product are taken over, what is said already stays."""
        names = dict(self.env["customer.complaint"]._selection_reference())
        self.assertIn("sale.order", names)
        form = Form(self.env["customer.complaint"].with_user(self.seller))
        form.name = "Late"
        form.reference = f"sale.order,{self.order.id}"
        self.assertEqual(form.partner_id, self.customer)
        self.assertEqual(form.order_ref, self.order.name)
        self.assertEqual(form.product_id, self.pump)
        complaint = form.save()
        self.assertEqual(self.order.with_user(self.seller).complaint_count, 1)
        self.assertEqual(complaint.reference, self.order)

    def test_several_products_none_is_guessed(self):
        """Of an order over two products the person says which one it is about."""
        order = self._create_order(products=self.pump | self.env["product.product"].create({"name": "Valve"}))
        self.assertNotIn("default_product_id", order.action_register_complaint()["context"])

    def test_without_sales_rights(self):
        """A handler without sales rights cannot name an order, and reads the number only."""
        with self.assertRaises(AccessError):
            self.complaint.with_user(self.manager).reference = f"sale.order,{self.order.id}"
        self.complaint.write({"reference": f"sale.order,{self.order.id}", "order_ref": self.order.name})
        values = self.complaint.with_user(self.manager).web_read(
            {"order_ref": {}, "reference": {"fields": {"display_name": {}}}}
        )
        self.assertEqual(values[0]["order_ref"], self.order.name)
        self.assertNotIn(self.order.name, values[0]["reference"]["display_name"])

    def test_order_carries_out(self):
        """A confirmed order may be called executed; cancelled it opens the compensation again."""
        compensation = self._approve()
        compensation._link_document(self.order.with_user(self.seller))
        with self.assertRaisesRegex(UserError, "not done"):
            compensation.action_execute()
        self.order.action_confirm()
        self.assertEqual(compensation.state, "proposed")
        compensation.action_execute()
        self.assertEqual(compensation.state, "executed")
        self.order._action_cancel()
        self.assertEqual(compensation.state, "proposed")
        self.assertFalse(compensation.document_id)
        with self.assertRaisesRegex(UserError, "is cancelled"):
            compensation._link_document(self.order.with_user(self.seller))

    def test_kinds(self):
        """A refund is no order."""
        with self.assertRaisesRegex(UserError, "of this kind"):
            self._approve("refund")._link_document(self.order.with_user(self.seller))

    def test_colleague_of_the_customer(self):
        """An order of another contact of the same company is the customer's; that of a stranger is not."""
        company = self.env["res.partner"].create({"name": "Works", "is_company": True})
        self.customer.parent_id = company
        colleague = self.env["res.partner"].create({"name": "Boss", "parent_id": company.id})
        self._approve()._link_document(self._create_order(colleague).with_user(self.seller))
        stranger = self.env["res.partner"].create({"name": "Other"})
        with self.assertRaisesRegex(UserError, "another customer"):
            self._approve()._link_document(self._create_order(stranger).with_user(self.seller))

    def test_deleted_order(self):
        """The number stays in the complaint."""
        self.complaint.write({"reference": f"sale.order,{self.order.id}"})
        name = self.order.name
        self.order.unlink()
        self.assertFalse(self.complaint.reference)
        self.assertEqual(self.complaint.order_ref, name)

    def test_merged_complaints(self):
        """The main complaint takes over the document."""
        second = self._create_complaint(name="Told again", reference=f"sale.order,{self.order.id}")
        second.with_user(self.supervisor)._merge_into(self.complaint.with_user(self.supervisor))
        self.assertEqual(self.complaint.reference, self.order)

    def test_cancelled_compensation_frees_the_order(self):
        """What is not given any more does not keep its document."""
        compensation = self._approve()
        compensation._link_document(self.order.with_user(self.seller))
        compensation.action_cancel()
        self._approve()._link_document(self.order.with_user(self.seller))

    def test_uninstalled(self):
        """Without the bridge no complaint names a document that nobody could read; its number stays."""
        compensation = self._approve()
        compensation._link_document(self.order.with_user(self.seller))
        self.complaint.reference = f"sale.order,{self.order.id}"
        uninstall_hook(self.env)
        self.assertFalse(self.complaint.reference)
        self.assertEqual(self.complaint.order_ref, self.order.name)
        self.assertRecordValues(
            compensation,
            [{"document_model": False, "document_id": False, "document_name": self.order.name}],
        )
