from odoo import models


class ResUsers(models.Model):
    """Who leaves hands his open complaints to the leader of the team."""

    _inherit = "res.users"

    def write(self, vals):
        leaving = self.filtered("active") if vals.get("active") is False else self.browse()
        result = super().write(vals)
        if leaving:
            self.env["customer.complaint"].sudo()._leave_to_leaders(leaving)
        return result
