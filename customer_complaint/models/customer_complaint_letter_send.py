import logging

from odoo import fields, models
from odoo.addons.customer_care.tools.answers import RELOAD, notify
from odoo.exceptions import UserError
from odoo.tools import format_date

_logger = logging.getLogger(__name__)

REPORT = "customer_complaint.customer_complaint_report_letter"


class CustomerComplaintLetter(models.Model):
    """Letters go out by mail with the document attached, or are printed for the post; both are kept as sent."""

    _inherit = "customer.complaint.letter"

    def action_send(self):
        """Send the letter by mail. Without an approval it is requested first, which may be all that is needed.

        :raises UserError: when it is not approved, incomplete, or the customer has no mail address
        """
        self.ensure_one()
        self._prepare_sending()
        if self.approval_state == "pending":
            return self._tell_pending()
        email = self.complaint_id.sudo()._complaint_get_email()
        if not email:
            raise UserError(
                self.env._("The customer has no mail address: print the letter and note when it was posted.")
            )
        self._freeze("mail", email)
        letter = self.sudo()
        partner = letter.complaint_id.partner_id
        # nobody waits for the mail server
        self.complaint_id.with_context(mail_notify_force_send=False).message_post(
            subject=letter.subject,
            body=letter.body,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=partner.ids,
            outgoing_email_to=False if partner.email else email,
            attachments=letter._get_files(),
        )
        return True

    def action_mark_posted(self):
        """Note that the printed letter was posted or handed over.

        :raises UserError: when it is not approved or incomplete
        """
        self.ensure_one()
        self._prepare_sending()
        if self.approval_state == "pending":
            return self._tell_pending()
        self._freeze("post", "")
        letter = self.sudo()
        letter.complaint_id._set_informed(fields.Datetime.now())
        self.complaint_id.message_post(
            body=self.env._("The letter “%(subject)s” was posted or handed over.", subject=letter.subject),
            subtype_xmlid="mail.mt_note",
            attachments=letter._get_files(),
        )
        return True

    def action_print(self):
        """Print the letter, of one that was sent what was sent."""
        self.ensure_one()
        self.check_access("read")
        if self.sudo().file_id:
            return {
                "type": "ir.actions.act_url",
                "url": f"/web/content/{self.sudo().file_id.id}?download=true",
                "target": "download",
            }
        return self.env.ref(REPORT).report_action(self)

    def _prepare_sending(self):
        """Check rights and words, and ask for the approval when nobody has yet."""
        self.check_access("write")
        self.complaint_id.check_access("write")
        self._check_complete()
        if self.approval_state in ("draft", "rejected"):
            self.action_request_approval()
        if self.approval_state != "pending":
            self._approval_check_approved()

    def _tell_pending(self):
        return notify(
            self.env._("The letter waits for approval. It can be sent after that."), "warning", RELOAD
        )

    def _freeze(self, way, address):
        """Keep what goes out: text, document, fingerprint, who, when and to whom (singleton)."""
        letter = self.sudo()
        letter.lock_for_update(allow_referencing=True)
        letter.invalidate_recordset(["state", "approval_state"])
        letter._check_complete()
        letter._approval_check_approved()
        complaint = letter.complaint_id
        name = complaint.partner_id.display_name or complaint.contact_name or ""
        letter.write(
            {
                "state": "sent",
                "sent_datetime": fields.Datetime.now(),
                "sent_by_id": self.env.uid,
                "sent_way": way,
                "sent_to": " ".join(filter(None, (name, address))),
                "digest": letter._get_digest(),
            }
        )
        letter.file_id = letter._make_file()
        letter._care_log("letter_sent")
        if letter.use == "final":
            complaint._note_external_body(letter)

    def _make_file(self):
        """Return the document of the letter (singleton): a PDF, or HTML where no PDF can be made."""
        report = self.env["ir.actions.report"].sudo()
        try:
            content, kind = report._render_qweb_pdf(REPORT, self.ids)
        except Exception as error:  # whatever is wrong with the printer's program, the letter goes out
            _logger.warning("The letter %s is kept as HTML: %s", self.id, error)
            content, kind = report._render_qweb_html(REPORT, self.ids)
        return (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": f"{self._get_report_base_filename()}.{kind}",
                    "raw": content,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        )

    def _get_files(self):
        return [(file.name, file.raw) for file in self.file_id]

    def _get_report_base_filename(self):
        self.ensure_one()
        return f"{self.complaint_id.number or ''} {self.subject}".strip().replace("/", "-")[:100]

    # What the document says

    def _get_letter_date(self):
        """Return the date of the letter in the language of the context."""
        return format_date(self.env, self.complaint_id.sudo().company_id._care_get_day(self.sent_datetime))

    def _get_address_lines(self):
        """Return the lines of the customer's address as superuser (singleton)."""
        complaint = self.complaint_id.sudo()
        partner = complaint.partner_id
        if not partner:
            return [line for line in (complaint.contact_name, complaint.email_from) if line]
        return [partner.display_name, *self._split_address(partner)]

    def _get_sender_lines(self):
        """Return the lines of the company's address (singleton), without its name."""
        return self._split_address(self.company_id.sudo().partner_id)

    def _split_address(self, partner):
        return [line for line in partner._display_address(True).splitlines() if line.strip()]
