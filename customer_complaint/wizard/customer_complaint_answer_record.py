import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.customer_complaint_answer import ANSWER_CHANNELS


class CustomerComplaintAnswerRecord(models.TransientModel):
    """Note what the customer answered by phone, on a visit, on paper or in a mail."""

    _name = "customer.complaint.answer.record"
    _description = "Record the Customer's Answer"

    complaint_id = fields.Many2one("customer.complaint", required=True, readonly=True)
    kind = fields.Selection(
        [("accept", "Accepts"), ("decline", "Declines")],
        string="The Customer",
        required=True,
        default="accept",
    )
    channel = fields.Selection(
        [channel for channel in ANSWER_CHANNELS if channel[0] != "portal"],
        string="How",
        required=True,
        default="phone",
    )
    person = fields.Char(
        string="Spoken to",
        required=True,
        compute="_compute_person",
        store=True,
        readonly=False,
        precompute=True,
    )
    moment = fields.Datetime(string="When", required=True, default=fields.Datetime.now)
    comment = fields.Text(string="What was Said")
    solution = fields.Html(string="What We Propose", compute="_compute_solution", sanitize=False)
    digest = fields.Char(readonly=True, help="Of what was read when the dialog was opened.")
    document = fields.Binary(string="Recording or Paper")
    document_name = fields.Char()

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        complaint = self.env["customer.complaint"].browse(values.get("complaint_id"))
        if complaint and "digest" in fields:
            complaint.check_access("read")
            values["digest"] = complaint._get_solution_digest()
        return values

    @api.depends("complaint_id")
    def _compute_person(self):
        for wizard in self:
            complaint = wizard.complaint_id
            wizard.person = wizard.person or complaint.partner_id.name or complaint.contact_name

    @api.depends("complaint_id")
    def _compute_solution(self):
        # what is proposed is collected as superuser
        self.complaint_id.check_access("read")
        for wizard in self:
            wizard.solution = wizard.complaint_id and wizard.complaint_id._get_solution_html()

    def action_confirm(self):
        """Keep the answer; rights are those of the user on the complaint."""
        self.ensure_one()
        files = []
        if self.document:
            try:
                content = base64.b64decode(self.document)
            except (binascii.Error, ValueError) as error:
                raise UserError(self.env._("The file cannot be read.")) from error
            files.append((self.document_name or self.env._("Recording or Paper"), content))
        self.complaint_id._record_answer(
            self.kind, self.channel, self.person, self.moment, self.comment, files, self.digest or None
        )
        return {"type": "ir.actions.act_window_close"}
