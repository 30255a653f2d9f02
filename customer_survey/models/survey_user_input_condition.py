from odoo import models


class SurveyUserInput(models.Model):
    """Which questions an answer leaves out because of a score."""

    _inherit = "survey.user_input"

    def _get_inactive_conditional_questions(self):
        """Leave out also the questions whose score condition is not met, and what depends on those."""
        inactive = super()._get_inactive_conditional_questions()
        survey = self.survey_id
        if survey.questions_selection == "random":
            return inactive  # as Odoo does: a question depended on may not have been picked
        conditional = survey.question_ids.filtered("care_condition_question_id")
        if not conditional:
            return inactive
        values = self._care_get_numbers()
        for question in conditional.sorted():
            source = question.care_condition_question_id
            if source in inactive or not question._care_is_asked(values.get(source.id)):
                inactive |= question
        return inactive

    def _clear_inactive_conditional_answers(self):
        """Clear until nothing is left to clear: a choice that goes may have been the trigger of another."""
        count = len(self.user_input_line_ids)
        result = super()._clear_inactive_conditional_answers()
        while len(self.user_input_line_ids) < count:
            count = len(self.user_input_line_ids)
            result = super()._clear_inactive_conditional_answers()
        return result

    def _care_get_numbers(self):
        """Return {question id: number} of the scales and numbers that were answered."""
        numbers = {}
        for line in self.user_input_line_ids:
            if line.answer_type == "scale":
                numbers[line.question_id.id] = line.value_scale
            elif line.answer_type == "numerical_box":
                numbers[line.question_id.id] = line.value_numerical_box
        return numbers
