from odoo import fields, models

from . import identity_fields as masked

ANSWER_KINDS = [
    ("accept", "Solution Accepted"),
    ("decline", "Solution Declined"),
    ("sign", "Registration Signed"),
    ("reopen", "Asked to Reopen"),
    ("escalate", "Asked for a Superior"),
    ("withdraw", "Complaint Withdrawn"),
]
ANSWER_CHANNELS = [
    ("portal", "Portal or Link"),
    ("phone", "Phone"),
    ("paper", "Paper"),
    ("visit", "Visit"),
    ("mail", "E-mail"),
]


class CustomerComplaintAnswer(models.Model):
    """What a customer decided about his complaint: kept as it was said, nobody can change it."""

    _name = "customer.complaint.answer"
    _description = "Decision of a Customer"
    _inherit = ["complaint.identity.mixin"]
    _order = "datetime desc, id desc"
    _rec_name = "kind"

    complaint_id = fields.Many2one(
        "customer.complaint", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="complaint_id.company_id")
    kind = fields.Selection(ANSWER_KINDS, string="Decision", required=True, readonly=True)
    datetime = fields.Datetime(string="Decided on", required=True, readonly=True, default=fields.Datetime.now)
    person = masked.Char(string="Decided by", readonly=True)
    user_id = masked.Many2one(
        "res.users",
        string="Logged in as",
        readonly=True,
        help="Empty when the decision came by the link of the complaint, without login.",
    )
    channel = fields.Selection(ANSWER_CHANNELS, string="How", required=True, readonly=True, default="portal")
    recorded_by_id = fields.Many2one(
        "res.users", string="Recorded by", readonly=True, help="Who noted what the customer said or wrote."
    )
    evidence_ids = masked.Many2many(
        "ir.attachment",
        "customer_complaint_answer_evidence_rel",
        string="Recording or Paper",
        readonly=True,
        bypass_search_access=True,
    )
    comment = masked.Text(readonly=True)
    text = masked.Html(
        string="What was Decided on", readonly=True, help="The text as the customer had it before his eyes."
    )
    digest = fields.Char(
        string="Fingerprint", readonly=True, help="SHA-256 of the text: any change of it would show."
    )
