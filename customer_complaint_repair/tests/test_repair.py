from odoo.addons.customer_complaint.tests.common import ComplaintCommon
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestRepair(ComplaintCommon):
    """A promised repair is carried out by a repair order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "customer_complaint.group_complaint_manager,stock.group_stock_user"
        cls.mechanic = cls._create_user("mechanic_t", groups)
        cls.pump = cls.env["product.product"].create({"name": "Pump", "is_storable": True, "tracking": "lot"})
        cls.lot = cls.env["stock.lot"].create({"name": "L-8", "product_id": cls.pump.id})
        warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.env.company.id)], limit=1)
        cls.env["stock.quant"]._update_available_quantity(cls.pump, warehouse.lot_stock_id, 1, lot_id=cls.lot)
        cls.complaint = cls._create_complaint(
            user_id=cls.mechanic.id, product_id=cls.pump.id, lot_id=cls.lot.id
        )

    def _approve(self, kind="repair"):
        compensation = self._create_compensation(self.complaint, 0, kind=kind).with_user(self.mechanic)
        compensation.action_request_approval()
        return compensation

    def _create(self, compensation):
        return self.env["repair.order"].browse(compensation.action_create_repair()["res_id"])

    def test_repair(self):
        """The order is for customer, product and serial number; repaired it is executed."""
        compensation = self._approve()
        repair = self._create(compensation)
        self.assertRecordValues(
            repair,
            [
                {
                    "partner_id": self.customer.id,
                    "product_id": self.pump.id,
                    "lot_id": self.lot.id,
                    "under_warranty": True,
                }
            ],
        )
        self.assertEqual(compensation.document_name, repair.name)
        repair.action_validate()
        repair.action_repair_start()
        self.assertEqual(compensation.state, "proposed")
        repair.action_repair_end()
        self.assertEqual(repair.state, "done")
        self.assertEqual(compensation.state, "executed")

    def test_cancelled(self):
        """A cancelled repair is open again and the handler is told."""
        compensation = self._approve()
        self._create(compensation).action_repair_cancel()
        self.assertFalse(compensation.document_id)
        self.assertIn("cancelled", self.complaint.activity_ids[-1:].summary)

    def test_deleted(self):
        """So is a deleted one."""
        compensation = self._approve()
        self._create(compensation).unlink()
        self.assertFalse(compensation.document_id)

    def test_without_product(self):
        """The mechanic says what he repairs."""
        self.complaint.write({"product_id": False, "lot_id": False})
        self.assertFalse(self._create(self._approve()).product_id)

    def test_rights_and_approval(self):
        """Without the right to repair, without approval or customer there is no order."""
        compensation = self._approve()
        with self.assertRaises(AccessError):
            compensation.with_user(self.manager).action_create_repair()
        draft = self._create_compensation(self.complaint, 0, kind="repair").with_user(self.mechanic)
        with self.assertRaisesRegex(UserError, "approved first"):
            draft.action_create_repair()
        self.complaint.partner_id = False
        with self.assertRaises(UserError):
            compensation.action_create_repair()

    def test_complaint_about_a_repair(self):
        """A repair that was done badly is what the next complaint is about."""
        repair = self._create(self._approve())
        context = repair.with_user(self.mechanic).action_register_complaint()["context"]
        self.assertEqual(context["default_reference"], f"repair.order,{repair.id}")
        self.assertEqual(context["default_lot_id"], self.lot.id)
        self.assertIn("repair.order", dict(self.env["customer.complaint"]._selection_reference()))
