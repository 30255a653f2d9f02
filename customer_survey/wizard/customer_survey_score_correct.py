from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.customer_survey_score_correct import CORRECTIONS


class CustomerSurveyScoreCorrect(models.TransientModel):
    """Correct scores, with a reason that stays on the row that was wrong."""

    _name = "customer.survey.score.correct"
    _description = "Correct Scores"

    score_ids = fields.Many2many("customer.survey.score", string="Scores", required=True)
    is_single = fields.Boolean(compute="_compute_is_single")
    correction = fields.Selection(CORRECTIONS, string="What Was Wrong", required=True, default="reversed")
    raw_value = fields.Float(string="Answer That Was Meant", digits=(5, 2))
    partner_id = fields.Many2one("res.partner", string="Who Answered")
    reason = fields.Text(required=True)
    preview = fields.Text(compute="_compute_preview", help="What holds after the correction.")

    @api.depends("score_ids")
    def _compute_is_single(self):
        for wizard in self:
            wizard.is_single = len(wizard.score_ids) == 1

    @api.depends("score_ids", "correction", "raw_value", "partner_id")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = "\n".join(wizard._get_preview_lines())

    def _get_preview_lines(self):
        lines = []
        for score in self.score_ids._origin.sudo():
            try:
                vals = (
                    {}
                    if self.correction == "void"
                    else score._prepare_correction_vals(
                        self.correction, self.raw_value, self.partner_id._origin
                    )
                )
            except UserError as error:
                return [error.args[0]]
            if self.correction == "person":
                after = self.partner_id.display_name
            else:
                after = f"{vals['value']:.0f}" if vals else "–"
            lines.append(f"{score.partner_id.display_name or '–'}, {score.display_name} → {after}")
        return lines

    def action_confirm(self):
        """Correct the scores.

        :raises UserError: one answer cannot be meant for several scores
        """
        self.ensure_one()
        if self.correction == "value" and len(self.score_ids) > 1:
            raise UserError(self.env._("Please correct one score at a time when another answer was meant."))
        self.partner_id.check_access("read")
        self.score_ids._check_correctable()
        self.score_ids._correct(self.correction, self.reason, self.raw_value, self.partner_id)
        return {"type": "ir.actions.act_window_close"}
