from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .customer_complaint_part import PART

EVIDENCE_KINDS = [
    ("photo", "Photo or Video"),
    ("document", "Document"),
    ("message", "Correspondence"),
    ("recording", "Recording"),
    ("measurement", "Measurement"),
    ("sample", "Sample or Part"),
    ("other", "Other"),
]


class CustomerComplaintFact(models.Model):
    """One thing that is known to have happened, with where it is known from."""

    _name = "customer.complaint.fact"
    _description = "Fact of a Complaint"
    _inherit = [PART]
    _order = "datetime, id"
    _rec_name = "text"

    datetime = fields.Datetime(string="Happened on", help="Leave empty where it is not known.")
    text = fields.Text(string="Fact", required=True)
    source = fields.Char(string="Known from", help="Who says so, or where it can be read.")
    is_disputed = fields.Boolean(string="Disputed", help="The sides tell it differently.")
    evidence_ids = fields.Many2many(
        "customer.complaint.evidence",
        "customer_complaint_fact_evidence_rel",
        "fact_id",
        "evidence_id",
        string="Proved by",
        domain="[('complaint_id', '=', complaint_id)]",
    )

    @api.constrains("datetime")
    def _check_datetime(self):
        if any(fact.datetime and fact.datetime > fields.Datetime.now() for fact in self):
            raise ValidationError(self.env._("A fact cannot happen in the future."))

    @api.constrains("evidence_ids", "complaint_id")
    def _check_evidence(self):
        for fact in self.sudo():
            if fact.evidence_ids.complaint_id - fact.complaint_id:
                raise ValidationError(self.env._("This evidence belongs to another complaint."))


class CustomerComplaintEvidence(models.Model):
    """A piece of evidence: a file, or where a thing is kept."""

    _name = "customer.complaint.evidence"
    _description = "Evidence of a Complaint"
    _inherit = [PART]
    _order = "id"
    _guarded_fields = {"user_id": False, "added_datetime": False}

    name = fields.Char(string="Evidence", required=True)
    kind = fields.Selection(EVIDENCE_KINDS, string="Kind of Evidence", required=True, default="document")
    file = fields.Binary(attachment=True)
    file_name = fields.Char()
    place = fields.Char(string="Kept at", help="Where a sample or an original is.")
    user_id = fields.Many2one("res.users", string="Added by", readonly=True)
    added_datetime = fields.Datetime(string="Added on", readonly=True)

    def _get_guarded_values(self):
        return {"user_id": self.env.uid, "added_datetime": fields.Datetime.now()}
