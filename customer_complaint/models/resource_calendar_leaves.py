from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    """Public holidays move deadlines; a person's own leave does not."""

    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._refresh_complaint_clocks()
        return leaves

    def write(self, vals):
        # Before: a leave that moves to another calendar concerns both.
        before = self.filtered(lambda leave: not leave.resource_id).calendar_id
        result = super().write(vals)
        self._refresh_complaint_clocks(before)
        return result

    def unlink(self):
        public = self.filtered(lambda leave: not leave.resource_id)
        calendars = public.calendar_id
        is_for_all = any(not leave.calendar_id for leave in public)
        result = super().unlink()
        if is_for_all or calendars:
            (calendars.browse() if is_for_all else calendars)._refresh_complaint_clocks()
        return result

    def _refresh_complaint_clocks(self, calendars=None):
        """Have the time limits computed anew that these leaves, or ``calendars``, concern."""
        public = self.filtered(lambda leave: not leave.resource_id)
        if any(not leave.calendar_id for leave in public):
            self.env["resource.calendar"]._refresh_complaint_clocks()
        elif concerned := public.calendar_id | (calendars or self.env["resource.calendar"]):
            concerned._refresh_complaint_clocks()
