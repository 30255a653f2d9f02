from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Two customers who become one may have complained twice about the same."""
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self.env["customer.complaint"].sudo()._request_repeat_check([("partner_id", "=", dst_partner.id)])
        return result
