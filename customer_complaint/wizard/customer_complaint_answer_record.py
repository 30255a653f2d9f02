from odoo import api, fields, models

from ..models.customer_complaint_answer import ANSWER_CHANNELS


class CustomerComplaintAnswerRecord(models.TransientModel):
    """Note what the customer answered by phone, on a visit, on paper or in a mail."""

    _name = "customer.complaint.answer.record"
    _description = "Record the Customer's Answer"
    _inherit = "customer.complaint.read.mixin"

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

    @api.model
    def _get_digest(self, complaint):
        return complaint._get_solution_digest()

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
            complaint = wizard.complaint_id
            wizard.solution = complaint._get_solution_html() if complaint else False

    def action_confirm(self):
        """Keep the answer; rights are those of the user on the complaint."""
        self.ensure_one()
        self.complaint_id._record_answer(
            self.kind,
            self.channel,
            self.person,
            self.moment,
            self.comment,
            self._read_document(),
            self.digest or None,
        )
        return {"type": "ir.actions.act_window_close"}
