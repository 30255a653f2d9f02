from odoo import api, models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_reference_fields(self, src_partners, dst_partner):
        """Let rows that name a merged partner as their document name the one that stays."""
        result = super()._update_reference_fields(src_partners, dst_partner)
        for name in ("customer.callback", "customer.care.event", "customer.contact.log"):
            # By SQL as core does: nobody may write to the timeline, and a finished callback is closed.
            self.env[name].flush_model(["res_model", "res_id"])
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET res_id = %s WHERE res_model = %s AND res_id IN %s",
                    SQL.identifier(self.env[name]._table),
                    dst_partner.id,
                    dst_partner._name,
                    tuple(src_partners.ids),
                )
            )
            self.env[name].invalidate_model(["res_id"])
        return result

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """Keep what the merging user may not see or set, as scores: the wizard checked the right to merge."""
        result = super()._update_values(src_partners.sudo(), dst_partner.sudo())
        dst_partner.sudo()._care_refresh_assessment_score()
        return result
