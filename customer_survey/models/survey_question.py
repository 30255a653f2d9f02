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
    care_aspect_id = fields.Many2one(
        "customer.survey.aspect",
        string="Aspect",
        index="btree_not_null",
        ondelete="restrict",
        help="What of our work the customer judges here: surveys with the same aspect can be compared.",
    )
    care_is_comment = fields.Boolean(string="Kept as Comment", help="The answer is kept with the scores.")

    care_is_reason = fields.Boolean(
        string="Reasons of the Score",
        help="The choices say why a customer is not satisfied; figures count them by frequency.",
    )

    care_mark = fields.Char(
        string="Counts As", compute="_compute_care_mark", help="What the answer to the question is used for."
    )

    @api.depends("care_metric", "care_aspect_id", "care_is_comment", "care_is_reason", "question_type")
    def _compute_care_mark(self):
        for question in self:
            mark = False
            if question.care_metric:
                parts = [question.care_metric.upper(), question.care_aspect_id.name]
                mark = " · ".join(part for part in parts if part)
            elif question.care_is_reason:
                mark = self.env._("Reasons")
            elif question.care_is_comment:
                mark = self.env._("Comment")
            question.care_mark = mark

    @api.onchange("question_type")
    def _onchange_question_type_marks(self):
        """Take away the marks that do not fit the type any more: they would not be seen, only refused."""
        if self.question_type not in ("scale", "numerical_box"):
            self.care_metric = self.care_aspect_id = False
        if self.question_type not in ("char_box", "text_box"):
            self.care_is_comment = False
        if self.question_type not in ("simple_choice", "multiple_choice"):
            self.care_is_reason = False

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

    @api.constrains("care_metric", "care_aspect_id")
    def _check_care_aspect_id(self):
        for question in self.filtered("care_aspect_id"):
            if not question.care_metric:
                raise ValidationError(
                    self.env._(
                        "An aspect is judged by a question that measures something: %(question)s does not.",
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

    @api.constrains("care_is_reason", "question_type")
    def _check_care_is_reason(self):
        for question in self.filtered("care_is_reason"):
            if question.question_type not in ("simple_choice", "multiple_choice"):
                raise ValidationError(
                    self.env._(
                        "Only choices can be reasons of the score: %(question)s has none.",
                        question=question.title,
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
