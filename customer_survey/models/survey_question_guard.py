from markupsafe import Markup
from odoo import api, models
from odoo.exceptions import UserError

# What gives old answers another meaning, so that figures before and after could not be compared. The aspect is not
# among them: each score keeps its own.
MEANING_FIELDS = (
    "survey_id",
    "question_type",
    "scale_min",
    "scale_max",
    "validation_required",
    "validation_min_float_value",
    "validation_max_float_value",
    "care_metric",
    "care_condition_question_id",
    "care_condition_min",
    "care_condition_max",
)


class SurveyQuestion(models.Model):
    """What may not happen to a question that customers have answered.

    Its meaning stays: type, scale, what it measures, whom it is asked. Its words may be corrected; the survey
    keeps in its history what they were, because a reworded question may be answered differently.
    """

    _inherit = "survey.question"

    def write(self, vals):
        changed = self.browse()
        if not self.env.su and not set(MEANING_FIELDS).isdisjoint(vals):
            changed = self._care_get_meaning_changed(vals)
        if changed and (answered := changed._care_get_answered()):
            self._care_refuse(answered)
        old_titles = self._care_get_titles() if "title" in vals else {}
        result = super().write(vals)
        if old_titles:
            self._care_note_titles(old_titles)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        if not self.env.su and (answered := self._care_get_answered()):
            self._care_refuse(answered)

    def _care_refuse(self, answered):
        raise UserError(
            self.env._(
                "Customers have already answered: %(titles)s. Type, scale, measure and condition of such a question"
                " stay, and it is not deleted. Copy the survey and change the copy.",
                titles=", ".join(answered.mapped("title")),
            )
        )

    def _care_get_meaning_changed(self, vals):
        """Return the questions to which the values would give another meaning.

        A question that measured nothing has no scores yet: it may be marked later.
        """
        names = [name for name in MEANING_FIELDS if name in vals]
        return self.filtered(
            lambda question: any(
                (question[name].id if question._fields[name].type == "many2one" else question[name] or False)
                != (vals[name] or False)
                for name in names
                if name != "care_metric" or question.care_metric
            )
        )

    def _care_get_answered(self):
        """Return the questions of our surveys that customers, not testers, have answered."""
        questions = self.sudo().filtered(lambda question: question.survey_id.survey_type == "customer_care")
        if not questions:
            return self.browse()
        groups = (
            self.env["survey.user_input.line"]
            .sudo()
            ._read_group(
                [
                    ("question_id", "in", questions.ids),
                    ("skipped", "=", False),
                    ("user_input_id.test_entry", "=", False),
                ],
                ["question_id"],
            )
        )
        return self.browse(question.id for (question,) in groups)

    def _care_get_titles(self):
        """Return {question: title} of the answered ones."""
        return {question: question.title for question in self._care_get_answered()}

    def _care_note_titles(self, old_titles):
        """Keep in the history of the survey what an answered question was called."""
        for question, old_title in old_titles.items():
            if question.title != old_title:
                question.survey_id.sudo().message_post(
                    author_id=self.env.user.partner_id.id,
                    body=Markup("<p>%s</p>")
                    % self.env._(
                        "A question with answers was reworded: “%(old)s” is now “%(new)s”.",
                        old=old_title,
                        new=question.title,
                    ),
                )


class SurveyQuestionAnswer(models.Model):
    """A choice that customers have chosen stays."""

    _inherit = "survey.question.answer"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_chosen(self):
        if self.env.su:
            return
        groups = (
            self.env["survey.user_input.line"]
            .sudo()
            ._read_group(
                [
                    "|",
                    ("suggested_answer_id", "in", self.ids),
                    ("matrix_row_id", "in", self.ids),
                    ("user_input_id.test_entry", "=", False),
                    ("survey_id.survey_type", "=", "customer_care"),
                ],
                ["question_id"],
            )
        )
        if groups:
            raise UserError(
                self.env._(
                    "Customers have already chosen from: %(titles)s. What they chose is not deleted. Copy the survey"
                    " and change the copy.",
                    titles=", ".join(question.title for (question,) in groups),
                )
            )
