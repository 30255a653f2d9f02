from odoo import fields, models

from .customer_complaint_major_report import MANAGER


class CustomerComplaintMajorSign(models.Model):
    """A signature under a version of the report; written by the program alone."""

    _name = "customer.complaint.major.sign"
    _description = "Signature of a Major Complaint Report"
    _inherit = "customer.program.mixin"
    _order = "report_id, sequence"
    _rec_name = "role"

    report_id = fields.Many2one(
        "customer.complaint.major.report", required=True, readonly=True, index=True, ondelete="cascade"
    )
    complaint_id = fields.Many2one(related="report_id.complaint_id", store=True, precompute=True, index=True)
    sequence = fields.Integer(readonly=True)
    role = fields.Selection(
        [("handler", "Handler"), ("department", "Department"), ("manager", "Service Manager")],
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one("res.users", string="Signs", readonly=True)
    signed_datetime = fields.Datetime(string="Signature on", readonly=True)
    signed_by_id = fields.Many2one("res.users", string="Signature by", readonly=True)
    digest = fields.Char(string="Fingerprint", readonly=True)

    def _get_program_error(self):
        return self.env._("Signatures are recorded by the program alone.")

    def _is_for(self, user):
        """Return whether the user may sign (singleton): who is named, or for the last one a complaint manager."""
        self.ensure_one()
        return user == self.user_id or (self.role == "manager" and user.has_group(MANAGER))
