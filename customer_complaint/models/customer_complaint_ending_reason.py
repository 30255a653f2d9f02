from odoo import api, fields, models

ENDED_BY = [
    ("customer", "Customer"),
    ("company", "Us"),
]


class CustomerComplaintEndingReason(models.Model):
    """Why a complaint ended without a solution: the customer withdrew it, or we did not pursue it."""

    _name = "customer.complaint.ending.reason"
    _description = "Complaint Ending Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    ended_by = fields.Selection(
        ENDED_BY,
        required=True,
        default="company",
        help="By the customer: he withdrew it. By us: we rejected it or pursued it no further.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self.env["customer.complaint.stage.history"]._check_unused("ending_reason_id", self)

    @api.model
    def _get_withdrawn(self):
        """Return the first reason of the customer's own, may be empty."""
        return self.search([("ended_by", "=", "customer")], limit=1)
