from odoo import api, models
from odoo.tools import SQL

from ..models.res_partner_survey import FIGURES

# Rows that name what they are about by res_model and res_id.
LINKED = {
    "customer.survey.score": "res",
    "customer.survey.loop": "res",
    "customer.survey.request": "res",
    "survey.user_input": "care_res",
}


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_reference_fields(self, src_partners, dst_partner):
        """Let answers about a merged partner be about the one that stays."""
        result = super()._update_reference_fields(src_partners, dst_partner)
        for name, prefix in LINKED.items():
            model = self.env[name]
            model.flush_model()
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE %s = %s AND %s IN %s",
                    SQL.identifier(model._table),
                    SQL.identifier(f"{prefix}_id"),
                    dst_partner.id,
                    SQL.identifier(f"{prefix}_model"),
                    dst_partner._name,
                    SQL.identifier(f"{prefix}_id"),
                    tuple(src_partners.ids),
                )
            )
            model.invalidate_model()
        return result

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """Compute the figures anew: those of one of the merged customers are not those of all answers."""
        result = super()._update_values(src_partners.sudo(), dst_partner.sudo())
        # core moves scores by SQL; what follows from their contact is computed anew
        scores = self.env["customer.survey.score"].sudo().with_context(active_test=False)
        loops = self.env["customer.survey.loop"].sudo()
        for model in (scores, loops):
            model.invalidate_model()
            model.search([("partner_id", "=", dst_partner.id)]).modified(["partner_id"])
        self.env.flush_all()
        dst_partner.sudo()._care_update_survey_figures()
        dst_partner.invalidate_recordset(FIGURES)
        return result
