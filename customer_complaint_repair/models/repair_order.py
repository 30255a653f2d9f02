from odoo import models


class RepairOrder(models.Model):
    """A repair can be complained of, and carries out what was promised."""

    _name = "repair.order"
    _inherit = ["repair.order", "customer.complaint.document.mixin"]

    def _complaint_get_name(self):
        return self.name

    def _prepare_complaint_defaults(self):
        defaults = super()._prepare_complaint_defaults()
        return {**defaults, "product_id": self.product_id.id, "lot_id": self.lot_id.id}

    def _complaint_get_state(self):
        return {"done": "done", "cancel": "cancelled"}.get(self.state, "open")

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self._complaint_update_compensations()
        return result
