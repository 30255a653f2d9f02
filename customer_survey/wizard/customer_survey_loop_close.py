from odoo import api, fields, models

from ..models.customer_survey_loop import LOW_OUTCOMES, PROMOTER_OUTCOMES, TOLD_CHANNELS


class CustomerSurveyLoopClose(models.TransientModel):
    """Close follow-ups with their outcome, or dismiss them with a reason."""

    _name = "customer.survey.loop.close"
    _description = "Close Follow-Ups"

    loop_ids = fields.Many2many("customer.survey.loop", string="Follow-Ups", required=True)
    mode = fields.Selection([("close", "Close"), ("dismiss", "Dismiss")], required=True, default="close")
    kind = fields.Selection([("low", "Low answer"), ("promoter", "Recommendation")], compute="_compute_kind")
    low_outcome = fields.Selection(LOW_OUTCOMES, string="Outcome")
    promoter_outcome = fields.Selection(PROMOTER_OUTCOMES, string="Answer to the Request")
    told = fields.Text(string="What the Customer Was Told")
    told_channel = fields.Selection(TOLD_CHANNELS, string="Told By", default="phone")
    referral_name = fields.Char(string="Who Was Named")
    referral_partner_id = fields.Many2one("res.partner", string="Referred Customer")
    reason = fields.Char(string="Why Nothing Is to Be Done")

    @api.depends("loop_ids")
    def _compute_kind(self):
        for wizard in self:
            wizard.kind = wizard.loop_ids[:1].kind

    def action_confirm(self):
        """End the follow-ups with the rights of the user."""
        self.ensure_one()
        loops = self.loop_ids
        if self.mode == "dismiss":
            loops._lock_open()
            loops._dismiss(self.reason)
        else:
            outcome = self.low_outcome if self.kind == "low" else self.promoter_outcome
            loops._close(outcome, self.told, self.told_channel, self.referral_name, self.referral_partner_id)
        return {"type": "ir.actions.act_window_close"}
