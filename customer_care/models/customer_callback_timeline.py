from odoo import models


class CustomerCallback(models.Model):
    """What the timeline of the customer says of callbacks."""

    _inherit = "customer.callback"

    def _log(self, kind):
        self.env["customer.care.event"]._log([callback._prepare_event_vals(kind) for callback in self])

    def _prepare_event_vals(self, kind):
        """Return the values of a row of the timeline. Override to add a key."""
        self.ensure_one()
        return {
            "partner_id": self.partner_id.id,
            "kind": kind,
            "summary": self._get_event_summary(kind),
            "res_model": self._name,
            "res_id": self.id,
            "company_id": self.company_id.id,
        }

    def _get_event_summary(self, kind):
        parts = [self.subject]
        if kind == "callback_done" and self.satisfaction:
            parts.append(f"{self.satisfaction}/10")
        if kind == "callback_cancelled" and self.cancel_reason:
            parts.append(self.cancel_reason)
        if self.attempt > 1:
            parts.append(f"#{self.attempt}")
        return " · ".join(parts)
