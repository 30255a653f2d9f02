from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        """Close the reminders of holidays that were missing."""
        leaves = super().create(vals_list)
        if any(not leave.resource_id for leave in leaves):
            self.env["customer.holiday.reminder"].sudo()._close_imported()
        return leaves
