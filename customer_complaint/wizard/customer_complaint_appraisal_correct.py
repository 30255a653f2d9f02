from odoo import fields, models


class CustomerComplaintAppraisalCorrect(models.TransientModel):
    """Ask why the result of an appraisal is corrected."""

    _name = "customer.complaint.appraisal.correct"
    _description = "Correct an Appraisal"

    appraisal_id = fields.Many2one(
        "customer.complaint.appraisal", required=True, readonly=True, ondelete="cascade"
    )
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Open the result for its correction; rights are those of the user on the appraisal."""
        self.ensure_one()
        self.appraisal_id.action_correct(self.reason)
        return {"type": "ir.actions.act_window_close"}
