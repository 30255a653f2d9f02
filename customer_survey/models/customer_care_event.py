from odoo import fields, models

KINDS = [
    ("survey_sent", "Survey sent"),
    ("survey_reminded", "Reminded of a survey"),
    ("survey_bounced", "Survey not delivered"),
    ("survey_answered", "Survey answered"),
    ("survey_corrected", "Survey answer corrected"),
    ("survey_voided", "Survey answer no longer counted"),
    ("survey_followed", "Survey answer followed up"),
    ("survey_thanked", "Thanked for a recommendation"),
]


class CustomerCareEvent(models.Model):
    _inherit = "customer.care.event"

    kind = fields.Selection(selection_add=KINDS, ondelete=dict.fromkeys(dict(KINDS), "cascade"))
