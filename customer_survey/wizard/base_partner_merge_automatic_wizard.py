from odoo import api, models
from odoo.tools import SQL

# Tables that name a document: the model's and the record's column.
DOCUMENTS = {
    "customer.survey.request": ("res_model", "res_id"),
    "customer.survey.score": ("res_model", "res_id"),
    "survey.user_input": ("care_res_model", "care_res_id"),
}


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_reference_fields(self, src_partners, dst_partner):
        """Let what was asked of a merged customer be about the one who stays."""
        result = super()._update_reference_fields(src_partners, dst_partner)
        self.env["customer.survey.request"].sudo()._merge_keys(src_partners, dst_partner)
        for name, (model, record) in DOCUMENTS.items():
            self.env[name].flush_model([model, record])
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE %s = %s AND %s IN %s",
                    SQL.identifier(self.env[name]._table),
                    SQL.identifier(record),
                    dst_partner.id,
                    SQL.identifier(model),
                    dst_partner._name,
                    SQL.identifier(record),
                    tuple(src_partners.ids),
                )
            )
            self.env[name].invalidate_model([record])
        return result
