from odoo import api, fields, models


class CustomerComplaintReviewFinish(models.TransientModel):
    """End a second review: uphold the declined solution, or improve it."""

    _name = "customer.complaint.review.finish"
    _description = "Finish the Second Review"

    review_id = fields.Many2one("customer.complaint.review", required=True, readonly=True)
    outcome = fields.Selection(
        [("upheld", "Uphold the Solution"), ("improved", "Improve the Solution")],
        required=True,
        default="upheld",
    )
    reason = fields.Text(related="review_id.reason")
    reasoning = fields.Html(string="Why", required=True)
    proposal = fields.Html(
        string="Improved Solution", compute="_compute_proposal", store=True, readonly=False, precompute=True
    )

    @api.depends("review_id")
    def _compute_proposal(self):
        self.review_id.check_access("read")
        for wizard in self:
            wizard.proposal = wizard.review_id.sudo().complaint_id.proposal

    def action_confirm(self):
        """End the review; only the reviewer can."""
        self.ensure_one()
        self.review_id._finish(self.outcome, self.reasoning, self.proposal)
        return {"type": "ir.actions.act_window_close"}
