from odoo import fields, models


class CustomerNeed(models.Model):
    """In which call a need was learnt."""

    _inherit = "customer.need"

    callback_id = fields.Many2one(
        "customer.callback", string="Learnt in the Call", readonly=True, copy=False, index="btree_not_null"
    )
