from datetime import datetime, time, timedelta

import pytz
from odoo import api, fields, models
from odoo.addons.customer_care.tools.worktime import to_local
from odoo.fields import Domain

from .customer_survey_loop import OPEN_STATES

# Rows of one digest: more would not be read.
DIGEST_ROWS = 50


class CustomerSurveyLoop(models.Model):
    """Follow-ups that are due: on the day of the deadline a reminder for the responsible person, after it a word to the
    leader of the team.

    Each is reported once to either, for its mark is set in the transaction of the message; one message for each person
    holds all of them. Who has left, or where nobody is responsible, the leader is reminded; without a leader the
    leaders are those of the customer's team, else nobody, and the list *No Responsible* shows them.
    """

    _inherit = "customer.survey.loop"

    reminded_datetime = fields.Datetime(string="Responsible Reminded", readonly=True, copy=False)
    escalated_datetime = fields.Datetime(string="Leader Told", readonly=True, copy=False)

    @api.model
    def _cron_remind(self):
        """Remind and escalate; each message in a transaction of its own."""
        jobs = [("reminded_datetime", job) for job in self._find_due()]
        jobs += [("escalated_datetime", job) for job in self._find_late()]
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(jobs))
        for mark, (user, loops) in jobs:
            self._report(mark, user, loops)
            if not cron._commit_progress(1):
                break

    def _find_due(self):
        """Return ``[(user, follow-ups)]`` that end today, by the day of their company, or are late."""
        domain = Domain("state", "in", OPEN_STATES) & Domain("reminded_datetime", "=", False)
        limit = fields.Datetime.now() + timedelta(days=1)
        due = self.sudo().search(domain & Domain("date_deadline", "<", limit)).filtered("date_deadline")
        due = due.filtered(lambda loop: loop.date_deadline < loop._get_end_of_day())
        groups = due.grouped(lambda loop: loop.user_id if loop.user_id.active else loop._get_leader())
        return [(user, loops) for user, loops in groups.items() if user.active]

    def _find_late(self):
        """Return ``[(leader, follow-ups)]`` whose deadline has passed."""
        domain = Domain("state", "in", OPEN_STATES) & Domain("escalated_datetime", "=", False)
        late = self.sudo().search(domain & Domain("date_deadline", "<", fields.Datetime.now()))
        groups = late.grouped(lambda loop: loop._get_leader())
        return [(user, loops) for user, loops in groups.items() if user.active]

    def _get_leader(self):
        """Return who is told of a late follow-up (singleton): the leader of the team, else of the customer's."""
        return self.team_id.user_id or self.commercial_partner_id.care_team_id.user_id

    def _get_end_of_day(self):
        """Return the end of the current day in the zone of the company (naive UTC)."""
        zone = pytz.timezone((self.company_id or self.env.company)._care_get_tz())
        today = to_local(fields.Datetime.now(), zone).date()
        midnight = zone.localize(datetime.combine(today + timedelta(days=1), time.min))
        return midnight.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _report(self, mark, user, loops):
        """Mark follow-ups and send their digest; what another worker reports at this moment is left to it."""
        locked = loops.try_lock_for_update()
        locked.invalidate_recordset([mark, "state"])
        found = locked.filtered(lambda loop: loop.state in OPEN_STATES and not loop[mark])
        if not found:
            return
        found.write({mark: fields.Datetime.now()})
        texts = self.with_context(lang=user.lang).env
        subject = (
            texts._("%(count)s survey answers wait for you today", count=len(found))
            if mark == "reminded_datetime"
            else texts._("%(count)s survey answers of your team are late", count=len(found))
        )
        found.sorted(lambda loop: (loop.date_deadline, loop.id))[:DIGEST_ROWS]._notify_people(user, subject)
