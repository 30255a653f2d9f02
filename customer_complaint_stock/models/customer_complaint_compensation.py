from odoo import Command, api, fields, models
from odoo.exceptions import UserError

KINDS = ("replacement", "gift")


class CustomerComplaintCompensation(models.Model):
    """Replacements and gifts are carried out by deliveries."""

    _inherit = "customer.complaint.compensation"

    is_delivery_returnable = fields.Boolean(compute="_compute_is_delivery_returnable")

    @api.depends("complaint_id.reference")
    def _compute_is_delivery_returnable(self):
        """Whether the complaint is about a delivery; a returned one is refused by core's dialog."""
        for compensation in self:
            reference = compensation.complaint_id.sudo().reference
            compensation.is_delivery_returnable = (
                bool(reference)
                and reference._name == "stock.picking"
                and reference.state == "done"
                and reference.picking_type_code == "outgoing"
            )

    @api.model
    def _get_document_models(self):
        kinds = super()._get_document_models()
        return {**kinds, **{kind: [*kinds.get(kind, ()), "stock.picking"] for kind in KINDS}}

    def _check_document(self, document):
        if document._name == "stock.picking" and document.picking_type_code != "outgoing":
            raise UserError(
                self.env._("%(document)s is no delivery.", document=document._complaint_get_name())
            )
        return super()._check_document(document)

    def action_create_delivery(self):
        """Draft the delivery of what replaces the product of the complaint (singleton) and open it.

        :raises AccessError: without the right to create deliveries
        :raises UserError: unless it is approved, open and without document
        """
        self.ensure_one()
        self._check_ready_for_document()
        self.env["stock.picking"].check_access("create")
        customer = self.complaint_id.partner_id
        if not customer:
            raise UserError(self.env._("The complaint has no customer to deliver to."))
        picking = self.env["stock.picking"].create(self._prepare_delivery_vals(customer))
        self._link_document(picking)
        return picking._get_records_action(name=picking.display_name)

    def _prepare_delivery_vals(self, customer):
        warehouse = (
            self.env["stock.warehouse"].sudo().search([("company_id", "=", self.company_id.id)], limit=1)
        )
        if not warehouse:
            raise UserError(self.env._("The company has no warehouse."))
        places = {
            "location_id": warehouse.lot_stock_id.id,
            "location_dest_id": customer.with_company(self.company_id).property_stock_customer.id,
        }
        vals = {
            "partner_id": customer.id,
            "picking_type_id": warehouse.out_type_id.id,
            "origin": self.complaint_id.number,
            "company_id": self.company_id.id,
            **places,
        }
        # of the promised thing itself; a service has nothing to deliver
        product = self.complaint_id.product_id
        if self.kind == "replacement" and product and product.type == "consu":
            move = {
                "product_id": product.id,
                "product_uom_qty": 1,
                "product_uom": product.uom_id.id,
                "company_id": self.company_id.id,
                **places,
            }
            vals["move_ids"] = [Command.create(move)]
        return vals

    def action_return_delivery(self):
        """Open core's dialog that takes back the delivery the complaint is about (singleton)."""
        self.ensure_one()
        self.check_access("read")
        if not self.is_delivery_returnable:
            raise UserError(self.env._("The complaint is about no delivery that could be returned."))
        picking = self.complaint_id.reference
        picking.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id("stock.act_stock_return_picking")
        return {
            **action,
            "context": {
                "active_model": "stock.picking",
                "active_id": picking.id,
                "active_ids": picking.ids,
            },
        }
