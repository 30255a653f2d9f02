from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.addons.customer_care.tools.batches import work_in_batches
from odoo.fields import Domain

from .customer_complaint import STAFF
from .customer_complaint_investigation import ACTIVITY
from .customer_complaint_stage import ENDED_PHASES

HORIZON = timedelta(days=1500)
# Investigators are reminded so many working days before the day it is due on.
DAYS_BEFORE = 2


class CustomerComplaint(models.Model):
    """When an investigation is due, and who is reminded of it: once before that day, and once after it."""

    _inherit = "customer.complaint"

    investigation_told = fields.Selection(
        [("soon", "Due Soon"), ("late", "Overdue")],
        string="Reminded of the Investigation",
        readonly=True,
        copy=False,
        groups=STAFF,
    )
    is_investigation_late = fields.Boolean(
        string="Investigation Overdue",
        compute="_compute_is_investigation_late",
        search="_search_is_investigation_late",
        groups=STAFF,
    )

    @api.depends("investigation_state", "investigation_deadline")
    def _compute_is_investigation_late(self):
        today = fields.Date.context_today(self)
        for complaint in self:
            deadline = complaint.investigation_deadline
            complaint.is_investigation_late = (
                complaint.investigation_state == "open" and bool(deadline) and deadline < today
            )

    def _search_is_investigation_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        return Domain("investigation_state", "=", "open") & Domain("investigation_deadline", "<", today)

    def write(self, vals):
        """Another day is reminded of anew."""
        result = super().write(vals)
        if "investigation_deadline" in vals:
            self.sudo().filtered("investigation_told")._write_dates({"investigation_told": False})
        return result

    def _open_investigation(self):
        result = super()._open_investigation()
        self.filtered("investigation_told")._write_dates({"investigation_told": False})
        return result

    def _get_investigation_deadline(self):
        """Return the day an investigation that begins now (singleton, as superuser) is due on, None without one."""
        depth = self.env["customer.complaint.depth"]._match(self)
        today = fields.Date.context_today(self)
        if not depth.days:
            return None
        if not depth.is_working_days:
            return today + timedelta(days=depth.days)
        calendar = self.team_id._get_calendar() or self.company_id._care_calendar()
        return self._count_working_days(calendar, self.company_id, today, depth.days)

    @api.model
    def _count_working_days(self, calendar, company, day, days):
        """Return the working day that comes so many working days after a day."""
        start = datetime.combine(day, time(12))
        worktime = calendar._get_complaint_worktime(company.id, day, day + HORIZON)
        moment = worktime.day_after(start, days, calendar.tz or "UTC")
        if not moment:
            return day + timedelta(days=days)
        return fields.Datetime.context_timestamp(
            calendar.with_context(tz=calendar.tz or "UTC"), moment
        ).date()

    @api.model
    def _cron_remind_investigations(self, batch=200):
        """Remind of investigations that are due soon or overdue; each is told once for each day it was due on."""
        complaints = self.sudo()
        for company in self.env["res.company"].sudo().search(Domain.TRUE):
            today = fields.Date.context_today(company.with_context(tz=company.partner_id.tz or "UTC"))
            soon = self._count_working_days(company._care_calendar(), company, today, DAYS_BEFORE)
            waiting = (
                Domain("company_id", "=", company.id)
                & Domain("investigation_state", "=", "open")
                & Domain("phase", "not in", ENDED_PHASES)
            )
            for told, domain in (
                (
                    "late",
                    Domain("investigation_deadline", "<", today) & Domain("investigation_told", "!=", "late"),
                ),
                (
                    "soon",
                    Domain("investigation_deadline", ">=", today)
                    & Domain("investigation_deadline", "<=", soon)
                    & Domain("investigation_told", "=", False),
                ),
            ):
                work_in_batches(
                    complaints,
                    waiting & domain,
                    lambda some, told=told: some._remind_investigation(told),
                    batch,
                )

    def _complaint_on_reopened(self):
        """Give who still investigates the to-do again that ended with the complaint."""
        result = super()._complaint_on_reopened()
        kind = self.env.ref(ACTIVITY, raise_if_not_found=False)
        self.filtered(
            lambda one: one.investigation_state == "open" and kind not in one.activity_ids.activity_type_id
        )._tell_investigator()
        return result

    def _remind_investigation(self, told):
        """Remind the investigators; of overdue ones also who is told about the complaints (as superuser)."""
        self._write_dates({"investigation_told": told})
        silent = self.with_context(mail_activity_quick_update=True)
        for complaint in silent:
            people = complaint.investigator_id
            if told == "late":
                people |= complaint._get_told_user()
            for user in people.filtered("active"):
                env = complaint.with_context(lang=user.lang or self.env.lang).env
                day = fields.Date.to_string(complaint.investigation_deadline)
                summary = (
                    env._("The investigation is overdue since %(day)s", day=day)
                    if told == "late"
                    else env._("The investigation is due on %(day)s", day=day)
                )
                if complaint.with_user(user).has_access("read"):
                    complaint._remind_person(user, summary)

    def _remind_person(self, user, summary):
        """Say it in the to-do that the investigator has, or in one of its own (singleton, as superuser)."""
        known = self.activity_ids.filtered(
            lambda activity: (
                activity.user_id == user
                and activity.activity_type_id == self.env.ref(ACTIVITY, raise_if_not_found=False)
            )
        )
        if known:
            known.write({"summary": summary})
            self.message_notify(partner_ids=user.partner_id.ids, body=summary, subject=self.display_name)
        else:
            self.activity_schedule(ACTIVITY, user_id=user.id, summary=summary)
