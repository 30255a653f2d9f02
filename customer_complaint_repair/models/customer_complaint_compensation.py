from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html


class CustomerComplaintCompensation(models.Model):
    """Repairs are carried out by repair orders."""

    _inherit = "customer.complaint.compensation"

    @api.model
    def _get_document_models(self):
        kinds = super()._get_document_models()
        return {**kinds, "repair": [*kinds.get("repair", ()), "repair.order"]}

    def action_create_repair(self):
        """Draft the repair of the product of the complaint (singleton), under warranty, and open it.

        :raises AccessError: without the right to create repair orders
        :raises UserError: unless it is approved, open and without document
        """
        self.ensure_one()
        self._check_ready_for_document()
        self.env["repair.order"].check_access("create")
        if not self.complaint_id.partner_id:
            raise UserError(self.env._("The complaint has no customer to repair for."))
        Repair = self.env["repair.order"].with_company(self.company_id)
        repair = Repair.create(self._prepare_repair_vals())
        self._link_document(repair)
        return repair._get_records_action(name=repair.display_name)

    def _prepare_repair_vals(self):
        complaint = self.complaint_id
        vals = {
            "partner_id": complaint.partner_id.id,
            "company_id": self.company_id.id,
            "under_warranty": True,
            "internal_notes": plaintext2html(complaint.display_name),
        }
        # core repairs goods, no services
        if complaint.product_id.type == "consu":
            vals["product_id"] = complaint.product_id.id
            if complaint.lot_id.product_id == complaint.product_id:
                vals["lot_id"] = complaint.lot_id.id
        return vals
