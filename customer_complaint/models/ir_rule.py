from odoo import models
from odoo.exceptions import AccessError
from odoo.fields import Domain

COMPLAINT = "customer.complaint"
# What names a document by res_model and res_id: timeline, callbacks, approvals, surveys.
LINK = "customer.care.link.mixin"
# Seen by those alone who see the complaint.
FOLLOWING = (
    "customer.complaint.task",
    "customer.complaint.handover",
    "customer.complaint.access",
    "customer.complaint.plan",
    "customer.complaint.measure",
    "customer.complaint.letter",
    "customer.complaint.review",
)
# Of a complaint, and named themselves by approvals and the timeline.
DOCUMENTS = ("customer.complaint.compensation", "customer.complaint.plan", "customer.complaint.letter")


class IrRule(models.Model):
    """Confidential complaints hide all that belongs to them, also models of addons that do not know of it.

    Records with a stored ``complaint_id`` are hidden with their complaint; entries of the timeline, callbacks,
    approvals, surveys and ratings with the document they name. Code rather than rules: a model that is added later
    cannot be forgotten.
    """

    _inherit = "ir.rule"

    def _compute_domain(self, model_name, mode="read"):
        domain = super()._compute_domain(model_name, mode)
        if self.env.su:
            return domain
        model = self.env[model_name]
        if model_name == COMPLAINT:
            return domain & self.env[COMPLAINT]._get_confidential_domain()
        field = model._fields.get("complaint_id")
        if field is not None and field.comodel_name == COMPLAINT and field.store and not model._transient:
            seen = self.env[COMPLAINT]._get_confidential_domain()
            if model_name in FOLLOWING:
                seen = self._compute_domain(COMPLAINT, mode)
            return domain & Domain("complaint_id", "any!", seen)
        if model_name == "rating.rating" or isinstance(model, self.env.registry[LINK]):
            return domain & self._get_document_domain()
        return domain

    def _get_document_domain(self):
        """Return the domain of records with ``res_model`` and ``res_id`` that name nothing hidden."""
        hidden = self.env[COMPLAINT].sudo().with_context(active_test=False)
        query = hidden._search(
            Domain("is_confidential", "=", True) & ~self.env[COMPLAINT]._get_confidential_domain()
        )
        named = Domain("res_model", "=", COMPLAINT) & Domain("res_id", "in", query)
        for name in DOCUMENTS:
            documents = self.env[name].sudo()._search([("complaint_id", "in", query)])
            named |= Domain("res_model", "=", name) & Domain("res_id", "in", documents)
        return ~named

    def _make_access_error(self, operation, records):
        """Name nothing of a record that is hidden with a confidential complaint."""
        complaints = records.sudo()
        if records._name != COMPLAINT:
            complaints = complaints["complaint_id"] if "complaint_id" in records._fields else None
        if (
            complaints is not None
            and complaints._name == COMPLAINT
            and any(complaints.mapped("is_confidential"))
        ):
            return AccessError(self.env._("You have no access to this confidential complaint."))
        return super()._make_access_error(operation, records)
