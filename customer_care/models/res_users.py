from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def unlink(self):
        ids = self.ids
        result = super().unlink()
        self.env["customer.care.event"]._forget("user_id", ids)
        return result
