from odoo import api, models

from ..models.res_partner_grading import GRADE_FIELDS
from ..models.res_partner_lifecycle import LIFECYCLE_FIELDS


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """Keep grade and life-cycle stage of the record that stays: those of another customer are not its own."""
        names = [*GRADE_FIELDS, *LIFECYCLE_FIELDS]
        # sudo: core copies every field, also those that only the program may set
        kept = dst_partner.sudo()._convert_to_write(dst_partner.sudo().read(names, load=None)[0])
        kept.pop("id", None)
        result = super()._update_values(src_partners.sudo(), dst_partner.sudo())
        customer = dst_partner.sudo().commercial_partner_id
        if customer == dst_partner:
            dst_partner.sudo().write(kept)
            # for the contacts that came along: core passes on only what has changed
            customer._commercial_sync_to_descendants(names)
        return result
