from odoo import fields, models


class CustomerCallbackRule(models.Model):
    _inherit = "customer.callback.rule"

    trigger = fields.Selection(
        selection_add=[("survey_low_score", "Low survey score")],
        ondelete={"survey_low_score": "cascade"},
    )
