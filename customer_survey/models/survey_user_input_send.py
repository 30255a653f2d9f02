import logging
from operator import methodcaller

from odoo import api, fields, models
from odoo.addons.customer_care.tools.answers import RELOAD, notify
from odoo.addons.customer_care.tools.batches import work_in_batches
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize
from odoo.tools.mail import generate_tracking_message_id
from psycopg2 import OperationalError

_logger = logging.getLogger(__name__)

BATCH_SIZE = 100
LAYOUT = "customer_survey.mail_layout"


class SurveyUserInput(models.Model):
    """How an invitation reaches the customer.

    A batch is locked, asked at the gate, put into the queue of mails and marked in one transaction: a crash undoes
    all of it, and the next run begins there again. Another worker passes over what is locked.
    """

    _inherit = "survey.user_input"

    care_message_key = fields.Char(
        string="Message-Id",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="By which an answer of a mail server is recognized that could not deliver.",
    )

    care_address = fields.Char(
        string="Sent To", readonly=True, copy=False, help="Another address than the contact's."
    )

    @api.model
    def _cron_care_send(self):
        """Send the invitations that are due, each once."""
        domain = self._care_due_domain()
        self.env["ir.cron"]._commit_progress(remaining=self.search_count(domain))
        work_in_batches(self, domain, methodcaller("_care_send_mail"), BATCH_SIZE)

    @api.model
    def _care_due_domain(self):
        now = fields.Datetime.now()
        return (
            Domain("care_send_datetime", "<=", now)
            & Domain("care_sent_datetime", "=", False)
            & Domain("state", "=", "new")
            & Domain("survey_id.active", "=", True)
            & Domain("care_rule_id", "!=", False)
            & Domain("care_channel", "not in", ("link", "phone"))
            & (Domain("deadline", "=", False) | Domain("deadline", ">", now))
        )

    def action_care_send_now(self):
        """Send invitations that wait, without waiting for their day.

        :raises UserError: none of them waits, or none could be sent, with the reason
        """
        waiting = self._care_check_managed().filtered(lambda answer: answer.care_status == "to_send")
        if not waiting:
            raise UserError(self.env._("None of these invitations waits to be sent."))
        waiting = waiting.try_lock_for_update()
        waiting._care_send_mail()
        # an anonymous one has forgotten everything but that it was sent
        sent = waiting.filtered("care_sent_datetime")
        if not sent:
            reasons = {reason for reason in waiting.mapped("care_cancel_reason") if reason}
            raise UserError(
                self.env._("Nothing could be sent. %(reasons)s", reasons=" ".join(sorted(reasons)))
            )
        return notify(
            self.env._("Invitations sent: %(sent)s of %(all)s", sent=len(sent), all=len(waiting)),
            "success",
            RELOAD,
        )

    # One batch

    def _care_send_mail(self):
        """Send some invitations and note it on the customers' timelines; links and calls are left to people.

        Who has asked not to be contacted since is left out. What cannot be rendered stays for the next run and
        stops neither the others nor what called for the survey.
        """
        for channel, answers in self.grouped("care_channel").items():
            if channel in ("link", "phone"):
                continue
            ready = answers._care_drop_unreachable()
            ready._care_send_by(channel, "invitation")

    def _care_send_by(self, channel, kind):
        """Send invitations or reminders by one channel. Override to know more channels.

        :param kind: ``invitation`` or ``reminder``
        :return: those sent
        """
        sent = self.browse()
        groups = self.grouped(lambda one: (one.care_rule_id, one.care_company_id, one._care_get_lang()))
        for (rule, company, lang), answers in groups.items():
            template = rule._get_mail_template(kind)
            if template:
                # the day named in the mail is that on which the link ends at the company
                zone = (company or self.env.company)._care_get_tz()
                template = template.with_company(company).with_context(lang=lang, tz=zone)
                sent |= answers._care_try(lambda part, template=template: part._care_queue_mails(template))
        sent._care_mark(kind)
        return sent

    def _care_try(self, work):
        """Do something with records, each all or nothing; those that fail are logged and left out.

        Halves are tried until the faulty ones are alone. Where the first and the last both fail, all are taken for
        faulty: a broken template shall not be tried a thousand times.

        :return: the records for which it was done
        """
        try:
            with self.env.cr.savepoint():
                work(self)
            return self
        except OperationalError:
            raise  # the whole request is run again
        except Exception:
            if len(self) == 1:
                _logger.exception("Survey invitation %s could not be sent; it stays due.", self.id)
                return self.browse()
        ends = (self[:1] | self[-1:])._care_try_each(work)
        if not ends:
            return ends
        middle = self[1:-1]
        half = len(middle) // 2
        parts = [part for part in (middle[:half], middle[half:]) if part]
        return ends.union(*(part._care_try(work) for part in parts))

    def _care_try_each(self, work):
        return self.browse().union(*(one._care_try(work) for one in self))

    def _care_queue_mails(self, template):
        """Queue the mails of invitations in one language and of one company, with the way not to be asked again."""
        elsewhere = self.filtered(lambda answer: answer._care_get_own_address())
        self.browse((self - elsewhere).ids)._care_queue_mails_to(template, {})
        for answer in elsewhere:
            answer._care_queue_mails_to(
                template, {"recipient_ids": [], "email_to": answer._care_get_own_address()}
            )

    def _care_queue_mails_to(self, template, values):
        if not self:
            return
        company = template.env.company
        if not template.reply_to and company.email_formatted:
            values = {**values, "reply_to": company.email_formatted}
        mails = template.send_mail_batch(
            self.ids, email_values=values, email_layout_xmlid=template.email_layout_xmlid or LAYOUT
        )
        for answer, mail in zip(self, mails, strict=True):
            if answer.partner_id:
                mail.headers = repr(answer.partner_id._care_get_stop_headers())
            if answer.survey_id.care_is_anonymous:
                # by default it names the answer, and stands in the logs of mail servers beside the address
                mail.message_id = generate_tracking_message_id("survey")
            else:
                answer.care_message_key = mail.message_id

    def _care_get_own_address(self):
        """Return the address that was entered for this invitation (singleton) instead of the contact's; or False."""
        partner = self.partner_id
        return self.care_address if self.care_address and self.care_address != partner.email else False

    def _care_get_blocked_addresses(self):
        """Return those of the addresses entered for these invitations that are on the blacklist, normalized."""
        own = {email_normalize(answer._care_get_own_address() or "") for answer in self} - {False}
        blocked = self.env["mail.blacklist"].sudo().search([("email", "in", list(own))]) if own else ()
        return {row.email for row in blocked}

    def _care_get_lang(self):
        """Return the language in which the customer is written to (singleton): own, company's, ours."""
        partner = self.partner_id
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        for lang in (
            partner.lang,
            partner.commercial_partner_id.lang,
            self.care_company_id.partner_id.lang,
            self.env.lang,
        ):
            if lang in installed:
                return lang
        return "en_US"

    def _care_drop_unreachable(self):
        """Cancel the invitations of those who may not be written to any more; return the others."""
        dropped = self.browse()
        labels = dict(self.env["customer.survey.request"]._fields["outcome"]._description_selection(self.env))
        for (rule, channel), answers in self.grouped(
            lambda one: (one.care_rule_id, one.care_channel)
        ).items():
            outcomes = rule._get_outcomes(answers.partner_id, channel or "email")
            by_outcome = answers.grouped(
                lambda one, outcomes=outcomes: outcomes.get(one.partner_id.id, "no_customer")
            )
            for outcome, group in by_outcome.items():
                if outcome != "asked":
                    keys = group.mapped("care_key")
                    requests = self.env["customer.survey.request"].search([("key", "in", keys)])
                    requests.outcome = outcome
                    group._care_cancel(labels[outcome])
                    dropped |= group
        return self - dropped

    # What was sent

    def _care_mark(self, kind):
        """Mark what was queued and note it on the timelines of the customers."""
        if not self:
            return
        now = fields.Datetime.now()
        if kind == "reminder":
            for count, answers in self.grouped("care_reminder_count").items():
                answers.write({"care_reminder_count": count + 1, "care_reminded_datetime": now})
        else:
            self.care_sent_datetime = now
        self.care_remind_from = now
        self._care_log_sent("survey_reminded" if kind == "reminder" else "survey_sent")
        self.filtered("survey_id.care_is_anonymous")._care_forget_customer()

    def _care_log_sent(self, kind):
        self.env["customer.care.event"]._log(
            [
                {
                    "partner_id": answer.partner_id.id,
                    "kind": kind,
                    "summary": answer.survey_id.title,
                    "res_model": answer.care_res_model,
                    "res_id": answer.care_res_id,
                    "company_id": answer.care_company_id.id,
                }
                for answer in self
                if answer.partner_id
            ]
        )
