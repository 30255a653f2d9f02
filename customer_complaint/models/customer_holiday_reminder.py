from odoo import api, models


class CustomerHolidayReminder(models.Model):
    """Time limits of complaints count by the working hours of their teams."""

    _inherit = "customer.holiday.reminder"

    @api.model
    def _get_calendars(self, company):
        teams = self.env["customer.complaint.team"].search([("company_id", "in", [company.id, False])])
        return super()._get_calendars(company) | teams.calendar_id
