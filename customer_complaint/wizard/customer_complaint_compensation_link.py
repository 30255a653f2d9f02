from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerComplaintCompensationLink(models.TransientModel):
    """Chooses an existing document that carries out a compensation."""

    _name = "customer.complaint.compensation.link"
    _description = "Link the Document of a Compensation"

    compensation_id = fields.Many2one("customer.complaint.compensation", required=True)
    commercial_partner_id = fields.Many2one(
        related="compensation_id.complaint_id.commercial_partner_id", string="Customer"
    )
    model_names = fields.Char(compute="_compute_model_names")
    document = fields.Reference(lambda self: self._selection_document(), string="Related Document")

    @api.model
    def _selection_document(self):
        kinds = self.env["customer.complaint.compensation"]._get_document_models()
        names = sorted({name for models_of_kind in kinds.values() for name in models_of_kind})
        return [(name, self.env["ir.model"].sudo()._get(name).name) for name in names]

    @api.depends("compensation_id")
    def _compute_model_names(self):
        kinds = self.env["customer.complaint.compensation"]._get_document_models()
        for wizard in self:
            wizard.model_names = ",".join(kinds.get(wizard.compensation_id.kind, ()))

    def action_confirm(self):
        """Link the document; rights are those of the user on both."""
        self.ensure_one()
        if not self.document:
            raise UserError(self.env._("Choose a document."))
        self.compensation_id._link_document(self.document)
        return {"type": "ir.actions.act_window_close"}
