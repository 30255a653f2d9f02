from markupsafe import Markup
from odoo import api, fields, models

CHOICE_TYPES = ("simple_choice", "multiple_choice", "matrix")


class SurveySurvey(models.Model):
    """What a survey measures, and what keeps it from being sent."""

    _inherit = "survey.survey"

    care_measures = fields.Char(
        string="Measured Figures",
        compute="_compute_care_measures",
        help="The figures that the answers become.",
    )
    care_reason_count = fields.Integer(string="Questions for Reasons", compute="_compute_care_measures")
    care_comment_count = fields.Integer(string="Questions for Comments", compute="_compute_care_measures")
    care_problems = fields.Html(
        string="To Be Corrected",
        compute="_compute_care_problems",
        help="What keeps the survey from being sent.",
    )
    care_hints = fields.Html(
        string="Advice", compute="_compute_care_problems", help="What would make the answers more useful."
    )

    @api.depends(
        "question_and_page_ids.care_metric",
        "question_and_page_ids.care_aspect_id",
        "question_and_page_ids.care_is_reason",
        "question_and_page_ids.care_is_comment",
    )
    def _compute_care_measures(self):
        kinds = dict(self.env["survey.question"]._fields["care_metric"]._description_selection(self.env))
        for survey in self:
            questions = survey.question_and_page_ids
            parts = []
            for metric, label in kinds.items():
                count = len(
                    questions.filtered(lambda question, metric=metric: question.care_metric == metric)
                )
                if count:
                    parts.append(f"{label} × {count}" if count > 1 else label)
            survey.care_measures = ", ".join(parts)
            survey.care_reason_count = len(questions.filtered("care_is_reason"))
            survey.care_comment_count = len(questions.filtered("care_is_comment"))

    @api.depends(
        "active",
        "survey_type",
        "questions_layout",
        "questions_selection",
        "users_login_required",
        "question_and_page_ids.sequence",
        "question_and_page_ids.is_page",
        "question_and_page_ids.constr_mandatory",
        "question_and_page_ids.suggested_answer_ids",
        "question_and_page_ids.care_metric",
        "question_and_page_ids.care_is_reason",
        "question_and_page_ids.care_is_comment",
        "question_and_page_ids.care_condition_question_id",
    )
    def _compute_care_problems(self):
        for survey in self:
            is_care = survey.survey_type == "customer_care"
            survey.care_problems = self._care_format_list(survey._care_get_problems() if is_care else [])
            survey.care_hints = self._care_format_list(survey._care_get_hints() if is_care else [])

    def _care_format_list(self, texts):
        """Return some texts as a list on the screen, False without any."""
        if not texts:
            return False
        return Markup("<ul class='mb-0'>%s</ul>") % Markup().join(
            Markup("<li>%s</li>") % text for text in texts
        )

    def _care_is_usable(self):
        """Tell whether a link to this survey (singleton) would show questions."""
        self.ensure_one()
        if not self.active or not self.question_ids:
            return False
        return self.questions_layout != "page_per_section" or bool(self.page_ids.question_ids)

    def _care_is_measuring(self):
        """Tell whether a question of this survey (singleton) counts as a score."""
        self.ensure_one()
        return any(self.question_ids.mapped("care_metric"))

    def _care_get_problems(self):
        """Return the texts that say why this survey (singleton) cannot be sent to customers; [] when it can.

        Override to add more.
        """
        self.ensure_one()
        problems = []
        if self.survey_type != "customer_care":
            problems.append(self.env._("The survey is not of the type Customer Care."))
        if not self.active:
            problems.append(self.env._("The survey is closed."))
        return problems + self._care_get_question_problems()

    def _care_get_question_problems(self):
        """Return the texts that say what is wrong with the questions of the survey (singleton)."""
        questions = self.question_ids
        if not questions:
            return [self.env._("The survey has no questions.")]
        problems = []
        if not any(question.care_metric for question in questions):
            problems.append(
                self.env._(
                    "No question measures anything: mark one as satisfaction, recommendation or effort."
                )
            )
        if self.questions_layout == "page_per_section":
            if not self.page_ids.question_ids:
                problems.append(self.env._("It is asked section by section, but no section has questions."))
            elif lost := questions.filtered(lambda question: not question.page_id):
                problems.append(
                    self.env._(
                        "Never asked, because they stand before the first section: %(titles)s",
                        titles=", ".join(lost.mapped("title")),
                    )
                )
        empty = questions.filtered(
            lambda question: question.question_type in CHOICE_TYPES and not question.suggested_answer_ids
        )
        if empty:
            problems.append(
                self.env._(
                    "There is nothing to choose from: %(titles)s", titles=", ".join(empty.mapped("title"))
                )
            )
        misplaced = questions.filtered(lambda question: question._care_is_misplaced())
        if misplaced:
            problems.append(
                self.env._(
                    "These questions must come after the ones they depend on: %(titles)s",
                    titles=", ".join(misplaced.mapped("title")),
                )
            )
        return problems

    def _care_get_hints(self):
        """Return texts of advice for the survey (singleton), which do not keep it from being sent."""
        questions = self.question_ids
        measuring = questions.filtered("care_metric")
        hints = []
        if measuring and not any(question.constr_mandatory for question in measuring):
            hints.append(
                self.env._("No measuring question is mandatory: some answers will not become a score.")
            )
        if measuring and not any(question.care_is_reason for question in questions):
            hints.append(
                self.env._("No question asks for reasons: figures will not say what is behind a low score.")
            )
        if measuring and not any(question.care_is_comment for question in questions):
            hints.append(self.env._("No text is kept as comment of the scores."))
        if self.users_login_required:
            hints.append(self.env._("Customers have to log in before they can answer: few will."))
        if self.care_has_conditions and self.questions_selection == "random":
            hints.append(self.env._("Questions are picked at random: conditions are not looked at."))
        return hints
