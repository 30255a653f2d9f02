from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.uses import find_used

CHOICES = ("single", "multiple")


class CustomerCallbackQuestion(models.Model):
    """One question of a script. It may be shown only after a certain answer to an earlier one."""

    _name = "customer.callback.question"
    _description = "Question of a Call Script"
    _order = "script_id, sequence, id"
    _rec_name = "title"

    script_id = fields.Many2one("customer.callback.script", required=True, index=True, ondelete="cascade")
    title = fields.Char(string="Question", required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    hint = fields.Text(string="What to Say", translate=True, help="Shown small below the question.")
    kind = fields.Selection(
        [
            ("text", "Text"),
            ("yes_no", "Yes or no"),
            ("single", "One of several"),
            ("multiple", "Any of several"),
            ("number", "Number"),
            ("scale", "From 1 to 10"),
            ("date", "Date"),
        ],
        string="Kind of Answer",
        required=True,
        default="yes_no",
    )
    is_required = fields.Boolean(
        string="Required", help="Without an answer the call cannot be finished as reached."
    )
    option_ids = fields.One2many("customer.callback.option", "question_id", string="Options", copy=True)
    condition_question_id = fields.Many2one(
        "customer.callback.question",
        string="Only after the Question",
        domain="[('script_id', '=', script_id), ('kind', 'in', ('yes_no', 'single', 'multiple'))]",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Leave empty to ask always.",
    )
    condition_kind = fields.Selection(
        related="condition_question_id.kind", string="Kind of the Earlier Answer"
    )
    condition_yes_no = fields.Selection(
        [("yes", "Yes"), ("no", "No")], string="When the Answer Was", copy=False
    )
    condition_option_id = fields.Many2one(
        "customer.callback.option",
        string="When This Was Chosen",
        domain="[('question_id', '=', condition_question_id)]",
        copy=False,
        ondelete="set null",
    )

    @api.constrains("kind", "option_ids")
    def _check_options(self):
        # Data files name each option, for its translation, and thus can only make them after their question.
        if not self.env.registry.ready:
            return
        for question in self:
            if question.kind in CHOICES and not question.option_ids:
                raise ValidationError(
                    self.env._(
                        "The question “%(question)s” needs options to choose from.", question=question.title
                    )
                )

    @api.constrains(
        "condition_question_id", "condition_yes_no", "condition_option_id", "sequence", "script_id"
    )
    def _check_condition(self):
        for question in self:
            earlier = question.condition_question_id
            if not earlier:
                continue
            if earlier.script_id != question.script_id or (earlier.sequence, earlier.id) >= (
                question.sequence,
                question.id,
            ):
                raise ValidationError(
                    self.env._(
                        "“%(question)s” can only depend on a question asked before it in the same script.",
                        question=question.title,
                    )
                )
            is_choice = earlier.kind in CHOICES and question.condition_option_id.question_id == earlier
            if not is_choice and not (earlier.kind == "yes_no" and question.condition_yes_no):
                raise ValidationError(
                    self.env._(
                        "Please say after which answer “%(question)s” is asked.", question=question.title
                    )
                )

    def write(self, vals):
        if {"kind", "script_id"} & set(vals):
            changed = self.filtered(
                lambda question: question.kind != vals.get("kind", question.kind) or "script_id" in vals
            )
            changed._check_unanswered()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        self._check_unanswered()

    def _check_unanswered(self):
        """:raises UserError: answers to one of the questions exist"""
        used = find_used(self, [("customer.callback.answer", "question_id")])
        if used:
            raise UserError(
                self.env._(
                    "Questions with answers can only be archived: %(questions)s",
                    questions=", ".join(used.mapped("title")),
                )
            )

    def _is_asked(self, answers):
        """Whether the question is asked after these answers.

        :param answers: ``{question_id: customer.callback.answer}``
        """
        self.ensure_one()
        earlier = self.condition_question_id
        if not earlier or not earlier.active:
            return True
        answer = answers.get(earlier.id)
        if not answer or not earlier._is_asked(answers):
            return False
        if earlier.kind == "yes_no":
            return answer.value_yes_no == self.condition_yes_no
        return self.condition_option_id in answer.option_ids
