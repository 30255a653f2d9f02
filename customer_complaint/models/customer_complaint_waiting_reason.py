from odoo import api, fields, models

WAITS_FOR = [
    ("customer", "Customer"),
    ("supplier", "Supplier"),
    ("department", "Other Department"),
    ("other", "Other"),
]


class CustomerComplaintWaitingReason(models.Model):
    """Why a complaint waits, and for whom: waiting for the customer pauses time limits."""

    _name = "customer.complaint.waiting.reason"
    _description = "Complaint Waiting Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    waits_for = fields.Selection(WAITS_FOR, string="Waiting for", required=True, default="customer")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self.env["customer.complaint.stage.history"]._check_unused("reason_id", self)
