from odoo import models
from odoo.exceptions import AccessError

# From 0-100 to 1-10, as both scales are divided into equal steps.
STEPS = 9


def get_points(values):
    """Return the satisfaction with a complaint, 1-10, for scores from 0 to 100 of one answer."""
    return round(1 + STEPS * sum(values) / len(values) / 100)


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"

    def _care_get_fill_error(self):
        """Let nobody fill in for a complainant he does not know: the page names him (singleton)."""
        answer = self.sudo().exists()
        document = answer._care_get_document() if answer else answer
        if document._name == "customer.complaint" and document.with_env(self.env)._hides_any_identity():
            raise AccessError(self.env._("You do not see who complained."))
        return super()._care_get_fill_error()

    def _care_count(self):
        """Take the answer over into the complaint it is about: how satisfied, and what was missed."""
        scores = super()._care_count()
        for answer, own_scores in scores.grouped("user_input_id").items():
            document = answer._care_get_document()
            marks = own_scores.filtered(lambda score: score.kind == "csat").mapped("value")
            if document and document._name == "customer.complaint" and marks:
                chosen = answer.user_input_line_ids.suggested_answer_id.care_dissatisfaction_id
                document._set_satisfaction(get_points(marks), "survey", chosen)
        return scores
