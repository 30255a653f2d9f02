from odoo import fields, models


class CustomerComplaintRelease(models.TransientModel):
    _name = "customer.complaint.release"
    _description = "Decide on a Major Complaint Report"

    report_id = fields.Many2one("customer.complaint.major.report", required=True, readonly=True)
    appraisal_decision = fields.Selection(
        [("needed", "Technical Appraisal Needed"), ("not_needed", "No Technical Appraisal")],
        string="Decision on the Appraisal",
        required=True,
    )
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Sign with the decision; rights are those of the user on the report."""
        self.ensure_one()
        return self.report_id.action_sign(self.appraisal_decision, self.reason)
