from datetime import datetime, time, timedelta

import pytz
from odoo import models, tools
from odoo.addons.customer_care.tools.worktime import WorkTime, to_local
from odoo.fields import Domain


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def write(self, vals):
        result = super().write(vals)
        if {"attendance_ids", "leave_ids", "global_leave_ids", "tz", "flexible_hours", "active"}.intersection(
            vals
        ):
            self._refresh_complaint_clocks()
        return result

    def _get_complaint_worktime(self, company_id, first, last):
        """Return the WorkTime from ``first`` to ``last`` (dates); without a calendar round the clock."""
        return self._get_cached_worktime(company_id, first, last) if self else WorkTime.ALWAYS

    @tools.ormcache("self.id", "company_id", "first", "last")
    def _get_cached_worktime(self, company_id, first, last):
        """Return the WorkTime, kept until the calendar or a public leave changes; it cannot be modified."""
        calendar = self.sudo().with_company(company_id)
        return calendar._care_worktime(datetime.combine(first, time.min), datetime.combine(last, time.min))

    @tools.ormcache("self.id")
    def _get_complaint_zone(self):
        """Return the name of the calendar's zone, False without one."""
        return self.sudo().tz

    def _get_complaint_special_days(self, company, start, end):
        """Return [(first day, last day, name, "leave" or "makeup"), ...] of a calendar between two moments, in order.

        :param start, end: naive UTC datetimes
        """
        if not self or self.sudo()._care_is_always_open():
            return []
        calendar = self.sudo().with_company(company)
        zone = pytz.timezone(calendar.tz or "UTC")
        leaves = self.env["resource.calendar.leaves"].sudo()
        domain = (
            Domain(calendar._care_get_leave_domain())
            & Domain("resource_id", "=", False)
            & Domain("calendar_id", "in", [False, calendar.id])
            & Domain("date_from", "<=", end)
            & Domain("date_to", ">=", start)
        )
        days = [
            (
                to_local(leave.date_from, zone).date(),
                to_local(leave.date_to - timedelta(seconds=1), zone).date(),
                leave.name,
                "leave",
            )
            for leave in leaves.search(domain)
        ]
        makeup = self.env["customer.makeup.day"].sudo().search(calendar._care_get_makeup_domain(start, end))
        days += [(day.date, day.date, day.name, "makeup") for day in makeup]
        return sorted(days, key=lambda day: day[:2])

    def _refresh_complaint_clocks(self):
        """Have the open time limits of these calendars, or of all, computed anew."""
        self.env.registry.clear_cache()
        domain = []
        if self:
            own = ["|", ("care_calendar_id", "in", self.ids), ("resource_calendar_id", "in", self.ids)]
            companies = self.env["res.company"].sudo().search(own)
            companies = companies.filtered(lambda company: company._care_calendar() in self)
            domain = [
                "|",
                ("team_id.calendar_id", "in", self.ids),
                "&",
                ("team_id.calendar_id", "=", False),
                ("company_id", "in", companies.ids),
            ]
        self.env["customer.complaint"]._request_clock_refresh(domain)
