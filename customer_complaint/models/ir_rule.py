from odoo import models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from .customer_complaint_part import PART

COMPLAINT = "customer.complaint"
ACTION = "customer.complaint.action"
# What names a document by res_model and res_id: timeline, callbacks, approvals, surveys.
LINK = "customer.care.link.mixin"
# A query of which each row is one complaint's, seen by those alone who see the complaint.
FOLLOWING = ("customer.complaint.rating",)
# A query over the complaints that its reader may see: the rules are inside.
REPORT = "customer.complaint.report"
LETTER = "customer.complaint.letter"
# Of a complaint, and named themselves by approvals and the timeline.
DOCUMENTS = ("customer.complaint.compensation", "customer.complaint.plan", LETTER)


class IrRule(models.Model):
    """What belongs to a complaint is seen by those who see the complaint: said once, for all models.

    Records with a stored ``complaint_id`` follow the rules of their complaint, so that they need none of their own.
    Entries of the timeline, callbacks, approvals, surveys and ratings are hidden with the confidential document they
    name. Where somebody does not know who complained, all of that which names the customer is hidden too, and so are
    correspondence, files and followers. Code rather than rules: a model that is added later cannot be forgotten.
    """

    _inherit = "ir.rule"

    def _compute_domain(self, model_name, mode="read"):
        domain = super()._compute_domain(model_name, mode)
        if self.env.su:
            return domain
        model = self.env[model_name]
        complaints = self.env[COMPLAINT]
        if model_name == REPORT:
            return domain
        if model_name == COMPLAINT:
            return domain & complaints._get_confidential_domain()
        if self._belongs_to_complaint(model):
            # what adds up many complaints in SQL has rules of its own
            seen = (
                self._compute_domain(COMPLAINT, mode)
                if model._auto or model_name in FOLLOWING
                else complaints._get_confidential_domain()
            )
            followed = Domain("complaint_id", "any!", seen)
            if model_name == LETTER and not complaints._sees_identities():
                # it is addressed to who complained
                followed &= ~Domain("complaint_id", "in", complaints._search_hidden_identities())
            if isinstance(model, self.env.registry[PART]):
                followed = model._limit_parts(followed, mode)
            return domain & followed
        if model_name == ACTION:
            # what was learned of a confidential complaint names it
            return domain & ~Domain("complaint_ids", "in", self._get_hidden_query())
        if model_name == "rating.rating" or isinstance(model, self.env.registry[LINK]):
            domain &= self._get_document_domain()
        if complaints._sees_identities():
            return domain
        return domain & self._get_identity_domain(model, mode)

    def _belongs_to_complaint(self, model):
        field = model._fields.get("complaint_id")
        return bool(
            field is not None and field.comodel_name == COMPLAINT and field.store and not model._transient
        )

    def _get_document_domain(self):
        """Return the domain of records with ``res_model`` and ``res_id`` that name nothing hidden."""
        return self._get_naming_none_of(self._get_hidden_query())

    def _get_hidden_query(self):
        """Return the query of the confidential complaints that the user does not see."""
        hidden = self.env[COMPLAINT].sudo().with_context(active_test=False)
        return hidden._search(
            Domain("is_confidential", "=", True) & ~self.env[COMPLAINT]._get_confidential_domain()
        )

    def _get_naming_none_of(self, query):
        named = Domain("res_model", "=", COMPLAINT) & Domain("res_id", "in", query)
        for name in DOCUMENTS:
            documents = self.env[name].sudo()._search([("complaint_id", "in", query)])
            named |= Domain("res_model", "=", name) & Domain("res_id", "in", documents)
        return ~named

    def _get_identity_domain(self, model, mode):
        """Return the domain of records of ``model`` that tell the user of no complainant hidden from him."""
        name = model._name
        hidden = self.env[COMPLAINT]._search_hidden_identities
        if name == "mail.message" and mode != "create":
            # what colleagues tell each other; all else is correspondence, which names the customer
            is_note = (
                (Domain("is_internal", "=", True) | Domain("subtype_id.internal", "=", True))
                & Domain("author_id", "!=", False)
                & Domain("author_id.partner_share", "=", False)
            )
            return ~(Domain("model", "=", COMPLAINT) & Domain("res_id", "in", hidden()) & ~is_note)
        if name == "mail.followers":
            customers = Domain("partner_id.partner_share", "=", True)
            return ~(Domain("res_model", "=", COMPLAINT) & Domain("res_id", "in", hidden()) & customers)
        if name == "mail.notification":
            customers = Domain("res_partner_id.partner_share", "=", True)
            message = Domain("model", "=", COMPLAINT) & Domain("res_id", "in", hidden())
            return ~(Domain("mail_message_id", "any!", message) & customers)
        if name == "mail.scheduled.message":
            others = Domain("create_uid", "!=", self.env.uid)
            return ~(Domain("model", "=", COMPLAINT) & Domain("res_id", "in", hidden()) & others)
        if name == "ir.attachment" and mode != "create":
            others = Domain("create_uid", "!=", self.env.uid)
            return ~(Domain("res_model", "=", COMPLAINT) & Domain("res_id", "in", hidden()) & others)
        if name == "rating.rating" or (
            isinstance(model, self.env.registry[LINK]) and "partner_id" in model._fields
        ):
            return self._get_naming_none_of(hidden())
        return Domain.TRUE

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
