from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import scores


class SurveyQuestion(models.Model):
    _inherit = "survey.question"

    care_metric = fields.Selection(
        [("csat", "Satisfaction (CSAT)"), ("nps", "Recommendation (NPS)"), ("ces", "Effort (CES)")],
        string="Measures",
        help="The answer becomes a score of the customer. The high end of the scale is the good one.",
    )
    care_is_comment = fields.Boolean(string="Kept as Comment", help="The answer is kept with the scores.")

    @api.constrains(
        "care_metric",
        "question_type",
        "scale_min",
        "scale_max",
        "validation_required",
        "validation_min_float_value",
        "validation_max_float_value",
    )
    def _check_care_metric(self):
        for question in self.filtered("care_metric"):
            if question.question_type not in ("scale", "numerical_box"):
                raise ValidationError(
                    self.env._(
                        "Only a scale or a number can become a score: %(question)s is neither.",
                        question=question.title,
                    )
                )
            low, high = question._care_get_bounds()
            if low >= high:
                raise ValidationError(
                    self.env._(
                        "Question %(question)s becomes a score: set its lowest and its highest value.",
                        question=question.title,
                    )
                )
            if question.care_metric == "nps" and (low, high) != (scores.NPS_MIN, scores.NPS_MAX):
                raise ValidationError(
                    self.env._(
                        "The recommendation (NPS) is asked from 0 to 10: change the scale of %(question)s.",
                        question=question.title,
                    )
                )

    @api.constrains("care_is_comment", "question_type")
    def _check_care_is_comment(self):
        for question in self.filtered("care_is_comment"):
            if question.question_type not in ("char_box", "text_box"):
                raise ValidationError(
                    self.env._(
                        "Only a text can be the comment: %(question)s is none.", question=question.title
                    )
                )

    def _care_get_bounds(self):
        """Return the lowest and the highest possible answer (singleton), equal when there are none."""
        self.ensure_one()
        if self.question_type == "scale":
            return self.scale_min, self.scale_max
        if not self.validation_required:
            return 0, 0
        return self.validation_min_float_value, self.validation_max_float_value
