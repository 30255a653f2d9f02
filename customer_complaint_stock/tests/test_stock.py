from odoo.addons.customer_complaint.tests.common import ComplaintCommon
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged


@tagged("post_install", "-at_install")
class TestStock(ComplaintCommon):
    """Deliveries that were complained of, and deliveries that replace them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "customer_complaint.group_complaint_manager,stock.group_stock_user"
        cls.keeper = cls._create_user("keeper_t", f"{groups},stock.group_production_lot")
        cls.pump = cls.env["product.product"].create({"name": "Pump", "is_storable": True, "tracking": "lot"})
        cls.lot = cls.env["stock.lot"].create({"name": "L-7", "product_id": cls.pump.id})
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.env.company.id)], limit=1)
        cls.env["stock.quant"]._update_available_quantity(
            cls.pump, cls.warehouse.lot_stock_id, 10, lot_id=cls.lot
        )
        cls.complaint = cls._create_complaint(user_id=cls.keeper.id, product_id=cls.pump.id)

    def _approve(self, kind="replacement", complaint=None):
        compensation = self._create_compensation(complaint or self.complaint, 10, kind=kind)
        compensation.with_user(self.keeper).action_request_approval()
        return compensation.with_user(self.keeper)

    def _deliver(self, picking):
        picking.action_confirm()
        picking.action_assign()
        picking.move_ids.picked = True
        picking.button_validate()

    def _create(self, compensation):
        action = compensation.action_create_delivery()
        return self.env["stock.picking"].browse(action["res_id"])

    def test_replacement(self):
        """The replacement is drafted for the customer with the product; delivered it is executed."""
        compensation = self._approve()
        picking = self._create(compensation)
        self.assertRecordValues(
            picking,
            [
                {
                    "partner_id": self.customer.id,
                    "origin": self.complaint.number,
                    "state": "draft",
                    "picking_type_code": "outgoing",
                }
            ],
        )
        self.assertEqual(picking.move_ids.product_id, self.pump)
        self.assertEqual(compensation.document_name, picking.name)
        self._deliver(picking)
        self.assertEqual(picking.state, "done")
        self.assertEqual(compensation.state, "executed")

    def test_cancelled_and_deleted(self):
        """A cancelled or deleted delivery carries nothing out; another one can be made."""
        compensation = self._approve()
        self._create(compensation).action_cancel()
        self.assertFalse(compensation.document_id)
        self.assertIn("cancelled", self.complaint.activity_ids[-1:].summary)
        self._create(compensation).unlink()
        self.assertFalse(compensation.document_id)
        self.assertTrue(self._create(compensation))

    def test_moves_cancelled_one_by_one(self):
        """The delivery whose moves were cancelled tells nobody; the daily job finds it."""
        compensation = self._approve()
        picking = self._create(compensation)
        picking.move_ids._action_cancel()
        self.assertTrue(compensation.document_id)
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("customer_complaint.ir_cron_complaint_document").method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(compensation.document_id)

    def test_rights(self):
        """Who may not deliver creates no delivery."""
        compensation = self._approve()
        with self.assertRaises(AccessError):
            compensation.with_user(self.manager).action_create_delivery()
        self._create(compensation)
        with self.assertRaises(AccessError):
            compensation.with_user(self.manager).action_open_document()

    def test_without_customer_or_goods(self):
        """Nobody to deliver to is refused; of a service the lines stay empty."""
        nobody = self._create_complaint(partner_id=False, user_id=self.keeper.id)
        with self.assertRaisesRegex(UserError, "no customer"):
            self._approve(complaint=nobody).action_create_delivery()
        self.complaint.product_id = self.env["product.product"].create({"name": "Visit", "type": "service"})
        self.assertFalse(self._create(self._approve()).move_ids)

    def test_receipt_is_no_delivery(self):
        """What comes in carries nothing out."""
        receipt = self.env["stock.picking"].create(
            {
                "partner_id": self.customer.id,
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
            }
        )
        with self.assertRaisesRegex(UserError, "no delivery"):
            self._approve()._link_document(receipt.with_user(self.keeper))

    def test_take_back(self):
        """The delivery that was complained of is taken back by core's dialog, an open one is not."""
        picking = self._create(self._approve())
        self.complaint.reference = f"stock.picking,{picking.id}"
        compensation = self._approve("refund")
        self.assertFalse(compensation.is_delivery_returnable)
        with self.assertRaisesRegex(UserError, "could be returned"):
            compensation.action_return_delivery()
        self._deliver(picking)
        compensation.invalidate_recordset()
        self.assertTrue(compensation.is_delivery_returnable)
        action = compensation.action_return_delivery()
        wizard = Form(
            self.env[action["res_model"]].with_user(self.keeper).with_context(**action["context"])
        ).save()
        self.assertEqual(wizard.picking_id, picking)

    def test_serial_number(self):
        """A serial number says which product it is, and counts its complaints."""
        form = Form(self.env["customer.complaint"].with_user(self.keeper))
        form.name = "Broken"
        form.lot_id = self.lot
        self.assertEqual(form.product_id, self.pump)
        self.assertIn("L-7", form.product_ref)
        complaint = form.save()
        lot = self.lot.with_user(self.keeper)
        self.assertEqual(lot.complaint_count, 1)
        self.assertEqual(
            self.env["customer.complaint"].search(lot.action_view_complaints()["domain"]), complaint
        )
        self.assertEqual(lot.action_register_complaint()["context"]["default_lot_id"], self.lot.id)

    def test_reference_takes_over(self):
        """From a delivery over one product and lot both are taken over."""
        picking = self._create(self._approve())
        self._deliver(picking)
        context = picking.with_user(self.keeper).action_register_complaint()["context"]
        self.assertEqual(context["default_product_id"], self.pump.id)
        self.assertEqual(context["default_lot_id"], self.lot.id)
        self.assertEqual(context["default_reference"], f"stock.picking,{picking.id}")
