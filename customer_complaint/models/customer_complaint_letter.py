import hashlib

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import html2plaintext, is_html_empty

LETTER_USES = ("letter", "final")


class CustomerComplaintLetter(models.Model):
    """A letter to the customer: drafted from a saved text, approved, sent, and kept as it was sent.

    The text is protected by the approval: what is changed after it is approved again. Sending is in
    ``customer_complaint_letter_send``.
    """

    _name = "customer.complaint.letter"
    _description = "Complaint Letter"
    _inherit = ["customer.complaint.approved.mixin"]
    _rec_name = "subject"

    _approval_protected_fields = ("complaint_id", "use", "subject", "body", "external_body_id")
    _guarded_fields = {
        "state": "draft",
        "sent_datetime": False,
        "sent_by_id": False,
        "sent_way": False,
        "sent_to": False,
        "digest": False,
        "file_id": False,
    }

    severity = fields.Selection(related="complaint_id.severity")
    template_id = fields.Many2one(
        "customer.complaint.reply",
        string="Saved Text",
        domain=[("use", "in", LETTER_USES)],
        ondelete="set null",
        help="The letter begins with this text; choosing another one writes it anew.",
    )
    use = fields.Selection(
        [("letter", "Reply Letter"), ("final", "Final Response")],
        required=True,
        default="letter",
        tracking=True,
    )
    external_body_id = fields.Many2one(
        "customer.complaint.external.body",
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
        help="Named in a final response, for a customer who does not accept it.",
    )
    subject = fields.Char(required=True, compute="_compute_text", store=True, readonly=False, precompute=True)
    body = fields.Html(
        string="Text",
        compute="_compute_text",
        store=True,
        readonly=False,
        precompute=True,
        sanitize_style=True,
    )
    state = fields.Selection(
        [("draft", "Draft"), ("sent", "Sent"), ("cancelled", "Cancelled")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        tracking=True,
        index=True,
    )
    sent_datetime = fields.Datetime(string="Sent on", readonly=True, copy=False)
    sent_by_id = fields.Many2one("res.users", string="Sent by", readonly=True, copy=False)
    sent_way = fields.Selection(
        [("mail", "By E-mail"), ("post", "By Post or in Person")],
        string="Sent How",
        readonly=True,
        copy=False,
    )
    sent_to = fields.Char(readonly=True, copy=False, help="Name and address at the time of sending.")
    digest = fields.Char(
        string="Fingerprint",
        readonly=True,
        copy=False,
        help="SHA-256 of subject and text as sent: any change of them would show.",
    )
    file_id = fields.Many2one(
        "ir.attachment",
        string="Document",
        readonly=True,
        copy=False,
        bypass_search_access=True,
        ondelete="set null",
    )
    is_unchanged = fields.Boolean(
        compute="_compute_is_unchanged", help="Subject and text fit the fingerprint."
    )

    @api.depends("complaint_id.number", "subject")
    def _compute_display_name(self):
        for letter in self:
            number = letter.complaint_id.sudo().number
            letter.display_name = " ".join(filter(None, (number, letter.subject)))

    @api.depends("template_id", "external_body_id")
    def _compute_text(self):
        """Write the letter from its saved text; a letter that was sent keeps its words."""
        for letter in self:
            complaint = letter.complaint_id._origin
            if letter.state in ("sent", "cancelled") or not (letter.template_id and complaint):
                continue
            complaint.check_access("read")
            letter.subject, letter.body = letter.template_id._render_letter(
                complaint, letter.external_body_id
            )

    @api.depends("digest", "subject", "body")
    def _compute_is_unchanged(self):
        for letter in self:
            letter.is_unchanged = bool(letter.digest) and letter.digest == letter._get_digest()

    @api.onchange("template_id")
    def _onchange_template_id(self):
        if self.template_id.use in LETTER_USES:
            self.use = self.template_id.use

    @api.onchange("use", "complaint_id")
    def _onchange_use(self):
        """Propose the text and the external body that fit."""
        complaint = self.complaint_id._origin
        if not complaint:
            return
        if self.template_id.use != self.use:
            self.template_id = self.env["customer.complaint.reply"]._get_letter_template(
                complaint, (self.use,)
            )
        if self.use != "final":
            self.external_body_id = False
        elif not self.external_body_id:
            self.external_body_id = self.env["customer.complaint.external.body"]._find(complaint)

    def _get_digest(self):
        """Return the fingerprint of what the customer reads (singleton)."""
        text = f"{self.subject}\n{html2plaintext(self.body or '')}"
        return hashlib.sha256(text.encode()).hexdigest()

    @api.model_create_multi
    def create(self, vals_list):
        letters = super().create(vals_list)
        letters.complaint_id.check_access("write")
        return letters

    def write(self, vals):
        if not self.env.su or "state" not in vals:
            self._check_not_sent(vals)
        return super().write(vals)

    def _check_not_sent(self, vals):
        """:raises UserError: when the words of a letter that was sent would change, whoever asks for it"""
        words = {"complaint_id", "use", "subject", "body", "template_id", "external_body_id"}
        if words.isdisjoint(vals):
            return
        if any(letter.state != "draft" for letter in self.sudo()):
            raise UserError(self.env._("A letter that was sent or cancelled does not change any more."))

    def _check_change(self, vals):
        self.complaint_id.check_access("write")
        if "complaint_id" in vals and any(letter.complaint_id.id != vals["complaint_id"] for letter in self):
            raise UserError(self.env._("A letter stays with its complaint."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_superuser(self):
        if not self.env.su:
            raise AccessError(self.env._("Letters are cancelled, not deleted."))

    # Approval

    def action_request_approval(self):
        """Ask for the approval of the letters.

        :raises UserError: for an empty letter, or one that was sent
        """
        self.check_access("write")
        self._check_complete()
        return super().action_request_approval()

    def _check_complete(self):
        """:raises UserError: when a letter cannot go out as it is"""
        for letter in self:
            if letter.state != "draft":
                raise UserError(
                    self.env._("This letter was sent or cancelled: %(name)s", name=letter.display_name)
                )
            if is_html_empty(letter.body):
                raise UserError(self.env._("There is nothing to send yet."))
            if letter.use == "final" and not letter.external_body_id:
                raise UserError(
                    self.env._(
                        "A final response names the external body to which the customer can turn: choose one."
                    )
                )

    def action_cancel(self):
        """Give up drafts."""
        self.check_access("write")
        self.complaint_id.check_access("write")
        if any(letter.state != "draft" for letter in self):
            raise UserError(self.env._("Only a draft can be cancelled."))
        self._approval_check_unlocked()
        self.sudo().write({"state": "cancelled"})
