from odoo import models


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"

    def _prepare_score_vals(self, line, comment):
        """Keep the aspect with the score: the question may be deleted one day."""
        return {
            **super()._prepare_score_vals(line, comment),
            "aspect_id": line.question_id.care_aspect_id.id,
        }
