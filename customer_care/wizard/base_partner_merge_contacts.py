from odoo import api, models
from odoo.tools import SQL

# Tables in which merged customers can meet on the same key, and what the key consists of besides the customer.
# What was sent comes first, then the row of the customer who stays, then the oldest.
KEYS = {
    "customer.contact.log": SQL("res_model, res_id, source"),
    "customer.care.greeting": SQL("occasion_id, year, COALESCE(anniversary_id, 0)"),
}


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Keep one of the rows that merged customers have in common: core would delete all of those merged."""
        for name, key in KEYS.items():
            model = self.env[name]
            model.flush_model()
            self.env.cr.execute(
                SQL(
                    """
                    DELETE FROM %(table)s WHERE id IN (
                        SELECT id FROM (
                            SELECT id, res_id_is_null, row_number() OVER (
                                   PARTITION BY %(key)s ORDER BY rank DESC, partner_id = %(kept)s DESC, id) AS number
                              FROM (SELECT *, %(empty)s AS res_id_is_null, %(rank)s AS rank FROM %(table)s
                                     WHERE partner_id IN %(partners)s) own
                        ) numbered WHERE number > 1 AND NOT res_id_is_null)
                    """,
                    table=SQL.identifier(model._table),
                    key=key,
                    kept=dst_partner.id,
                    empty=SQL("COALESCE(res_id, 0) = 0") if "res_id" in model._fields else SQL("FALSE"),
                    # What was sent is history, what is planned is not.
                    rank=SQL("(state = 'sent')::int") if "date_sent" in model._fields else SQL("0"),
                    partners=(dst_partner.id, *src_partners.ids),
                )
            )
            model.invalidate_model()
        return super()._update_foreign_keys(src_partners, dst_partner)
