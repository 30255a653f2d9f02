import sys

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# The types of questions whose answer is a number.
NUMBER_TYPES = ("scale", "numerical_box")


class SurveyQuestion(models.Model):
    """Questions that are asked only when the number answered to an earlier one lies in a range.

    Odoo's own conditions start from choices; these start from scores: "what disappointed you" is asked of
    those alone who gave a low one.
    """

    _inherit = "survey.question"

    care_condition_question_id = fields.Many2one(
        "survey.question",
        string="Only If the Answer To",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        domain="[('survey_id', '=', survey_id), ('id', '!=', id),"
        " ('question_type', 'in', ('scale', 'numerical_box'))]",
        help="The question is asked only when this earlier one was answered with a number in the range.",
    )
    care_condition_min = fields.Integer(
        string="Lies Between", help="The lowest answer with which the question is asked."
    )
    care_condition_max = fields.Integer(
        string="Highest Answer", help="The highest answer with which the question is asked."
    )
    care_condition_text = fields.Char(
        string="Asked If",
        compute="_compute_care_condition_text",
        help="The question is asked only of those who answered so.",
    )

    _care_condition_range_check = models.Constraint(
        "CHECK(care_condition_question_id IS NULL OR care_condition_min <= care_condition_max)",
        "The highest answer of a condition must not lie under its lowest one.",
    )

    @api.depends(
        "care_condition_question_id.title",
        "care_condition_min",
        "care_condition_max",
        "triggering_answer_ids",
    )
    def _compute_care_condition_text(self):
        for question in self:
            source = question.care_condition_question_id
            question.care_condition_text = (
                f"{question.care_condition_min}–{question.care_condition_max}: {source.title}"
                if source
                else False
            )

    @api.onchange("care_condition_question_id")
    def _onchange_care_condition_question_id(self):
        """Propose the lower part of the scale, about which one wants to know more."""
        source = self.care_condition_question_id
        if source:
            low, high = source._care_get_bounds()
            self.care_condition_min = low
            self.care_condition_max = low + int((high - low) * 0.6)

    @api.constrains(
        "care_condition_question_id",
        "care_condition_min",
        "care_condition_max",
        "triggering_answer_ids",
        "survey_id",
        "is_page",
    )
    def _check_care_condition(self):
        for question in self.filtered("care_condition_question_id"):
            question._care_check_condition_source()
            if question.is_page:
                raise ValidationError(
                    self.env._(
                        "Section %(title)s cannot have a condition: its questions can.", title=question.title
                    )
                )
            if question.triggering_answer_ids:
                raise ValidationError(
                    self.env._(
                        "Question %(title)s depends on choices already: it cannot depend on a score too.",
                        title=question.title,
                    )
                )
            low, high = question.care_condition_question_id._care_get_bounds()
            if low < high and (question.care_condition_max < low or question.care_condition_min > high):
                raise ValidationError(
                    self.env._(
                        "Nobody would be asked %(title)s: the answers it depends on go from %(low)s to %(high)s.",
                        title=question.title,
                        low=f"{low:g}",
                        high=f"{high:g}",
                    )
                )

    def _care_check_condition_source(self):
        """Refuse what a question (singleton) cannot depend on."""
        source = self.care_condition_question_id
        if source.survey_id != self.survey_id:
            raise ValidationError(
                self.env._(
                    "Question %(title)s can depend on a question of its own survey only.", title=self.title
                )
            )
        if source.question_type not in NUMBER_TYPES:
            raise ValidationError(
                self.env._(
                    "Question %(title)s depends on a question that is not answered with a number.",
                    title=self.title,
                )
            )
        seen = self
        while source:
            if source in seen:
                raise ValidationError(
                    self.env._("Question %(title)s would depend on itself.", title=self.title)
                )
            seen |= source
            source = source.care_condition_question_id

    @api.constrains("question_type")
    def _check_care_condition_of_others(self):
        sources = self.filtered(lambda question: question.question_type not in NUMBER_TYPES)
        dependants = sources and self.search([("care_condition_question_id", "in", sources.ids)])
        if dependants:
            raise ValidationError(
                self.env._(
                    "Other questions depend on a number answered here, the type cannot be changed: %(titles)s",
                    titles=", ".join(dependants.mapped("title")),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_others_depend(self):
        """Without what it depends on, a question would suddenly be asked of everybody."""
        dependants = self.search([("care_condition_question_id", "in", self.ids), ("id", "not in", self.ids)])
        if dependants:
            raise UserError(
                self.env._(
                    "Other questions depend on this one, remove their condition first: %(titles)s",
                    titles=", ".join(dependants.mapped("title")),
                )
            )

    def copy(self, default=None):
        """Keep the condition of a question that is copied within its survey."""
        new_questions = super().copy(default)
        for question, new_question in zip(self, new_questions, strict=True):
            if new_question.survey_id == question.survey_id:
                question._care_copy_condition(new_question, question.care_condition_question_id)
        return new_questions

    def _care_copy_condition(self, target, source):
        """Give another question the condition of this one (singleton), on the answer to `source`."""
        if source:
            target.write(
                {
                    "care_condition_question_id": source.id,
                    "care_condition_min": self.care_condition_min,
                    "care_condition_max": self.care_condition_max,
                }
            )

    def _care_get_condition_sentence(self):
        """Say whom the question (singleton) is for, as it stands on paper."""
        return self.env._(
            "Only if you answered %(low)s to %(high)s to “%(title)s”.",
            low=self.care_condition_min,
            high=self.care_condition_max,
            title=self.care_condition_question_id.title,
        )

    def _care_is_misplaced(self):
        """Tell whether the question (singleton) stands before the one it depends on."""
        source = self.care_condition_question_id
        if not source:
            return False
        # what is not saved yet comes last
        place, source_place = (
            (question.sequence, question._origin.id or sys.maxsize) for question in (self, source)
        )
        return source_place > place

    def _care_is_asked(self, value):
        """Tell whether the condition of the question (singleton) is met by an answer.

        :param value: number that was answered, None without answer
        """
        return value is not None and self.care_condition_min <= value <= self.care_condition_max
