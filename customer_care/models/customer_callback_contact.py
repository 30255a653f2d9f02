from odoo import models


class CustomerCallback(models.Model):
    """A call whose end is taken back was no contact."""

    _inherit = "customer.callback"

    def action_reopen(self):
        result = super().action_reopen()
        # sudo: the entry is the program's, nobody may delete it by hand
        self.env["customer.contact.log"].sudo().search(
            [("source", "=", "callback"), ("res_model", "=", self._name), ("res_id", "in", self.ids)]
        ).unlink()
        return result
