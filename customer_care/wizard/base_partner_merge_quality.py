from odoo import api, models

from ..models.res_partner_quality import GUARDED_FIELDS


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """Let guarded fields pass, keep the verification of the record that stays, and count anew."""
        (src_partners | dst_partner).check_access("write")
        # sudo: core copies every field, also those that only the program may set
        kept = {
            name: value
            for name, value in dst_partner.sudo().read(GUARDED_FIELDS, load=None)[0].items()
            if name != "id"
        }
        result = super()._update_values(src_partners.sudo(), dst_partner.sudo())
        # what was merged in has not been verified here
        dst_partner.sudo().write(kept)
        dst_partner._care_update_completeness()
        return result
