from odoo import api, fields, models
from odoo.exceptions import UserError

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
        """Keep reasons that the history names."""
        History = self.env["customer.complaint.stage.history"].sudo()
        used = History._read_group([("reason_id", "in", self.ids)], ["reason_id"])
        if used:
            raise UserError(
                self.env._(
                    "These reasons have been used and can only be archived: %(reasons)s",
                    reasons=", ".join(reason.display_name for (reason,) in used),
                )
            )
