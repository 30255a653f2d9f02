from odoo import models


class CustomerCareReportRow(models.Model):
    """Scores count among the answers about satisfaction (``customer.metric._get_satisfaction_parts``)."""

    _inherit = "customer.care.report.row"
    _depends = {"customer.survey.score": ["commercial_partner_id", "date", "kind", "value"]}
