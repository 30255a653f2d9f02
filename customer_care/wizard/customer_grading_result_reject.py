from odoo import api, fields, models


class CustomerGradingResultReject(models.TransientModel):
    """Ask why proposed grades of single customers are refused."""

    _name = "customer.grading.result.reject"
    _description = "Reject Proposed Grades"

    result_ids = fields.Many2many(
        "customer.grading.result", string="Customers", default=lambda self: self._default_results()
    )
    comment = fields.Text(string="Reason", required=True, help="The requester reads it.")

    @api.model
    def _default_results(self):
        if self.env.context.get("active_model") != "customer.grading.result":
            return []
        return self.env.context.get("active_ids") or []

    def action_reject(self):
        """Reject the proposed grades; the results check that they wait for the current user."""
        self.ensure_one()
        self.result_ids.action_reject(self.comment)
        return {"type": "ir.actions.act_window_close"}
