import textwrap

from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tools import html2plaintext

# What of a mail becomes the result of the contact.
TEXT_LENGTH = 2000
SUBJECT_LENGTH = 80


class MailMessage(models.Model):
    _inherit = "mail.message"

    def action_care_count_as_contact(self):
        """Note messages in the discussion of a customer, or of a document about one, as contacts; each once.

        :return: the number of contacts that the messages stand for
        :raises AccessError: no member of the customer care, or no right to read a message
        :raises UserError: a message that belongs to no customer
        """
        if not self.env.user.has_group("customer_care.group_care_user"):
            raise AccessError(self.env._("Only the customer care notes contacts."))
        self.check_access("read")
        logs = self.env["customer.contact.log"]._log_contacts(
            [message._care_prepare_contact_vals() for message in self]
        )
        return len(logs)

    def _care_prepare_contact_vals(self):
        """Return the values of the contact that the message was. Override to add a key."""
        self.ensure_one()
        document = self._care_get_document()
        partner = document and document._care_get_partner()
        if not partner:
            raise UserError(self.env._("This message belongs to no customer."))
        message = self.sudo()
        is_own = message.author_id.user_ids.filtered(lambda user: not user.share)
        people = (message.author_id | message.partner_ids).filtered(
            lambda person: person.commercial_partner_id == partner.commercial_partner_id
        )
        text = html2plaintext(message.body or "").strip()
        first_line = textwrap.shorten(text.partition("\n")[0], SUBJECT_LENGTH, placeholder="…")
        return {
            "partner_id": (people[:1] or partner).id,
            "kind": "mail" if message.message_type in ("email", "email_outgoing", "comment") else "message",
            "direction": "out" if is_own else "in",
            "subject": message.subject or first_line or message.record_name or document.display_name,
            "date_start": message.date,
            "user_id": is_own[:1].id or self.env.uid,
            "participant_ids": (message.author_id | message.partner_ids).ids,
            "company_id": document._care_get_company().id,
            "result": text[:TEXT_LENGTH],
            "source": "mail",
            "res_model": message._name,
            "res_id": message.id,
        }

    def _care_get_document(self):
        """Return the customer or document about one that the message was written on; None when it is another."""
        self.ensure_one()
        model = self.env.get(self.model) if self.model and self.res_id else None
        if model is None or not hasattr(model, "_care_get_partner"):
            return None
        document = model.browse(self.res_id).exists()
        document.check_access("read")
        return document
