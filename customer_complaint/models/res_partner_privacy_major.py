from odoo import models
from odoo.fields import Domain

from .customer_complaint_major_report import SECTIONS


class ResPartner(models.Model):
    """Reports on major complaints tell what happened to whom: they are part of copies and erasures."""

    _inherit = "res.partner"

    def _care_privacy_models(self):
        known = super()._care_privacy_models()
        complaint = known["customer.complaint"]
        return {
            **known,
            "customer.complaint": {**complaint, "erase": {**complaint["erase"], "major_reason": None}},
            "customer.complaint.major.report": {
                "domain": lambda ids: Domain("complaint_id.partner_id", "in", ids),
                "fields": ("complaint_id", "version", "issued_datetime", *SECTIONS),
                "erase": {**dict.fromkeys(SECTIONS), "content": None, "appraisal_reason": None},
            },
        }

    def _care_get_files(self, places):
        """The PDF of a report is a file of a field, which a search leaves out unless it asks for it."""
        files = super()._care_get_files(places)
        model = "customer.complaint.major.report"
        ids = [key for name, _entry, records in places if name == model for key in records.ids]
        domain = [("res_model", "=", model), ("res_field", "=", "pdf"), ("res_id", "in", ids)]
        return files | self.env["ir.attachment"].sudo().search(domain)
