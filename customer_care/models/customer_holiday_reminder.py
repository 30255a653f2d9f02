import pytz
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Date, Domain

from ..tools.worktime import to_utc

REMINDER_MONTH = 12
TODO = "mail.mail_activity_data_todo"


class CustomerHolidayReminder(models.Model):
    """Working hours that are used and know no public holiday of the coming year.

    From December on administrators get a to-do, once for each working hours, company and year: by then the State
    Council of China has told the holidays of the next year. It closes itself as soon as holidays are there.
    """

    _name = "customer.holiday.reminder"
    _description = "Missing Public Holidays"
    _inherit = ["customer.guard.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "year desc, id"
    _rec_name = "year"
    _guarded_fields = {"state": "open", "closed_datetime": False}

    year = fields.Integer(required=True, readonly=True, aggregator=False)
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade", index=True)
    state = fields.Selection(
        [("open", "Missing"), ("imported", "Imported"), ("dismissed", "Not Needed")],
        required=True,
        readonly=True,
    )
    closed_datetime = fields.Datetime(string="Closed on", readonly=True)

    _once_uniq = models.UniqueIndex(
        "(company_id, calendar_id, year)", "People are reminded once of the holidays of a year."
    )

    @api.depends("year", "calendar_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for reminder in self:
            reminder.display_name = f"{reminder.year}: {reminder.calendar_id.sudo().display_name}"

    # What one does with it

    def action_import(self):
        """Open the import for the year and company."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_holiday_import_action")
        context = {
            "default_year_from": self.year,
            "default_year_to": self.year,
            "default_company_id": self.company_id.id,
            "default_country_id": self.company_id.country_id.id,
        }
        return {**action, "context": context}

    def action_dismiss(self):
        """Note that these working hours need no holidays of the year.

        :raises AccessError: for whom the days are none of his business
        """
        self.check_access("read")
        if not self.env.user.has_group("customer_care.group_care_admin"):
            raise AccessError(self.env._("Only administrators of the customer care import public holidays."))
        self.sudo().filtered(lambda reminder: reminder.state == "open")._close("dismissed")

    def _close(self, state):
        """Close reminders and take their to-dos back, as superuser."""
        self.write({"state": state, "closed_datetime": fields.Datetime.now()})
        self.activity_unlink([TODO])

    # The job

    @api.model
    def _cron_remind(self):
        """Close what has been imported; in December remind of the coming year."""
        self.sudo()._close_imported()
        today = Date.context_today(self)
        if today.month == REMINDER_MONTH:
            self.sudo()._remind(today.year + 1)

    @api.model
    def _close_imported(self):
        """Close open reminders of which the holidays are there by now, as superuser."""
        open_ones = self.search([("state", "=", "open")])
        done = open_ones.filtered(
            lambda reminder: self._has_holidays(reminder.company_id, reminder.calendar_id, reminder.year)
        )
        if done:
            done._close("imported")

    @api.model
    def _remind(self, year):
        """Remind of all working hours in use without holidays of ``year``, as superuser."""
        known = {(one.company_id, one.calendar_id) for one in self.search([("year", "=", year)])}
        for company, calendar in self._get_used_calendars():
            if (company, calendar) in known or self._has_holidays(company, calendar, year):
                continue
            users = self._get_administrators(company)
            if users:
                reminder = self.create({"year": year, "company_id": company.id, "calendar_id": calendar.id})
                reminder._plan_todos(users)

    @api.model
    def _get_used_calendars(self):
        """Return [(company, calendar)] of working hours in use that have fixed hours, each once."""
        pairs = [
            (company, calendar)
            for company in self.env["res.company"].search(Domain.TRUE, order="id")
            for calendar in self._get_calendars(company)
            if calendar.active and not calendar.with_company(company)._care_is_always_open()
        ]
        return list(dict.fromkeys(pairs))

    @api.model
    def _get_calendars(self, company):
        """Return the calendars by which a company counts. Override to add those of other models."""
        teams = self.env["customer.care.team"].search([("company_id", "in", [company.id, False])])
        return company._care_calendar() | teams.calendar_id

    @api.model
    def _get_administrators(self, company):
        """Return who is reminded. Override for others."""
        users = self.env.ref("customer_care.group_care_admin").sudo().all_user_ids
        return users.filtered(lambda user: user.active and not user.share and company in user.company_ids)

    @api.model
    def _has_holidays(self, company, calendar, year):
        """Return whether a public leave that holds for the calendar begins in the year."""
        zone = pytz.timezone(calendar.tz or "UTC")
        first, last = (to_utc(Date.to_date(f"{number}-01-01"), zone) for number in (year, year + 1))
        return bool(
            self.env["resource.calendar.leaves"].search_count(
                Domain("resource_id", "=", False)
                & Domain("time_type", "=", "leave")
                & Domain("company_id", "in", [False, company.id])
                & Domain("calendar_id", "in", [False, calendar.id])
                & Domain("date_from", ">=", first)
                & Domain("date_from", "<", last),
                limit=1,
            )
        )

    def _plan_todos(self, users):
        """Give each administrator a to-do in his language, due in the middle of the month."""
        self.ensure_one()
        today = Date.context_today(self)
        for user in users:
            env = self.with_context(lang=user.lang).env
            self.with_context(mail_activity_quick_update=True).activity_schedule(
                TODO,
                user_id=user.id,
                summary=env._("Import the public holidays of %(year)s", year=self.year),
                date_deadline=max(today, today.replace(day=15)),
            )
