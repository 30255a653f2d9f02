from odoo import fields, models
from odoo.exceptions import UserError

from .customer_complaint_stage import OPEN_PHASES


class CustomerComplaint(models.Model):
    """When the customer heard from us last: from there the next update is owed."""

    _inherit = "customer.complaint"

    informed_datetime = fields.Datetime(
        string="Customer Informed on",
        readonly=True,
        copy=False,
        help="When somebody of the staff last wrote to the customer or told him something.",
    )

    def action_mark_informed(self):
        """Note that the customer was told how things stand by another way than a message from here.

        :raises UserError: when one of the complaints is not open
        """
        self.check_access("write")
        if self.filtered(lambda complaint: complaint.phase not in OPEN_PHASES):
            raise UserError(self.env._("The customer of a finished complaint waits for no update."))
        self._set_informed(fields.Datetime.now())
        body = self.env._("The customer was told how things stand.")
        self._message_log_batch(bodies=dict.fromkeys(self.ids, body))

    def _set_informed(self, moment):
        """Note that the customer heard from the staff: the first time it is the response."""
        complaints = self.sudo().filtered(
            lambda complaint: not complaint.informed_datetime or complaint.informed_datetime < moment
        )
        first = complaints.filtered(lambda complaint: not complaint.responded_datetime)
        if first:
            first.write({"responded_datetime": moment, "informed_datetime": moment})
        if complaints - first:
            (complaints - first).write({"informed_datetime": moment})
