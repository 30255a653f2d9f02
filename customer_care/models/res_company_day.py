from datetime import time

import pytz
from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.days import get_day_sql
from ..tools.worktime import to_local, to_utc


class ResCompany(models.Model):
    """Days at the company: what customers read, and what belongs to a month or year, goes by its clock."""

    _inherit = "res.company"

    @api.model
    def _get_cached_fields(self):
        return super()._get_cached_fields() | {"partner_id"}

    @tools.ormcache("self.id")
    def _care_get_tz(self):
        """Return the name of the time zone of the company: its address's, else its calendar's, else UTC."""
        self.ensure_one()
        company = self.sudo()
        for tz in (company.partner_id.tz, company._care_calendar().tz):
            if tz in pytz.all_timezones_set:
                return tz
        return "UTC"

    def _care_get_day(self, moment=None):
        """Return the date at the company (singleton) at a moment (naive UTC), by default now."""
        return to_local(moment or fields.Datetime.now(), pytz.timezone(self._care_get_tz())).date()

    def _care_get_begin_of_day(self, day):
        """Return the moment (naive UTC) at which a day begins at the company (singleton)."""
        return to_utc(day, pytz.timezone(self._care_get_tz()))

    def _care_get_end_of_day(self, day):
        """Return the last second (naive UTC) of a day at the company (singleton)."""
        return to_utc(day, pytz.timezone(self._care_get_tz()), time(23, 59, 59))

    @api.model
    def _care_get_day_sql(self, moment, company_id):
        """Return the date at a company, what ``_care_get_day`` is in Python; without one that of the present company.

        :param moment: SQL of a column in UTC
        :param company_id: SQL of the column that names the company
        """
        companies = self.sudo().search(Domain.TRUE)
        zone = SQL(
            "CASE %s %s ELSE %s END",
            company_id,
            SQL(" ").join(SQL("WHEN %s THEN %s", one.id, one._care_get_tz()) for one in companies),
            self.env.company.sudo()._care_get_tz(),
        )
        return get_day_sql(moment, zone)
