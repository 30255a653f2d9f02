from odoo import fields, models


class CustomerSurveyRule(models.Model):
    _inherit = "customer.survey.rule"

    trigger = fields.Selection(
        selection_add=[("complaint_closed", "Complaint closed")],
        ondelete={"complaint_closed": "cascade"},
    )
