import hashlib
import json
import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime, html2plaintext
from odoo.tools.image import base64_to_image

from . import identity_fields as masked

_logger = logging.getLogger(__name__)

STAFF = "base.group_user"
SIGNATURE_SIZE = 3 * 1024 * 1024
PERSON_LENGTH = 120


class CustomerComplaintSignature(models.Model):
    """The customer confirms with his signature what was registered."""

    _inherit = "customer.complaint"

    signature = masked.Image(
        max_width=1024, max_height=1024, readonly=True, copy=False, groups=STAFF, attachment=True
    )
    signed_by = masked.Char(readonly=True, copy=False, groups=STAFF)
    signed_datetime = fields.Datetime("Signed on", readonly=True, copy=False, groups=STAFF)
    signed_digest = fields.Char(
        "Fingerprint of the Signed Text", readonly=True, copy=False, groups=STAFF, help="SHA-256"
    )
    signature_state = fields.Selection(
        [("none", "Not Signed"), ("signed", "Signed"), ("changed", "Changed since Signed")],
        compute="_compute_signature_state",
        groups=STAFF,
    )

    @api.depends("signed_digest", "name", "description", "kind", "category_id")
    def _compute_signature_state(self):
        for complaint in self:
            if not complaint.signed_digest:
                complaint.signature_state = "none"
            else:
                is_current = complaint._origin._is_signature_current()
                complaint.signature_state = "signed" if is_current else "changed"

    def action_sign(self):
        """Open the dialog to read back what was registered and have it signed."""
        self.ensure_one()
        self.check_access("write")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_complaint.customer_complaint_sign_action"
            ),
            "context": {"default_complaint_id": self.id},
        }

    def _get_registered(self):
        """Return what is read back and signed (singleton): [(label, text)] in the reader's language.

        Without the customer for who does not know him.
        """
        self.ensure_one()
        complaint = self.sudo()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        zone = complaint.partner_id.tz or complaint.company_id.partner_id.tz or self.env.user.tz or "UTC"
        known = complaint.browse() if self._hides_identity() else complaint
        rows = [
            (self.env._("Number"), complaint.number),
            (
                self.env._("Received on"),
                format_datetime(self.env, complaint.received_datetime, tz=zone, dt_format="short"),
            ),
            (self.env._("Customer"), known.partner_id.display_name or known.contact_name),
            (self.env._("Reached by"), ", ".join(filter(None, (known.email_from, known.phone)))),
            (self.env._("Kind"), kinds.get(complaint.kind)),
            (self.env._("Category"), complaint.category_id.display_name),
            (self.env._("Title"), complaint.name),
            (self.env._("What happened"), html2plaintext(complaint.description or "").strip()),
        ]
        return [(label, text) for label, text in rows if text]

    def _get_signed_digest(self):
        """Return the fingerprint of the facts that are signed, whatever language they are shown in."""
        self.ensure_one()
        complaint = self.sudo()
        facts = [
            complaint.number,
            complaint.name,
            complaint.kind,
            complaint.category_id.id,
            html2plaintext(complaint.description or "").strip(),
        ]
        return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()

    def _is_signature_current(self):
        """Whether what is registered now is what was signed (singleton)."""
        complaint = self.sudo()
        return bool(complaint.signed_digest) and complaint.signed_digest == complaint._get_signed_digest()

    def _sign(self, name, image, files=(), digest=None):
        """Keep the signature, with a document that freezes what was signed; rights are checked by the caller.

        :param name: of who signs
        :param image: base64 of a PNG, JPEG or GIF; may be empty if there are files
        :param files: [(name, content)] of a paper that was signed and scanned
        :param digest: of what was read before it was signed, None: of what is registered now
        :raises UserError: it is not a picture, there is nothing, or something else is registered now
        :raises AccessError: for who does not know the complainant
        """
        self.ensure_one()
        self._check_identity_known()
        if digest is not None and digest != self._get_signed_digest():
            raise UserError(self.env._("What is registered has changed meanwhile. Please read it again."))
        name = " ".join(str(name or "").split())[:PERSON_LENGTH]
        if not name:
            raise UserError(self.env._("Please give the name of who signs."))
        if not (image or files):
            raise UserError(self.env._("Please sign, or choose the signed paper."))
        if image:
            self._check_signature(image)
        complaint = self.sudo()
        complaint.write(
            {
                "signature": image or False,
                "signed_by": name,
                "signed_datetime": fields.Datetime.now(),
                "signed_digest": complaint._get_signed_digest(),
            }
        )
        text = complaint._render_registered()
        complaint._log_answer("sign", name, text=text, digest=complaint.signed_digest)
        attachments = [*files, *complaint._render_registration_document()]
        complaint._message_log_signature(name, attachments)

    def _check_signature(self, image):
        try:
            if len(image) > SIGNATURE_SIZE:
                raise ValueError("too large")
            base64_to_image(image)
        except (TypeError, ValueError, UserError) as error:
            raise UserError(self.env._("This signature is not a picture. Please sign again.")) from error

    def _render_registered(self):
        return self.env["ir.qweb"]._render(
            "customer_complaint.customer_complaint_registered", {"rows": self._get_registered()}
        )

    def _render_registration_document(self):
        """Return [(name, content)] of the signed registration: a PDF, or HTML where no PDF can be made."""
        report = self.env["ir.actions.report"].sudo()
        xmlid = "customer_complaint.customer_complaint_report_registration"
        base = self._get_report_base_filename()
        try:
            content, kind = report._render_qweb_pdf(xmlid, self.ids)
        except Exception as error:  # whatever is wrong with the printer's program, the signature counts
            _logger.warning("The registration of complaint %s is kept as HTML: %s", self.number, error)
            content, kind = report._render_qweb_html(xmlid, self.ids)
        return [(f"{base}.{kind}", content)]

    def _message_log_signature(self, name, attachments):
        """Note in the customer's name that he has signed: message and document say who he is."""
        self.message_post(
            body=self.env._("%(name)s has signed what is registered.", name=name),
            author_id=self.sudo().partner_id.id or False,
            email_from=self.sudo().partner_id.email_formatted or self._get_author_address(),
            subtype_xmlid="mail.mt_note",
            attachments=attachments,
        )
