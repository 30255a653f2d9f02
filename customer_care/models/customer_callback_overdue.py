from datetime import timedelta
from itertools import takewhile

import pytz
from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.worktime import to_local

# Rows of one digest: more would not be read.
DIGEST_ROWS = 50
LONGEST_DAYS = 90


class CustomerCallback(models.Model):
    """Late callbacks: a reminder for the caller, some working days later a word to the team leader.

    Each callback is reported once to either, for its mark is set in the transaction of the message. One message
    for each person holds all of them: a week without the program ends in one message, not in hundreds.
    """

    _inherit = "customer.callback"

    reminded_datetime = fields.Datetime(string="Caller Reminded", readonly=True, copy=False)
    escalated_datetime = fields.Datetime(string="Team Leader Told", readonly=True, copy=False)

    _reminder_idx = models.Index("(date_planned) WHERE state = 'planned' AND escalated_datetime IS NULL")

    @api.model
    def _cron_remind_overdue(self):
        """Remind callers and tell team leaders; each message in a transaction of its own."""
        jobs = [("reminded_datetime", job) for job in self._find_overdue()]
        jobs += [("escalated_datetime", job) for job in self._find_neglected()]
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(jobs))
        for mark, (user, callbacks) in jobs:
            self._report_overdue(mark, user, callbacks)
            if not cron._commit_progress(1):
                break

    @api.model
    def _get_overdue_domain(self, before):
        """Return the domain of planned callbacks whose window, or planned day, ended before a day."""
        return Domain("state", "=", "planned") & (
            Domain("date_deadline", "<", before)
            | (Domain("date_deadline", "=", False) & Domain("date_planned", "<", before))
        )

    def _find_overdue(self):
        """Return ``[(user, callbacks)]`` to remind; who has left or is nobody is left to the team leader."""
        late = self.sudo().search(
            self._get_overdue_domain(fields.Date.context_today(self))
            & Domain("reminded_datetime", "=", False)
        )
        groups = late.grouped(
            lambda callback: callback.user_id if callback.user_id.active else callback.team_id.user_id
        )
        return [(user, callbacks) for user, callbacks in groups.items() if user.active]

    def _find_neglected(self):
        """Return ``[(team leader, callbacks)]`` that are late for the working days set for team or company."""
        late = self.sudo().search(
            self._get_overdue_domain(fields.Date.context_today(self))
            & Domain("escalated_datetime", "=", False)
        )
        result = {}
        for (company, team), callbacks in late.grouped(lambda late: (late.company_id, late.team_id)).items():
            leader = team.user_id
            if not leader.active:
                continue
            limit = self._get_neglected_limit(company, team)
            found = callbacks.filtered(lambda late: (late.date_deadline or late.date_planned) < limit)  # noqa: B023
            if found:
                result[leader] = result.get(leader, self.sudo().browse()) | found
        return list(result.items())

    def _get_neglected_limit(self, company, team):
        """Return the day before which a callback must have been due to be reported to the team leader."""
        days = team.overdue_days or company.care_overdue_days
        calendar = team._care_calendar(company)
        zone = pytz.timezone(calendar.tz or company._care_get_tz())
        now = fields.Datetime.now()
        today = to_local(now, zone).date()
        first = today - timedelta(days=LONGEST_DAYS)
        worktime = calendar.with_company(company)._care_worktime(now - timedelta(days=LONGEST_DAYS + 2), now)
        worked = list(takewhile(lambda day: day < today, worktime.days(first, zone)))
        return worked[-days] if len(worked) >= days else first

    @api.model
    def _report_overdue(self, mark, user, callbacks):
        """Mark callbacks and send their digest; those that another worker reports at this moment are left to it."""
        locked = callbacks.try_lock_for_update()
        locked.invalidate_recordset([mark, "state"])
        found = locked.filtered(lambda callback: callback.state == "planned" and not callback[mark])
        if not found:
            return
        found.write({mark: fields.Datetime.now()})
        texts = self.with_context(lang=user.lang).env
        subject = (
            texts._("%(count)s overdue callbacks", count=len(found))
            if mark == "reminded_datetime"
            else texts._("%(count)s callbacks of your team are long overdue", count=len(found))
        )
        found._notify_people(
            user, subject, found.sorted(lambda late: (late.date_planned, late.id))[:DIGEST_ROWS]
        )
