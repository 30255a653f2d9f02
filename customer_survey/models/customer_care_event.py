from odoo import fields, models


class CustomerCareEvent(models.Model):
    _inherit = "customer.care.event"

    kind = fields.Selection(
        selection_add=[("survey_sent", "Survey sent"), ("survey_answered", "Survey answered")],
        ondelete={"survey_sent": "cascade", "survey_answered": "cascade"},
    )
