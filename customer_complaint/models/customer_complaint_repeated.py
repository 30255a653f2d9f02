from odoo import fields, models

from .customer_complaint import PROBLEM_KINDS
from .customer_complaint_stage import OPEN_PHASES

STAFF = "base.group_user"


class CustomerComplaint(models.Model):
    """What else the customer's company complains about."""

    _inherit = "customer.complaint"

    repeated_count = fields.Integer(
        compute="_compute_repeated_count",
        string="Other Open Complaints",
        groups=STAFF,
        help="Open complaints of the same customer, counted over all contacts of the company.",
    )

    def _compute_repeated_count(self):
        families = self.commercial_partner_id
        counts = {}
        if families:
            domain = [
                ("commercial_partner_id", "in", families.ids),
                ("phase", "in", OPEN_PHASES),
                ("kind", "in", PROBLEM_KINDS),
            ]
            counts = dict(self._read_group(domain, ["commercial_partner_id"], ["__count"]))
        for complaint in self:
            is_counted = (
                complaint._origin
                and complaint.active
                and complaint.phase in OPEN_PHASES
                and complaint.kind in PROBLEM_KINDS
            )
            count = counts.get(complaint.commercial_partner_id, 0)
            complaint.repeated_count = max(count - bool(is_counted), 0)

    def action_view_repeated(self):
        """Open all complaints of the customer's company."""
        self.ensure_one()
        return self.commercial_partner_id.action_view_complaints()
