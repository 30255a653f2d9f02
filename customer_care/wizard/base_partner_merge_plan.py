from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Core moves plans by SQL: what follows from their customer is computed anew."""
        plans = self.env["customer.care.plan"].sudo().with_context(active_test=False)
        moved = plans.search([("partner_id", "in", src_partners.ids)])
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self.env.invalidate_all()
        moved.modified(["partner_id"])
        self.env.flush_all()
        return result
