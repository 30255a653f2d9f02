from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError


class CustomerApprovalReject(models.TransientModel):
    """Ask why approvals are refused; opened on documents or on approvals."""

    _name = "customer.approval.reject"
    _description = "Reject Approvals"

    line_ids = fields.Many2many("customer.approval.line", string="Approvals", readonly=True)
    comment = fields.Text(string="Reason", required=True, help="The requester reads it.")

    @api.model_create_multi
    def create(self, vals_list):
        # The web client sends no read-only fields: what is rejected comes from where this was opened.
        lines = self._get_selected_lines()
        return super().create([{"line_ids": [fields.Command.set(lines.ids)], **vals} for vals in vals_list])

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if "line_ids" in fields:
            values["line_ids"] = [Command.set(self._get_selected_lines().ids)]
        return values

    def action_reject(self):
        """Reject what waits for the current user; the documents check that it does."""
        self.ensure_one()
        if not self.line_ids:
            raise UserError(self.env._("Nothing is selected that waits for your approval."))
        for documents in self.line_ids._get_own_documents():
            documents.action_reject(self.comment)
        return {"type": "ir.actions.act_window_close"}

    def _get_selected_lines(self):
        """Return the approvals behind the selected records that wait for the current user."""
        model = self.env.context.get("active_model")
        ids = self.env.context.get("active_ids") or []
        Line = self.env["customer.approval.line"]
        if not model or not ids:
            return Line
        if model == Line._name:
            return Line.search([("id", "in", ids), ("is_mine", "=", True)])
        if model not in self.env["customer.approval.rule"]._get_approval_models():
            raise AccessError(self.env._("Documents of this kind cannot be approved."))
        return Line.search([("res_model", "=", model), ("res_id", "in", ids), ("is_mine", "=", True)])
