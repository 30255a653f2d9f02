from datetime import datetime, time, timedelta

import pytz
from odoo import Command, api, fields, models
from odoo.addons.customer_care.models.customer_callback_rule_when import Part
from odoo.addons.customer_care.tools.worktime import WorkTime, to_local, to_utc
from odoo.fields import Domain

# How often the best and the next grade are asked when nobody says otherwise.
FIRST_MONTHS = (6, 12)


class CustomerSurveyRule(models.Model):
    """When a customer is asked: so many days and working hours after the cause, and not at night."""

    _inherit = "customer.survey.rule"

    delay_days = fields.Integer(
        string="Delay (days)", help="The customer is asked so many days after the cause."
    )
    is_working_days = fields.Boolean(
        string="Only Working Days", help="Count working days of the company's customer care."
    )
    delay_hours = fields.Float(
        string="Delay (working hours)", help="And so many working hours of the customer care after that."
    )
    is_daytime = fields.Boolean(
        string="Not at Night",
        default=True,
        help="What would be sent outside the contact hours of the company waits until they begin. "
        "What somebody sends by hand goes at once.",
    )
    purchase_of = fields.Selection(
        [("last", "Each purchase"), ("first", "First purchase")],
        string="Asked about",
        default="last",
        required=True,
        help="Each purchase: of several between two nights the last one.",
    )
    interval_months = fields.Integer(
        string="Again after (months)", help="So many months after the rule's last request. 0: only once."
    )
    is_anniversary = fields.Boolean(
        string="Every Year on the Anniversary",
        help="Of the first purchase; without one of the day on which the customer was recorded.",
    )
    grade_line_ids = fields.One2many(
        "customer.survey.rule.grade", "rule_id", string="Months by Grade", copy=True
    )

    _delay_hours_check = models.Constraint(
        "CHECK(delay_hours >= 0 AND delay_hours <= 1000)", "The delay goes from 0 to 1000 working hours."
    )
    _interval_months_check = models.Constraint(
        "CHECK(interval_months BETWEEN 0 AND 120)", "The months until the next request go from 0 to 120."
    )

    @api.onchange("trigger")
    def _onchange_trigger(self):
        if self.trigger == "grade" and not self.grade_line_ids:
            self.grade_line_ids = self._prepare_grade_lines()

    @api.model_create_multi
    def create(self, vals_list):
        """A rule by grade begins with the two best grades."""
        return super().create(
            [
                {"grade_line_ids": self._prepare_grade_lines(), **vals}
                if vals.get("trigger") == "grade"
                else vals
                for vals in vals_list
            ]
        )

    @api.model
    def _prepare_grade_lines(self):
        grades = self.env["customer.grade"].sudo().search(Domain.TRUE, limit=len(FIRST_MONTHS))
        return [
            Command.create({"grade_id": grade.id, "months": months})
            for grade, months in zip(grades, FIRST_MONTHS, strict=False)
        ]

    def _get_calendar_and_zone(self, company):
        calendar = company._care_calendar()
        return calendar, pytz.timezone(calendar.sudo().tz or company._care_get_tz())

    def _get_today(self, company):
        """Return the present day where the company's customer care works."""
        return to_local(fields.Datetime.now(), self._get_calendar_and_zone(company)[1]).date()

    def _get_send_datetime(self, company, has_delay=True):
        """Return the moment (naive UTC) at which somebody is asked for what happens now.

        :param has_delay: whether the rule's delay is still to come
        """
        now = fields.Datetime.now()
        calendar, zone = self._get_calendar_and_zone(company)
        moment = now
        if has_delay and (self.delay_days or self.delay_hours):
            worktime = WorkTime.ALWAYS
            if self.is_working_days or self.delay_hours:
                until = now + timedelta(days=60 + 3 * self.delay_days + int(self.delay_hours))
                worktime = calendar.with_company(company)._care_worktime(now - timedelta(days=1), until)
            moment = self._add_days(now, worktime, zone)
            if self.delay_hours:
                seconds = self.delay_hours * 3600
                moment = worktime.after(moment, seconds) or moment + timedelta(seconds=seconds)
        if self.is_daytime and self.trigger != "manual":
            moment = self._get_daytime(moment, company)
        return moment.replace(microsecond=0)

    def _add_days(self, moment, worktime, zone):
        """Return the same clock time so many days later, in working days if the rule counts them."""
        local = to_local(moment, zone)
        days = self.delay_days
        end = worktime.day_after(moment, days, zone) if self.is_working_days and days else None
        if end:
            # The end of a day without end of work is the next midnight.
            day = to_local(end - timedelta(microseconds=1), zone).date()
        else:
            day = local.date() + timedelta(days=days)
        return to_utc(day, zone, local.time().replace(microsecond=0))

    def _get_daytime(self, moment, company):
        """Return the moment itself, or the next at which the contact hours of the company begin."""
        first, last = company.sudo().care_contact_from, company.sudo().care_contact_to
        if first == last:
            return moment
        zone = pytz.timezone(company._care_get_tz())
        local = to_local(moment, zone)
        clock = local.hour + local.minute / 60 + local.second / 3600
        if first <= clock < last:
            return moment
        day = local.date() + timedelta(days=1 if clock >= last else 0)
        minutes = round(first * 60)
        return to_utc(day, zone, time(minutes // 60 % 24, minutes % 60))

    def _get_due_days(self, company, first, last):
        """Return ``{day: the day on which somebody is asked for what happened on it}`` for a period."""
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        if not self.is_working_days or not self.delay_days:
            return {day: day + timedelta(days=self.delay_days) for day in days}
        calendar, zone = self._get_calendar_and_zone(company)
        until = last + timedelta(days=60 + 3 * self.delay_days)
        worktime = calendar.with_company(company)._care_worktime(
            datetime.combine(first - timedelta(days=1), time.min), datetime.combine(until, time.min)
        )
        found = {}
        for day in days:
            end = worktime.day_after(to_utc(day, zone, time(12)), self.delay_days, zone)
            found[day] = (
                to_local(end - timedelta(microseconds=1), zone).date()
                if end
                else day + timedelta(days=self.delay_days)
            )
        return found

    def _get_parts(self):
        """Return the ``Part`` of each company that the rule (singleton) serves.

        Customers of no company are served in the rule's company; where it has none, in the first.
        """
        self.ensure_one()
        companies = self.company_id.sudo() or self.env["res.company"].sudo().search(Domain.TRUE, order="id")
        parts = []
        for company in companies:
            today = self._get_today(company)
            zone = self._get_calendar_and_zone(company)[1].zone
            is_home = company == companies[:1]
            parts.append(Part(company=company, is_home=is_home, zone=zone, today=today, limit=today))
        return parts
