from odoo import api, models


class CustomerComplaint(models.Model):
    _inherit = "customer.complaint"

    @api.model
    def _get_reference_models(self):
        return [*super()._get_reference_models(), "repair.order"]
