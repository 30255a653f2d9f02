from odoo import api, models
from odoo.exceptions import ValidationError

from ..tools import lunar
from ..tools.yearly import build_gregorian_update, build_lunar_update


class CustomerYearlyMixin(models.AbstractModel):
    """A day that comes back each year, in the Gregorian or in the Chinese lunar calendar.

    The model names its fields: the day itself, its calendar, the lunar day as one number (``LunarDay.key``, 0
    for the Gregorian calendar) and the next date, the last two stored.
    """

    _name = "customer.yearly.mixin"
    _description = "Day that Comes Back each Year"

    _yearly_date_field = "date"
    _yearly_calendar_field = "calendar"
    _yearly_key_field = "lunar_key"
    _yearly_next_field = "next_date"

    def _yearly_compute_next(self, today):
        """Set key and next date of each record; empty where there is no day or no table for it."""
        for record in self:
            date, calendar = record[self._yearly_date_field], record[self._yearly_calendar_field]
            try:
                key = lunar.to_lunar(date)[1].key if date and calendar == "lunar" else 0
                next_date = date and lunar.next_date(date, calendar, today)
            except lunar.LunarRangeError:
                key, next_date = 0, False
            record[self._yearly_key_field] = key
            record[self._yearly_next_field] = next_date

    def _yearly_check(self):
        """:raises ValidationError: when a lunar day lies outside of the years that the tables know"""
        for record in self:
            date, calendar = record[self._yearly_date_field], record[self._yearly_calendar_field]
            if not date or calendar != "lunar":
                continue
            try:
                lunar.to_lunar(date)
            except lunar.LunarRangeError as error:
                raise ValidationError(self._yearly_get_range_message()) from error

    def _yearly_get_range_message(self):
        return self.env._("The lunar calendar is known for the years 1900 to 2099 only.")

    def _yearly_get_text(self, date):
        """Return the lunar day of a Gregorian date for the reader, empty outside of the known years."""
        try:
            day = lunar.to_lunar(date)[1]
        except lunar.LunarRangeError:
            return ""
        return lunar.format_lunar(day, self.env.lang)

    @api.model
    def _yearly_renew(self, today):
        """Renew the next dates that passed, over all records in two statements."""
        names = (
            self._yearly_date_field,
            self._yearly_calendar_field,
            self._yearly_key_field,
            self._yearly_next_field,
        )
        self.flush_model(names)
        date, _calendar, key, next_date = names
        self.env.cr.execute(build_gregorian_update(self._table, date, key, next_date, today))
        update = build_lunar_update(self._table, key, next_date, today)
        if update:
            self.env.cr.execute(update)
        self.invalidate_model([self._yearly_next_field])
