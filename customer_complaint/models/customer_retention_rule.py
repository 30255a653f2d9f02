from odoo import api, models


class CustomerRetentionRule(models.Model):
    _inherit = "customer.retention.rule"

    @api.model
    def _get_kinds(self):
        return {
            **super()._get_kinds(),
            "complaint_access": {
                "model": "customer.complaint.access",
                "date": "datetime",
                "actions": ("delete",),
            },
        }
