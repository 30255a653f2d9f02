from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SurveySurvey(models.Model):
    """Surveys with questions that depend on a score."""

    _inherit = "survey.survey"

    care_has_conditions = fields.Boolean(
        string="Has Score Conditions", compute="_compute_care_has_conditions"
    )

    @api.depends("question_and_page_ids.care_condition_question_id")
    def _compute_care_has_conditions(self):
        for survey in self:
            survey.care_has_conditions = any(
                question.care_condition_question_id for question in survey.question_and_page_ids
            )

    @api.model_create_multi
    def create(self, vals_list):
        surveys = super().create(vals_list)
        surveys._care_check_order()
        return surveys

    def write(self, vals):
        result = super().write(vals)
        if "question_and_page_ids" in vals or "question_ids" in vals:
            self._care_check_order()
        return result

    def _care_check_order(self):
        """Refuse an order in which a question comes before the one it depends on.

        Looked at when all questions are written: moving several of them passes through wrong orders.
        """
        for survey in self:
            misplaced = survey.question_and_page_ids.filtered(lambda question: question._care_is_misplaced())
            if misplaced:
                raise ValidationError(
                    self.env._(
                        "These questions must come after the ones they depend on: %(titles)s",
                        titles=", ".join(misplaced.mapped("title")),
                    )
                )

    def copy(self, default=None):
        """Let the conditions of a copy depend on the questions of the copy."""
        new_surveys = super().copy(default)
        if default and ("question_ids" in default or "question_and_page_ids" in default):
            return new_surveys
        for survey, new_survey in zip(self, new_surveys, strict=True):
            questions = survey.question_and_page_ids.sorted()
            copies = dict(zip(questions, new_survey.question_and_page_ids.sorted(), strict=True))
            for question in questions.filtered("care_condition_question_id"):
                question._care_copy_condition(copies[question], copies[question.care_condition_question_id])
        return new_surveys

    def _care_get_next_conditions(self, page_or_question):
        """Return the conditions that the answers of a page (or question) can meet on later ones.

        The last page offers "Submit"; with an answer that leads to another question it must offer to go on.

        :return: [{"question": id of what is answered on this page, "min": n, "max": n}]
        """
        self.ensure_one()
        here = page_or_question | page_or_question.question_ids
        return [
            {
                "question": question.care_condition_question_id.id,
                "min": question.care_condition_min,
                "max": question.care_condition_max,
            }
            for question in self.question_ids - here
            if question.care_condition_question_id in here
        ]
