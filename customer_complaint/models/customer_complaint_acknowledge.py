import logging
from datetime import timedelta
from operator import methodcaller

from odoo import api, fields, models
from odoo.addons.customer_care.tools.batches import work_in_batches
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import email_normalize, format_datetime

_logger = logging.getLogger(__name__)

# more mails an hour from one address are a loop that no header gave away
ACKNOWLEDGE_PER_HOUR = 5
# a holiday longer than that is no reason to look further
HOURS_SOUGHT = 60


class CustomerComplaintAcknowledge(models.Model):
    """Tell customers that their complaint has arrived and by when they hear from us."""

    _inherit = "customer.complaint"

    def _acknowledge(self):
        """Mail the acknowledgements that are due, or ask for a call where there is no address."""
        todo = self.filtered(lambda complaint: complaint.acknowledge_state == "todo")
        if not todo:
            return
        reachable = todo._acknowledge_find_reachable()
        looping = reachable._acknowledge_find_loops()
        looping.acknowledge_state = "skipped"
        (todo - reachable)._acknowledge_by_call()
        mailed = reachable - looping
        template = self.env.ref(
            "customer_complaint.mail_template_complaint_acknowledgement", raise_if_not_found=False
        )
        if not template:
            mailed.acknowledge_state = "skipped"
        elif mailed:
            mailed._acknowledge_send(template)

    def _acknowledge_send(self, template):
        """Queue the acknowledgements; a template that somebody broke must not hinder registering."""
        try:
            with self.env.cr.savepoint():
                template.sudo().send_mail_batch(
                    self.ids,
                    email_values={
                        # kept in the thread after the mail itself is cleaned away
                        "is_notification": True,
                        # programs must not answer a program
                        "headers": repr(
                            {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
                        ),
                    },
                )
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            _logger.exception("The acknowledgement %s cannot be rendered", template.name)
            self._acknowledge_by_call()
        else:
            self.write({"acknowledge_state": "sent", "acknowledged_datetime": fields.Datetime.now()})

    def _acknowledge_by_call(self):
        """Ask the staff to tell the customers by phone."""
        if self:
            self.acknowledge_state = "call"
            summary = self.env._("Tell the customer the number of the complaint")
            self._complaint_remind("mail.mail_activity_data_call", summary)

    def _acknowledge_find_reachable(self):
        """Give those with an address; an employee who passes a mail on is not the one to be told."""
        reachable = self.filtered(lambda complaint: complaint._complaint_get_email())
        unknown = reachable.filtered(lambda complaint: not complaint.partner_id)
        emails = {complaint._complaint_get_email() for complaint in unknown}
        domain = Domain("email_normalized", "in", list(emails)) & Domain("share", "=", False)
        employees = (
            set(self.env["res.users"].sudo().search(domain).mapped("email_normalized")) if emails else ()
        )
        return reachable - unknown.filtered(lambda complaint: complaint._complaint_get_email() in employees)

    def _complaint_get_email(self):
        """Give the normalized address to write to the customer, False without one."""
        self.ensure_one()
        return email_normalize(self.email_from or "") or email_normalize(self.partner_id.email or "")

    def _acknowledge_find_loops(self):
        """Give those that came by mail from an address that wrote suspiciously often, with its last hour."""
        mails = self.filtered(lambda complaint: complaint.channel == "mail")
        if not mails:
            return mails
        since = self.env.cr.now() - timedelta(hours=1)
        domain = (
            Domain("email_normalized", "in", mails.mapped("email_normalized"))
            & Domain("channel", "=", "mail")
            & Domain("acknowledged_datetime", ">=", since)
        )
        counts = dict(self._read_group(domain, ["email_normalized"], ["__count"]))
        looping = mails.browse()
        for email, complaints in mails.grouped("email_normalized").items():
            looping += complaints[max(ACKNOWLEDGE_PER_HOUR - counts.get(email, 0), 0) :]
        return looping

    def _complaint_get_lang(self):
        """Give the language to write to the customer in."""
        self.ensure_one()
        return self.partner_id.lang or self.company_id.partner_id.lang or self.env.lang

    def _complaint_get_next_promise(self):
        """Return by when the customer hears from us next (naive UTC datetime), False without a promise."""
        self.ensure_one()
        return self.next_deadline if self.responded_datetime else self._complaint_get_promised_datetime()

    def _complaint_get_promise(self):
        """Give the time of the next promise in words of the customer's language and zone; '' without one.

        That is when he is to be answered, after the answer the nearest deadline of the complaint.
        """
        self.ensure_one()
        moment = self._complaint_get_next_promise()
        if not moment:
            return ""
        zone = self.partner_id.tz or self.company_id.partner_id.tz or self.env.user.tz or "UTC"
        return format_datetime(
            self.env, moment, tz=zone, dt_format="short", lang_code=self._complaint_get_lang()
        )

    def _complaint_get_hours_note(self):
        """Say when work on a complaint begins that came outside the working hours of its team; "" else."""
        self.ensure_one()
        calendar = self.team_id.sudo()._get_calendar() or self.company_id.sudo()._care_calendar()
        received = self.received_datetime
        if not calendar or not received:
            return ""
        # whole months, so that the cache is hit
        first = received.date().replace(day=1)
        last = (received + timedelta(days=HOURS_SOUGHT)).date().replace(day=1) + timedelta(days=32)
        worktime = calendar._get_complaint_worktime(self.company_id.id, first, last)
        begin = next((start for start, end in worktime.intervals if end > received), None)
        if not begin or begin <= received:
            return ""
        zone = self.partner_id.tz or calendar._get_complaint_zone() or self.company_id.partner_id.tz or "UTC"
        return self.env._(
            "It arrived outside our working hours; we begin with it on %(moment)s.",
            moment=format_datetime(
                self.env, begin, tz=zone, dt_format="short", lang_code=self._complaint_get_lang()
            ),
        )

    @api.model
    def _cron_acknowledge(self, batch=100):
        """Acknowledge what came by mail or form; neither mail server nor staff waits for it."""
        domain = [("acknowledge_state", "=", "todo")]
        self.env["ir.cron"]._commit_progress(remaining=self.search_count(domain))
        work_in_batches(self, domain, methodcaller("_acknowledge"), batch)
