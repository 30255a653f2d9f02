from odoo import api, fields, models


class CustomerNeed(models.Model):
    """In which call a need was learnt."""

    _inherit = "customer.need"

    callback_id = fields.Many2one(
        "customer.callback", string="Learnt in the Call", readonly=True, copy=False, index="btree_not_null"
    )

    @api.model_create_multi
    def create(self, vals_list):
        needs = super().create(vals_list)
        needs._check_callback()
        return needs

    def write(self, vals):
        result = super().write(vals)
        if "callback_id" in vals:
            self._check_callback()
        return result

    def _check_callback(self):
        """:raises AccessError: a need would name a callback that its writer may not see"""
        if not self.env.su:
            self.sudo().callback_id.sudo(False).check_access("read")
