from odoo import api, fields, models
from odoo.addons.customer_complaint.models.customer_complaint import PROBLEM_KINDS
from odoo.fields import Domain


class CustomerSurveyRule(models.Model):
    _inherit = "customer.survey.rule"

    trigger = fields.Selection(
        selection_add=[("complaint_closed", "Complaint closed")],
        ondelete={"complaint_closed": "cascade"},
    )

    @api.model
    def _get_trigger_documents(self):
        closed = Domain("phase", "=", "closed") & Domain("kind", "in", PROBLEM_KINDS)
        return {
            **super()._get_trigger_documents(),
            "complaint_closed": ("customer.complaint", "closed_datetime", closed),
        }
