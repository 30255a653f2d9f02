from odoo import models


class ResPartner(models.Model):
    """The address of a company says its time zone, which the cache keeps."""

    _inherit = "res.partner"

    def write(self, vals):
        result = super().write(vals)
        if "tz" in vals:
            companies = self.env["res.company"].sudo().with_context(active_test=False)
            if companies.search_count([("partner_id", "in", self.ids)], limit=1):
                self.env.registry.clear_cache()
        return result
