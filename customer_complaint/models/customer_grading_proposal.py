from odoo import models
from odoo.tools import SQL


class CustomerGradingProposal(models.Model):
    """Another grade may bring another time limit policy."""

    _inherit = "customer.grading.proposal"

    def _apply(self):
        result = super()._apply()
        if "partner_id" in self.env["customer.complaint.policy"]._get_condition_fields():
            rows = self.env.execute_query(
                SQL(
                    "SELECT DISTINCT complaint.id FROM customer_complaint complaint"
                    " JOIN customer_grading_result result ON result.partner_id = complaint.commercial_partner_id"
                    " WHERE result.proposal_id IN %s AND complaint.closed_datetime IS NULL",
                    tuple(self.ids),
                )
            )
            self.env["customer.complaint"]._request_clock_refresh([("id", "in", [row[0] for row in rows])])
        return result
