from odoo import api, models


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    @api.model_create_multi
    def create(self, vals_list):
        attendances = super().create(vals_list)
        attendances.calendar_id._refresh_complaint_clocks()
        return attendances

    def write(self, vals):
        result = super().write(vals)
        self.calendar_id._refresh_complaint_clocks()
        return result

    def unlink(self):
        calendars = self.calendar_id
        result = super().unlink()
        calendars.exists()._refresh_complaint_clocks()
        return result
