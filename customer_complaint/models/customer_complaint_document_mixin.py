import logging

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

READERS = "customer_complaint.group_complaint_user,customer_care.group_care_auditor"
COMPENSATION = "customer.complaint.compensation"


class CustomerComplaintDocumentMixin(models.AbstractModel):
    """A document of another application that complaints are about, or that carries out a compensation.

    A bridge inherits it into the model, adds its name to ``customer.complaint._get_reference_models()`` or to
    ``customer.complaint.compensation._get_document_models()``, and calls ``_complaint_update_compensations()``
    when the state of a document has changed. The model has ``partner_id`` or overrides ``_complaint_get_partner``.
    """

    _name = "customer.complaint.document.mixin"
    _description = "Document of a Complaint"

    complaint_count = fields.Integer(
        compute="_compute_complaint_count", string="Number of Complaints", groups=READERS
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_complaint_count(self):
        names = {f"{self._name},{key}": key for key in self.ids}
        groups = self.env["customer.complaint"]._read_group(
            [("reference", "in", list(names))], ["reference"], ["__count"]
        )
        counts = {names[reference]: count for reference, count in groups}
        for document in self:
            document.complaint_count = counts.get(document._origin.id, 0)

    def action_view_complaints(self):
        """Open the complaints about these documents."""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_complaint.customer_complaint_action_all"
            ),
            "domain": self._complaint_get_domain(),
            "context": {"create": False},
        }

    def action_register_complaint(self):
        """Open the registration of a complaint about the document (singleton), with what is known of it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_action_register"
        )
        defaults = self._prepare_complaint_defaults()
        return {**action, "context": {f"default_{name}": value for name, value in defaults.items()}}

    def unlink(self):
        """Complaints about a deleted document keep its name; what it carried out is open again."""
        complaints = self.env["customer.complaint"].sudo().with_context(active_test=False)
        complaints = complaints.search([("reference", "in", [f"{self._name},{key}" for key in self.ids])])
        names = {complaint: complaint.reference._complaint_get_name() for complaint in complaints}
        compensations = self._complaint_get_compensations()
        result = super().unlink()
        for complaint, name in names.items():
            complaint.write({"reference": False, "order_ref": complaint.order_ref or name})
        compensations._lose_document()
        return result

    # What bridges override

    def _complaint_get_domain(self):
        """Return the domain of the complaints about these documents."""
        return [("reference", "in", [f"{self._name},{key}" for key in self.ids])]

    def _complaint_get_partner(self):
        """Return the customer of the document (singleton, ``res.partner``, may be empty)."""
        self.ensure_one()
        return self.partner_id

    def _complaint_get_name(self):
        """Return by what number or name people call the document (singleton)."""
        self.ensure_one()
        return self.display_name

    def _prepare_complaint_defaults(self):
        """Return {field: value} of a complaint about the document (singleton)."""
        self.ensure_one()
        return {
            "partner_id": self._complaint_get_partner().id,
            "reference": f"{self._name},{self.id}",
            "order_ref": self._complaint_get_name(),
        }

    def _complaint_get_state(self):
        """Return how far the document (singleton) has carried out what was promised.

        ``open``, ``ready`` when a person may call it carried out, ``done``, or ``cancelled``.
        """
        self.ensure_one()
        return "open"

    def _complaint_get_amount(self):
        """Return (amount, currency, date) that the customer gets by the document (singleton), None if no money."""
        self.ensure_one()
        return None

    # What bridges call

    def _complaint_get_compensations(self):
        """Return the compensations that these documents carry out, as superuser."""
        domain = [("document_model", "=", self._name), ("document_id", "in", self.ids)]
        return self.env[COMPENSATION].sudo().search(domain)

    def _complaint_update_compensations(self):
        """Have the compensations follow the state of their documents; whatever goes wrong, the documents go on."""
        try:
            with self.env.cr.savepoint():
                self._complaint_get_compensations()._follow_documents()
                self.env.flush_all()
        except Exception:  # pylint: disable=broad-except
            # an invoice is posted and goods go out even when a complaint cannot be written
            _logger.exception("The compensations of %s could not follow", self)
