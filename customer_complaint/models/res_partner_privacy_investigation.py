from odoo import models
from odoo.fields import Domain

# Fields of investigations that hold files.
FILES = {
    "customer.complaint.statement": "file",
    "customer.complaint.evidence": "file",
    "customer.complaint.appraisal": "report_file",
}


class ResPartner(models.Model):
    """What investigations keep of a customer, or of a contact who made a statement."""

    _inherit = "res.partner"

    def _care_privacy_models(self):
        def of_complaint(ids):
            return Domain("complaint_id.partner_id", "in", ids)

        def made_or_of_complaint(ids):
            return of_complaint(ids) | Domain("partner_id", "in", ids)

        return {
            **super()._care_privacy_models(),
            "customer.complaint.fact": {
                "domain": of_complaint,
                "fields": ("complaint_id", "datetime", "text", "source"),
                "erase": {"text": "-", "source": None},
            },
            "customer.complaint.statement": {
                "domain": made_or_of_complaint,
                "fields": ("complaint_id", "side", "person", "taken_datetime", "text"),
                "erase": {"person": "-", "text": None, "file_name": None},
            },
            "customer.complaint.evidence": {
                "domain": of_complaint,
                "fields": ("complaint_id", "kind", "name", "place", "added_datetime"),
                "erase": {"name": "-", "place": None, "file_name": None},
            },
            "customer.complaint.appraisal": {
                "domain": of_complaint,
                "fields": ("complaint_id", "name", "question", "object", "result", "result_text"),
                "erase": {
                    "name": "-",
                    "question": "-",
                    "object": None,
                    "decision_note": None,
                    "result_text": None,
                    "report_file_name": None,
                },
            },
            "customer.complaint.why": {
                "domain": of_complaint,
                "fields": ("complaint_id", "question", "answer"),
                "erase": {"question": "-", "answer": None, "evidence": None},
            },
            "customer.complaint.discipline": {
                "domain": of_complaint,
                "fields": ("complaint_id", "code", "text"),
                "erase": {"text": None},
            },
            "customer.complaint.responsibility": {
                "domain": made_or_of_complaint,
                "fields": ("complaint_id", "party", "percent", "reason", "answer", "state"),
                "erase": {"reason": None, "answer": None, "decision": None},
            },
            "customer.complaint.verdict": {
                "domain": of_complaint,
                "fields": ("complaint_id", "verdict", "datetime"),
                "erase": {},
            },
        }

    def _care_get_files(self, places):
        """Files of a field are left out by a search that does not ask for them."""
        files = super()._care_get_files(places)
        for name, _entry, records in places:
            if name in FILES and records:
                domain = [
                    ("res_model", "=", name),
                    ("res_field", "=", FILES[name]),
                    ("res_id", "in", records.ids),
                ]
                files |= self.env["ir.attachment"].sudo().search(domain)
        return files
