from odoo import api, models
from odoo.tools import SQL


class CustomerComplaintDocument(models.Model):
    """The document of another application that a complaint is about, and what the form takes over from it."""

    _inherit = "customer.complaint"

    # counted on orders, invoices and deliveries; most complaints name none
    _reference_idx = models.Index("(reference) WHERE reference IS NOT NULL")

    @api.onchange("reference")
    def _onchange_reference(self):
        """Take over what is known of the document where nothing is said yet.

        The number stays readable to those who may not open the document.
        """
        if isinstance(self.reference, self.env.registry["customer.complaint.document.mixin"]):
            for name, value in self.reference._prepare_complaint_defaults().items():
                if name in self._fields and not self[name]:
                    self[name] = value

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        if any(vals.get("reference") for vals in vals_list):
            complaints._check_reference()
        return complaints

    def write(self, vals):
        result = super().write(vals)
        if vals.get("reference"):
            self._check_reference()
        return result

    def _check_reference(self):
        """Refuse documents that the user may not read: nobody learns their names by naming them.

        :raises AccessError: he may not; ``MissingError`` when there is none
        """
        if not self.env.su:
            for complaint in self.filtered("reference"):
                complaint.reference.check_access("read")

    @api.model
    def _forget_documents(self, *names):
        """Take the documents of these models off complaints and compensations; their numbers stay as text.

        For the uninstallation of a bridge: nobody could read a document of a model that is gone.
        """
        for name in names:
            named = self.sudo().with_context(active_test=False).search([("reference", "=like", f"{name},%")])
            for complaint in named.filtered(lambda complaint: not complaint.order_ref):
                document = complaint.reference.exists()
                complaint.order_ref = document._complaint_get_name() if document else False
            self.env.flush_all()
            self.env.cr.execute(
                SQL("UPDATE customer_complaint SET reference = NULL WHERE reference LIKE %s", f"{name},%")
            )
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE customer_complaint_compensation SET document_model = NULL, document_id = NULL
                     WHERE document_model = %s
                    """,
                    name,
                )
            )
        self.env.invalidate_all()
