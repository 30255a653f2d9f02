from odoo import fields, models


class CustomerComplaintResponsibilityAnswer(models.TransientModel):
    """Ask for the reason of a dispute, or of the decision on it."""

    _name = "customer.complaint.responsibility.answer"
    _description = "Answer to a Share of Responsibility"

    responsibility_id = fields.Many2one(
        "customer.complaint.responsibility",
        string="Share of Responsibility",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    kind = fields.Selection([("dispute", "Dispute"), ("decide", "Decide")], required=True, readonly=True)
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Dispute or decide; rights are those of the user on the share."""
        self.ensure_one()
        if self.kind == "decide":
            self.responsibility_id.action_decide(self.reason)
        else:
            self.responsibility_id.action_dispute(self.reason)
        return {"type": "ir.actions.act_window_close"}
