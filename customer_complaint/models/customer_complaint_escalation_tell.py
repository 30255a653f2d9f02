from datetime import timedelta

from odoo import fields, models
from odoo.tools import format_datetime

# Rows of one digest: more would not be read.
DIGEST_ROWS = 50
# Messages wait for the last worker, but not longer than this.
LONGEST_WAIT = timedelta(minutes=10)
TELL_AT_ONCE = 20000
# To who does a department task and cannot read the complaint.
TASK_TEMPLATE = "customer_complaint.mail_template_complaint_task_escalated"
# Of the database lock held while people are told.
TELL_LOCK = 19_027_501


class CustomerComplaintEscalationLog(models.Model):
    """Telling people: one message for each, whatever was escalated since the last one."""

    _inherit = "customer.complaint.escalation.log"

    def _get_text(self):
        """Return in the reader's language what was escalated, why and to whom."""
        self.ensure_one()
        people = ", ".join([*self.user_ids.mapped("name"), *filter(None, [self.emails, self._get_doer()])])
        text = self.env._("Escalated (%(what)s) to: %(people)s.", what=self.what, people=people or "-")
        return " ".join(
            filter(
                None, (text, self.level_id.sentence and f"{self.level_id.sentence}.", self.note, self.remark)
            )
        )

    def _tell(self, is_complete=True):
        """Send the messages that wait, one for each person, and mark them in the same transaction.

        :param is_complete: False while other workers escalate: then only what has waited for long is sent
        """
        # One worker tells: two would halve the digests.
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(%s)", [TELL_LOCK])
        if not self.env.cr.fetchone()[0]:
            return
        domain = [("is_to_tell", "=", True)]
        if not is_complete:
            domain.append(("fired_datetime", "<", fields.Datetime.now() - LONGEST_WAIT))
        logs = self.search(domain, order="deadline, id", limit=TELL_AT_ONCE)
        if logs:
            by_user, by_email = logs._get_addressees()
            logs.write({"is_to_tell": False, "told_datetime": fields.Datetime.now()})
            for user, group in by_user.items():
                group._send_digest(user.lang, user.tz, user.name, partner=user.partner_id)
            for email, group in by_email.items():
                group._send_digest(None, None, email, email=email)
            missing = logs.filtered("is_doer_told").task_id.filtered(lambda task: task.state == "open")
            missing._mail_link(TASK_TEMPLATE)
        self.env["ir.cron"]._commit_progress(0)

    def _get_doer(self):
        """Return the name or address of who got the link to the task, False unless it was sent."""
        task = self.task_id
        return self.is_doer_told and (task.user_id.name or task.email)

    def _get_addressees(self):
        """Return {user: logs} and {address: logs}."""
        by_user, by_email = {}, {}
        for log in self:
            for user in log.user_ids.filtered("active"):
                by_user.setdefault(user, []).append(log.id)
            for email in log.level_id._get_emails() if log.emails else ():
                by_email.setdefault(email, []).append(log.id)
        return (
            {user: self.browse(ids) for user, ids in by_user.items()},
            {email: self.browse(ids) for email, ids in by_email.items()},
        )

    def _send_digest(self, lang, tz, name, partner=None, email=None):
        """Queue one message about the logs for a person or an address."""
        company = self[:1].complaint_id.company_id
        logs = self.with_context(lang=lang or company.partner_id.lang or "en_US")
        if len(logs) == 1:
            complaint = logs.complaint_id
            subject = logs.env._("Escalated: %(complaint)s", complaint=complaint.display_name)
        else:
            subject = logs.env._("%(count)s escalated complaints", count=len(logs))
        zone = tz or company.partner_id.tz or "UTC"
        body = logs.env["ir.qweb"]._render(
            "customer_complaint.customer_complaint_escalation_digest",
            {
                "logs": logs[:DIGEST_ROWS],
                "more": len(logs) - DIGEST_ROWS,
                "name": name,
                "format_moment": lambda moment: format_datetime(logs.env, moment, tz=zone, dt_format="short"),
                "base_url": company.get_base_url(),
            },
        )
        if partner:
            thread = logs.complaint_id if len(logs) == 1 else self.env["mail.thread"]
            thread.sudo().message_notify(
                partner_ids=partner.ids,
                subject=subject,
                body=body,
                email_layout_xmlid="mail.mail_notification_light",
            )
        else:
            self.env["mail.mail"].sudo().create(
                {
                    "subject": subject,
                    "body_html": body,
                    "email_to": email,
                    "email_from": company.email_formatted or self.env.user.email_formatted,
                    "auto_delete": True,
                }
            )
