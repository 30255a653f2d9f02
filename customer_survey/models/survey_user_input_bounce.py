from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize, html2plaintext

# Mail servers that do not say which mail it was mean one of the last days.
DAYS_BACK = 5
REASON_LENGTH = 500


class SurveyUserInput(models.Model):
    """Invitations that a mail server could not deliver."""

    _inherit = "survey.user_input"

    care_is_bounced = fields.Boolean(string="Not Delivered", readonly=True, copy=False)
    care_bounce_reason = fields.Char(string="Why Not Delivered", readonly=True, copy=False)

    @api.model
    def _care_find_bounced(self, message_keys, address):
        """Return the invitations (superuser) that an answer of a mail server is about.

        :param message_keys: Message-Ids that the answer quotes, may be none
        :param address: the address that does not work, normalized; may be empty
        """
        answers = self.sudo()
        if message_keys:
            return answers.search([("care_message_key", "in", list(message_keys))])
        if not address:
            return answers
        since = fields.Datetime.now() - timedelta(days=DAYS_BACK)
        sent = (
            Domain("care_status", "=", "sent")
            & Domain("care_channel", "=", "email")
            & Domain("care_remind_from", ">=", since)
        )
        return answers.search(sent & Domain("partner_id.email_normalized", "=", address)).filtered(
            lambda answer: not answer._care_get_own_address()
        ) | answers.search(sent & Domain("care_address", "=ilike", address))

    def _care_note_bounce(self, reason):
        """Mark invitations as not delivered, and ask the responsible persons for the right address."""
        answers = self.filtered(lambda answer: answer.care_rule_id and answer.state == "new")
        if not answers:
            return
        text = " ".join(html2plaintext(reason or "").split())[:REASON_LENGTH]
        answers.write({"care_is_bounced": True, "care_bounce_reason": text})
        requests = self.env["customer.survey.request"].sudo()
        requests.search([("key", "in", answers.mapped("care_key"))]).is_bounced = True
        answers._care_log_sent("survey_bounced")
        for partner, group in answers.grouped("partner_id").items():
            if partner:
                group[:1]._care_ask_for_address()

    def _care_ask_for_address(self):
        """Give the responsible person a to-do on the customer (singleton); one at a time for each contact."""
        partner = self.partner_id
        user = partner._care_get_responsible().filtered("active")
        summary = self.with_context(lang=user.lang).env._(
            "Survey not delivered: correct the e-mail address and send it again"
        )
        if user and summary not in partner.activity_ids.mapped("summary"):
            partner.activity_schedule(
                "mail.mail_activity_data_todo", summary=summary, user_id=user.id, note=self.care_bounce_reason
            )

    def _care_resend(self, address, is_contact_corrected=False):
        """Send an invitation (singleton) again, to another address: the same link, a new mail.

        :param is_contact_corrected: the address is the contact's, too
        :return: whether it was sent
        """
        self.ensure_one()
        partner = self.partner_id
        is_own = email_normalize(address) == partner.email_normalized
        self.write(
            {
                "care_address": False if is_own or is_contact_corrected else address,
                "email": address,
                "care_is_bounced": False,
                "care_bounce_reason": False,
            }
        )
        sent = self._care_send_by("email", "invitation")
        if sent and self.exists():
            self.env["customer.survey.request"].sudo().search(
                [("key", "=", self.care_key)]
            ).is_bounced = False
        return bool(sent)
