from odoo import api, models


class CustomerMakeupDay(models.Model):
    """A make-up working day moves deadlines."""

    _inherit = "customer.makeup.day"

    @api.model_create_multi
    def create(self, vals_list):
        days = super().create(vals_list)
        days._refresh_complaint_clocks()
        return days

    def write(self, vals):
        # Before: a day that moves to another calendar concerns both.
        before = self._get_complaint_calendars()
        result = super().write(vals)
        self._refresh_complaint_clocks(before)
        return result

    def unlink(self):
        concerned = self._get_complaint_calendars()
        result = super().unlink()
        self.browse()._refresh_complaint_clocks(concerned)
        return result

    def _get_complaint_calendars(self):
        """Return the calendars that the days concern: empty for all, None for none."""
        if not self:
            return None
        calendars = self.calendar_id
        return calendars if all(day.calendar_id for day in self) else calendars.browse()

    def _refresh_complaint_clocks(self, before=None):
        """Have the time limits computed anew that these days, or the calendars ``before``, concern."""
        concerned = [
            calendars for calendars in (before, self._get_complaint_calendars()) if calendars is not None
        ]
        if not concerned:
            return
        Calendar = self.env["resource.calendar"]
        (Calendar.union(*concerned) if all(concerned) else Calendar)._refresh_complaint_clocks()
