from odoo import fields, models


class CustomerComplaintScorecardRemarkAdd(models.TransientModel):
    """Object to a scorecard, or answer an objection."""

    _name = "customer.complaint.scorecard.remark.add"
    _description = "Add a Remark to a Scorecard"

    scorecard_id = fields.Many2one("customer.complaint.scorecard", required=True, ondelete="cascade")
    text = fields.Text(required=True)

    def action_confirm(self):
        """Add the remark; the rights are those of the user on the card."""
        self.ensure_one()
        self.scorecard_id._add_remark(self.text)
        return {"type": "ir.actions.act_window_close"}
