from odoo import models


class SurveySurvey(models.Model):
    """The question that a mail can ask by itself."""

    _inherit = "survey.survey"

    def _care_get_first_scale(self):
        """Return the first question (of a singleton or none) when it is a scale that measures, asked of everybody."""
        question = self.question_ids.sorted()[:1]
        is_asked = (
            question.question_type == "scale"
            and question.care_metric
            and not question.triggering_answer_ids
            and not question.care_condition_question_id
            and self.questions_selection == "all"
        )
        return question if is_asked else question.browse()
