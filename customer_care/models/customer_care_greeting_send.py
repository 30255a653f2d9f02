import logging
from operator import methodcaller

import pytz
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from psycopg2 import OperationalError

from ..tools.batches import work_in_batches

_logger = logging.getLogger(__name__)

# Sent in one transaction of the hourly job.
ROWS_AT_ONCE = 200
# Somewhere the next day has begun before it has in Greenwich.
DAYS_AHEAD = 1
# Calls are planned so many days before their day.
CALL_AHEAD = 7


class CustomerCareGreeting(models.Model):
    """Send what is due, at a good hour where the customer lives, each once.

    A batch is locked, asked at the gate, put into the queue of mails and marked in one transaction: a crash undoes
    all of it, and the next run begins there again. Another worker passes over what is locked.
    """

    _inherit = "customer.care.greeting"

    def action_send_now(self):
        """Send greetings now, whatever the hour; the customer's will is asked.

        :raises UserError: one cannot be sent, with the reason
        """
        self._lock_open()
        greetings = self.sudo()
        manual = greetings.filtered(lambda greeting: greeting.channel not in ("email", "sms"))
        if manual:
            raise UserError(
                self.env._("Calls, letters and gifts cannot be sent: plan them, or mark them as done.")
            )
        for greeting in greetings:
            reasons = greeting._get_reasons(None)[greeting] or greeting._get_address_reasons()
            if reasons:
                raise UserError(
                    self.env._(
                        "%(greeting)s: %(reasons)s", greeting=greeting.display_name, reasons=" ".join(reasons)
                    )
                )
        greetings._send_batch()
        failed = greetings.filtered(lambda greeting: greeting.state == "failed")
        if failed:
            raise UserError(
                self.env._(
                    "%(greeting)s: %(reasons)s", greeting=failed[0].display_name, reasons=failed[0].reason
                )
            )
        return True

    @api.model
    def _cron_send(self):
        """Send what is due in batches, each committed; find mails that failed."""
        self._collect_failed_mails()
        self._leave_out_late()
        self._plan_due_calls()
        self.env["ir.cron"]._commit_progress(0)
        work_in_batches(self, self._get_due_domain(), methodcaller("_process_due"), ROWS_AT_ONCE)

    @api.model
    def _get_due_domain(self):
        """Return the domain of what may be due somewhere in the world."""
        limit = fields.Date.add(fields.Date.today(), days=DAYS_AHEAD)
        return (
            Domain("state", "=", "planned")
            & Domain("channel", "in", ("email", "sms"))
            & Domain("date_action", "<=", limit)
            & Domain("occasion_id.is_on", "=", True)
        )

    def _process_due(self):
        """Send those of the greetings whose hour has come (superuser)."""
        now = fields.Datetime.now()
        due = self._filter_good_hour(now)
        wait = self._get_waiting_texts()
        ready, reasons = self.browse(), {}
        for greeting, found in due._get_reasons(now).items():
            if not found:
                ready |= greeting
            elif set(found) - wait:
                reasons[greeting] = " ".join(text for text in found if text not in wait)
        self._skip(reasons)
        self.browse([greeting.id for greeting in reasons])._make_tasks()
        ready._send_batch()

    def _filter_good_hour(self, now):
        """Return those whose day has come and where it is a good hour: from the company's hour of greetings on."""
        result = self.browse()
        for greeting in self:
            company, partner, parent = (
                greeting.company_id,
                greeting.partner_id,
                greeting.commercial_partner_id,
            )
            country = (partner.country_id or parent.country_id).code
            key = partner._care_gate_tz({"tz": partner.tz or parent.tz, "country": country})
            local = pytz.utc.localize(now).astimezone(pytz.timezone(key or company._care_get_tz()))
            end = company.care_contact_to if company.care_contact_to > company.care_greeting_hour else 24
            hour = local.hour + local.minute / 60
            if local.date() >= greeting.date_action and company.care_greeting_hour <= hour < end:
                result |= greeting
        return result

    def _get_reasons(self, at):
        """Return ``{greeting: [reasons]}`` why greetings must not be sent; without a moment only what lasts."""
        result = {}
        for (occasion, channel), group in self.grouped(lambda row: (row.occasion_id, row.channel)).items():
            purpose = occasion.purpose_id.code or ""
            reasons = group.partner_id.with_company(occasion.company_id)._care_gate_map(purpose, channel, at)
            result.update({greeting: reasons[greeting.partner_id.id] for greeting in group})
        return result

    def _get_address_reasons(self):
        """Return why one greeting has nowhere to go, whatever the hour (singleton)."""
        texts = self.env["res.partner"]._care_gate_text(self.channel)
        partner = self.partner_id
        if self.channel == "email" and not partner.email_normalized:
            return [texts["no_email"]]
        if self.channel == "sms" and not (partner.phone or self.commercial_partner_id.phone):
            return [texts["no_phone"]]
        return []

    @api.model
    def _get_waiting_texts(self):
        """Return the reasons that pass by themselves."""
        texts = self.env["res.partner"]._care_gate_text("email")
        return {texts["hours"], texts["quiet"]}

    def _ask_gate(self):
        """Ask for what lasts: leave out who does not want it, plan again who wants it now (superuser)."""
        reasons = self._get_reasons(None)
        self._skip(
            {
                greeting: " ".join(found)
                for greeting, found in reasons.items()
                if found and (greeting.state == "planned" or greeting.reason != " ".join(found))
            },
            is_blocked=True,
        )
        free = self.browse([row.id for row, found in reasons.items() if not found and row.is_blocked])
        free.write({"state": "planned", "reason": False, "is_blocked": False})

    def _send_batch(self):
        """Put the greetings into the queue and mark them, in this transaction (superuser)."""
        for occasion, group in self.grouped("occasion_id").items():
            for channel, part in group.grouped("channel").items():
                problem = occasion._get_problem() if channel == occasion.channel else False
                if channel == "email" and not occasion.template_id.active:
                    problem = problem or self.env._("The occasion has no mail template.")
                if problem:
                    part.write({"state": "failed", "reason": problem})
                elif channel == "email":
                    part._send_mails()
                elif channel == "sms":
                    part._send_sms()

    def _send_mails(self):
        """Queue the mails together; where one fails, each by itself, so that the others go."""
        try:
            with self.env.cr.savepoint():
                return self._queue_mails()
        except OperationalError:
            # Two workers in each other's way: the whole batch is tried again later.
            raise
        except Exception as error:
            if len(self) == 1:
                _logger.warning("Greeting %s failed: %s", self.id, error)
                self.env.invalidate_all()
                self.write(
                    {"state": "failed", "reason": str(error).splitlines()[0][:200] if str(error) else "?"}
                )
                return None
        for greeting in self:
            greeting._send_mails()
        return None

    def _queue_mails(self):
        template = self.occasion_id.template_id.with_company(self.company_id[:1])
        mails = template.send_mail_batch(self.ids)
        by_id = {mail.res_id: mail for mail in mails}
        for greeting in self:
            greeting.mail_id = by_id.get(greeting.id)
        self._finish_sent()

    def _send_sms(self):
        """Queue text messages; called only where they are configured."""
        vals_list = []
        for greeting in self:
            partner = greeting.partner_id
            text = greeting.occasion_id.with_context(lang=partner.lang).sms_text
            number = partner.phone or partner.commercial_partner_id.phone
            vals_list.append({"body": text, "number": number, "partner_id": partner.id})
        self.env["sms.sms"].sudo().create(vals_list)
        self._finish_sent()

    # What follows

    @api.model
    def _collect_failed_mails(self):
        """Mark greetings whose mail could not be delivered; they can be tried again."""
        failed = self.search([("state", "=", "sent"), ("mail_id.state", "in", ("exception", "cancel"))])
        for greeting in failed:
            greeting.write(
                {"state": "failed", "reason": greeting.mail_id.failure_reason or greeting.mail_id.state}
            )

    @api.model
    def _leave_out_late(self):
        """Leave out what can come too late only."""
        today = fields.Date.today()
        late = self.search([("state", "=", "planned"), ("date", "<", today)]).filtered(
            lambda greeting: fields.Date.add(greeting.date, days=greeting.occasion_id.late_days) < today
        )
        self._skip(dict.fromkeys(late, self.env._("The day is over.")))

    @api.model
    def _plan_due_calls(self):
        """Make callbacks of the calls of the next days."""
        due = self.search(
            [
                ("state", "=", "planned"),
                ("channel", "=", "phone"),
                ("callback_id", "=", False),
                ("date_action", "<=", fields.Date.add(fields.Date.today(), days=CALL_AHEAD)),
                ("occasion_id.is_on", "=", True),
            ],
            limit=ROWS_AT_ONCE * 5,
        ).try_lock_for_update()
        reasons = due._get_reasons(None)
        blocked = {row: " ".join(found) for row, found in reasons.items() if found}
        calls = due.partner_id._care_gate_map("callback", "phone")
        for greeting in due:
            if greeting not in blocked and calls[greeting.partner_id.id]:
                blocked[greeting] = " ".join(calls[greeting.partner_id.id])
        self._skip(blocked, is_blocked=True)
        due.filtered(lambda greeting: greeting not in blocked)._make_callbacks()

    def _make_tasks(self):
        """Ask the specialist to ring or to send a card where there is no address to write to."""
        texts = self.env["res.partner"]._care_gate_text("email")
        for greeting in self.filtered(lambda row: row.occasion_id.is_task_without_address):
            if texts["no_email"] not in (greeting.reason or "") and texts["no_phone"] not in (
                greeting.reason or ""
            ):
                continue
            greeting._remind(self.env._("Ring or send a card: %(occasion)s", occasion=greeting._get_title()))

    def _remind(self, summary):
        """Give the specialist an activity on the customer (singleton); nobody responsible: nobody is asked."""
        user = self.user_id.filtered("active") or self.partner_id._care_get_responsible().filtered("active")
        if user:
            self.partner_id.activity_schedule(
                "customer_care.mail_activity_type_greeting",
                date_deadline=max(self.date_action, fields.Date.today()),
                summary=summary,
                user_id=user.id,
            )

    @api.model
    def _notify_key_customers(self):
        """Tell the specialists of the coming days of key customers, once each, where a company wants it."""
        companies = self.env["res.company"].search([("care_greeting_grade_ids", "!=", False)])
        for company in companies:
            days = company.care_greeting_notice_days
            domain = [
                ("state", "=", "planned"),
                ("company_id", "=", company.id),
                ("is_noticed", "=", False),
                ("date", ">=", fields.Date.today()),
                ("date", "<=", fields.Date.add(fields.Date.today(), days=days)),
                ("commercial_partner_id.care_grade_id", "in", company.care_greeting_grade_ids.ids),
            ]
            greetings = self.search(domain, limit=ROWS_AT_ONCE * 5)
            for greeting in greetings:
                greeting._remind(greeting._get_title())
            greetings.write({"is_noticed": True})
