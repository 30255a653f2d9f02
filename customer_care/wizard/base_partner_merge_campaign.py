from odoo import api, models
from odoo.tools import SQL

# The last one counts most: what a merged customer did is kept.
RANKS = ["target", "absent", "invited", "declined", "waiting", "accepted", "attended"]


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Keep one row of merged customers on the list of a campaign: that of who did most."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM customer_care_campaign_participant p
                 USING (SELECT id, row_number() OVER (
                                 PARTITION BY campaign_id ORDER BY array_position(%s::varchar[], state) DESC, id) AS rank
                          FROM customer_care_campaign_participant
                         WHERE partner_id = ANY(%s)) ranked
                 WHERE ranked.id = p.id AND ranked.rank > 1
                """,
                RANKS,
                (src_partners | dst_partner).ids,
            )
        )
        self.env["customer.care.campaign.participant"].invalidate_model()
        return super()._update_foreign_keys(src_partners, dst_partner)
