from odoo import models


class CustomerComplaint(models.Model):
    _inherit = "customer.complaint"

    def _merge_parts(self, main):
        """Actions for the merged complaints are actions for the main one too."""
        result = super()._merge_parts(main)
        main.action_ids |= self.action_ids
        return result
