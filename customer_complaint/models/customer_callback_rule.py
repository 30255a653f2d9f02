from odoo import fields, models


class CustomerCallbackRule(models.Model):
    _inherit = "customer.callback.rule"

    trigger = fields.Selection(
        selection_add=[("complaint_resolved", "A complaint was resolved")],
        ondelete={"complaint_resolved": "cascade"},
    )
