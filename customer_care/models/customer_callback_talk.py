from datetime import date

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError

TEXT_LIMIT = 5000


class CustomerCallback(models.Model):
    """The script of the call and the answers to its questions.

    A callback without a script of its own takes that of its rule, so that changing the rule changes what is
    planned. With the first answer, and at the end, the script is fixed.
    """

    _inherit = "customer.callback"

    script_id = fields.Many2one(
        "customer.callback.script",
        string="Own Script",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Leave empty to use the script of the rule.",
    )
    script = fields.Html(compute="_compute_script", sanitize=False)
    closing = fields.Html(compute="_compute_script", sanitize=False)
    answer_ids = fields.One2many("customer.callback.answer", "callback_id", string="Answers", readonly=True)
    answer_count = fields.Integer(string="Number of Answers", compute="_compute_answer_count")
    question_data = fields.Json(string="Questions as Data", compute="_compute_question_data")

    @api.depends("script_id", "rule_id")
    @api.depends_context("lang")
    def _compute_script(self):
        for callback in self:
            script = callback._get_script()
            texts = [callback.sudo().rule_id.script, script.introduction]
            callback.script = Markup("").join(text for text in texts if text) or False
            callback.closing = script.closing

    def _compute_answer_count(self):
        groups = self.env["customer.callback.answer"]._read_group(
            [("callback_id", "in", self.ids)], ["callback_id"], ["__count"]
        )
        counts = {callback.id: count for callback, count in groups}
        for callback in self:
            callback.answer_count = counts.get(callback.id, 0)

    @api.depends("script_id", "rule_id", "answer_ids")
    @api.depends_context("lang")
    def _compute_question_data(self):
        """``[{id, title, hint, kind, required, options: [{id, name}], value}]`` of what is asked now."""
        for callback in self:
            callback.question_data = callback._get_question_data() if callback.id else []

    def _get_script(self):
        """Return the script of the call, as superuser; may be empty."""
        self.ensure_one()
        callback = self.sudo()
        return callback.script_id or callback.rule_id.script_id

    def _get_answers(self):
        """Return ``{question_id: answer}`` as superuser."""
        self.ensure_one()
        return {answer.question_id.id: answer for answer in self.sudo().answer_ids}

    def _get_asked_questions(self, answers):
        """Return the questions that these answers leave to ask, with those that were asked before they changed."""
        questions = self._get_script().question_ids
        answered = questions.browse(answers).filtered(lambda question: question not in questions)
        return (questions + answered).filtered(lambda question: question._is_asked(answers))

    def _get_question_data(self):
        answers = self._get_answers()
        return [
            {
                "id": question.id,
                "title": answers[question.id].question_title if question.id in answers else question.title,
                "hint": question.hint or "",
                "kind": question.kind,
                "required": question.is_required,
                "options": [{"id": option.id, "name": option.name} for option in question.option_ids],
                "value": answers[question.id]._get_value() if question.id in answers else False,
            }
            for question in self._get_asked_questions(answers)
        ]

    def set_answer(self, question_id, value):
        """Keep the answer to one question of a planned callback (singleton); an empty value takes it back.

        >>> callback.set_answer(question.id, "yes")

        :param question_id: id of a question of the script
        :param value: by the kind of the question a text, ``yes`` or ``no``, a number, an ISO date, or a list of
            ids of options; None, False, an empty text or list: no answer
        :return: the questions to ask now, as in ``question_data``
        :raises AccessError: no right to write the callback
        :raises UserError: finished, called by somebody else, another question, or a value that does not fit
        """
        self.ensure_one()
        self._lock_planned()
        question = self._get_script().question_ids.filtered(lambda row: row.id == question_id)
        if not question:
            raise UserError(self.env._("This question is not part of the script."))
        answer = self._get_answers().get(question.id)
        if value is None or value is False or value in ("", []):
            if answer:
                answer.unlink()
        else:
            vals = self._prepare_answer_vals(question, value)
            if answer:
                answer.write(vals)
            else:
                self.env["customer.callback.answer"].sudo().create({**vals, "callback_id": self.id})
            self._freeze_script()
        self.invalidate_recordset(["answer_ids", "question_data", "answer_count"])
        return self._get_question_data()

    def _freeze_script(self):
        for callback in self.sudo():
            script = callback._get_script()
            if script and not callback.script_id:
                callback.script_id = script

    def _prepare_answer_vals(self, question, value):
        """Return the values of an answer.

        :raises UserError: the value does not fit the kind of the question
        """
        convert = getattr(self, f"_convert_{question.kind}")
        try:
            vals = convert(question, value)
        except (TypeError, ValueError):
            vals = None
        if not vals:
            raise UserError(self.env._("This is no answer to “%(question)s”.", question=question.title))
        return {
            **vals,
            "question_id": question.id,
            "question_title": question.title,
            "script_id": question.script_id.id,
            "kind": question.kind,
            "date": fields.Datetime.now(),
        }

    def _convert_text(self, question, value):
        return {"value_text": value[:TEXT_LIMIT]} if isinstance(value, str) and value.strip() else None

    def _convert_yes_no(self, question, value):
        return {"value_yes_no": value} if value in ("yes", "no") else None

    def _convert_number(self, question, value):
        number = float(value)
        return {"value_number": number} if type(value) is not bool and abs(number) < 1e12 else None

    def _convert_scale(self, question, value):
        return {"value_number": value} if type(value) is int and 1 <= value <= 10 else None

    def _convert_date(self, question, value):
        return {"value_date": date.fromisoformat(value)}

    def _convert_single(self, question, value):
        return self._convert_multiple(question, value) if len(value) == 1 else None

    def _convert_multiple(self, question, value):
        ids = set(value)
        return (
            {"option_ids": [fields.Command.set(sorted(ids))]} if ids <= set(question.option_ids.ids) else None
        )

    def _check_required_answers(self):
        """:raises UserError: a required question was asked and not answered"""
        for callback in self:
            answers = callback._get_answers()
            missing = callback._get_asked_questions(answers).filtered(
                lambda question: question.is_required and question.id not in answers  # noqa: B023
            )
            if missing:
                raise UserError(
                    self.env._(
                        "Please answer before you finish the call:\n%(questions)s",
                        questions="\n".join(f"• {title}" for title in missing.mapped("title")),
                    )
                )
