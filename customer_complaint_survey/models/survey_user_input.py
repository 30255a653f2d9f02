from odoo import models

# From 0-100 to 1-10, as both scales are divided into equal steps.
STEPS = 9


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"

    def _care_count(self):
        """Take the answer over into the complaint it is about: how satisfied, and what was missed."""
        scores = super()._care_count()
        for answer, own_scores in scores.grouped("user_input_id").items():
            document = answer._care_get_document()
            marks = own_scores.filtered(lambda score: score.kind == "csat").mapped("value")
            if document and document._name == "customer.complaint" and marks:
                points = round(1 + STEPS * sum(marks) / len(marks) / 100)
                chosen = answer.user_input_line_ids.suggested_answer_id.care_dissatisfaction_id
                document._set_satisfaction(points, "survey", chosen)
        return scores
