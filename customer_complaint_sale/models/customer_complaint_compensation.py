from odoo import api, models

SALE_KINDS = ("replacement", "discount", "gift")


class CustomerComplaintCompensation(models.Model):
    _inherit = "customer.complaint.compensation"

    @api.model
    def _get_document_models(self):
        """An order free of charge or at a lower price can be the replacement, the discount or the gift."""
        kinds = super()._get_document_models()
        return {**kinds, **{kind: [*kinds.get(kind, ()), "sale.order"] for kind in SALE_KINDS}}
