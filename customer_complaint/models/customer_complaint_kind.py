from odoo import models

from .customer_complaint import PROBLEM_KINDS


class CustomerComplaintKind(models.Model):
    """Suggestions, inquiries and praise are no complaints: they are counted and told apart."""

    _inherit = "customer.complaint"

    def _is_problem(self):
        """Return whether the customer (singleton) complains, and does not ask, propose or praise."""
        return self.kind in PROBLEM_KINDS

    def _prepare_care_event_vals(self, kind, summary=None):
        vals = super()._prepare_care_event_vals(kind, summary)
        if not self._is_problem() and vals["kind"] != "complaint_merged":
            vals["kind"] = vals["kind"].replace("complaint_", "feedback_")
        return vals

    def _plan_follow_up(self, trigger):
        """Nobody is asked whether the problem is solved who had none."""
        return super(
            CustomerComplaintKind, self.filtered(lambda complaint: complaint._is_problem())
        )._plan_follow_up(trigger)
