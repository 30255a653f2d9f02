from odoo import models


class CustomerComplaintSource(models.Model):
    """Whether a source is a regulator may decide which time limits apply."""

    _inherit = "customer.complaint.source"

    def write(self, vals):
        result = super().write(vals)
        if "is_regulator" in vals:
            self.env["customer.complaint"]._request_clock_refresh([("source_id", "in", self.ids)])
        return result
