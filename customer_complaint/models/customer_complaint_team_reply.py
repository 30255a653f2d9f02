from odoo import fields, models

REPLIES = [
    ("note", "Tell the Handler"),
    ("reopen", "Reopen the Complaint"),
    ("new", "Begin a New Complaint"),
]


class CustomerComplaintTeam(models.Model):
    _inherit = "customer.complaint.team"

    closed_reply = fields.Selection(
        REPLIES,
        "Answer to a Finished Complaint",
        required=True,
        default="note",
        help="What happens when a customer writes to a complaint that is resolved or closed. A new complaint "
        "is begun by mails only, and linked to the old one.",
    )
    closed_reply_days = fields.Integer(
        "Reopen within Days",
        default=30,
        help="A complaint that was finished earlier begins a new one; 0: never.",
    )

    _closed_reply_days_range = models.Constraint(
        "CHECK(closed_reply_days BETWEEN 0 AND 36500)", "The days to reopen are a number from 0 to 36500."
    )
