from unittest.mock import patch

from odoo.addons.customer_care.tests.common import CareCommon
from odoo.tests import Form, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestDeliveries(CareCommon):
    """Deliveries plan callbacks and are never held up by them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customer.callback.rule"].search([("trigger", "=", "delivered")]).action_archive()
        cls.rule = cls._create_rule(name="After delivery", trigger="delivered", delay_days=3)
        cls.customer.care_user_id = cls.specialist
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.env.company.id)], limit=1)
        cls.product = cls.env["product.product"].create({"name": "Pump", "is_storable": True})
        cls.env["stock.quant"]._update_available_quantity(cls.product, cls.warehouse.lot_stock_id, 100)

    def _create_picking(self, partner=None, quantity=2, done=None, kind=None):
        kind = kind or self.warehouse.out_type_id
        customers = self.env.ref("stock.stock_location_customers")
        outgoing = kind == self.warehouse.out_type_id
        places = {
            "location_id": (self.warehouse.lot_stock_id if outgoing else customers).id,
            "location_dest_id": (customers if outgoing else self.warehouse.lot_stock_id).id,
        }
        picking = self.env["stock.picking"].create(
            {"partner_id": (partner or self.customer).id, "picking_type_id": kind.id, **places}
        )
        self.env["stock.move"].create(
            {
                "picking_id": picking.id,
                "product_id": self.product.id,
                "product_uom_qty": quantity,
                "product_uom": self.product.uom_id.id,
                **places,
            }
        )
        picking.action_confirm()
        picking.action_assign()
        picking.move_ids.quantity = quantity if done is None else done
        picking.move_ids.picked = True
        return picking

    def _get_callbacks(self, pickings):
        domain = [("res_model", "=", "stock.picking"), ("res_id", "in", pickings.ids)]
        return self.env["customer.callback"].search(domain, order="id")

    def test_delivery(self):
        """Deliveries done together plan one callback each, for the customer's specialist, in one go."""
        pickings = self._create_picking() | self._create_picking(self._create_customer("Sun Ltd"))
        pickings.button_validate()
        self.assertEqual(set(pickings.mapped("state")), {"done"})
        callbacks = self._get_callbacks(pickings)
        self.assertEqual(callbacks.partner_id, pickings.partner_id)
        self.assertEqual(len(callbacks), 2)
        self.assertEqual(callbacks[0].rule_id, self.rule)
        self.assertEqual(callbacks[0].user_id, self.specialist)
        pickings._care_plan_callbacks()
        self.assertEqual(self._get_callbacks(pickings), callbacks)

    def test_no_callback(self):
        """Receipts, returns, the rest of a delivery and one without customer plan nothing."""
        receipt = self._create_picking(kind=self.warehouse.in_type_id)
        receipt.button_validate()
        picking = self._create_picking(quantity=5, done=3)
        action = picking.button_validate()
        Form.from_action(self.env, action).save().process()
        backorder = self.env["stock.picking"].search([("backorder_id", "=", picking.id)])
        backorder.move_ids.quantity = 2
        backorder.move_ids.picked = True
        backorder.button_validate()
        self.assertEqual((picking.state, backorder.state), ("done", "done"))
        self.assertEqual(self._get_callbacks(receipt | picking | backorder).res_id, picking.id)
        back = self._create_picking()
        back.return_id = picking
        back.button_validate()
        anonymous = self._create_picking()
        anonymous.partner_id = False
        anonymous.button_validate()
        self.assertFalse(self._get_callbacks(back | anonymous))

    def test_error_does_not_stop_the_goods(self):
        """When planning fails the delivery is done all the same, and nothing of the plan is left."""
        picking = self._create_picking()
        failing = patch.object(type(self.rule), "_plan", side_effect=ZeroDivisionError)
        with failing, mute_logger("odoo.addons.customer_care_stock.models.stock_picking"):
            picking.button_validate()
        self.assertEqual(picking.state, "done")
        self.assertFalse(self._get_callbacks(picking))

    def test_customer_who_must_not_be_called(self):
        """The gate decides about these callbacks as about all."""
        self.customer.care_do_not_call = True
        picking = self._create_picking()
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        self.assertFalse(self._get_callbacks(picking))
