from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.uses import find_used


class CustomerCallbackScript(models.Model):
    """What to say and to ask in a call: an introduction, questions with answers that are kept, a closing."""

    _name = "customer.callback.script"
    _description = "Call Script"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to use the script in all companies."
    )
    introduction = fields.Html(translate=True, help="What to say first.")
    closing = fields.Html(translate=True, help="What to say at the end.")
    question_ids = fields.One2many("customer.callback.question", "script_id", string="Questions", copy=True)
    answer_count = fields.Integer(string="Answers", compute="_compute_answer_count")

    def _compute_answer_count(self):
        groups = self.env["customer.callback.answer"]._read_group(
            [("script_id", "in", self.ids)], ["script_id"], ["__count"]
        )
        counts = {script.id: count for script, count in groups}
        for script in self:
            script.answer_count = counts.get(script.id, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        uses = [
            ("customer.callback.rule", "script_id"),
            ("customer.callback", "script_id"),
            ("customer.callback.answer", "script_id"),
        ]
        used = find_used(self, uses)
        if used:
            raise UserError(
                self.env._(
                    "Scripts in use can only be archived: %(scripts)s", scripts=", ".join(used.mapped("name"))
                )
            )

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%(name)s (copy)", name=script.name)}
            if "name" not in (default or {})
            else vals
            for script, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def copy(self, default=None):
        copies = super().copy(default)
        for script, copied in zip(self, copies, strict=True):
            self._copy_conditions(script.question_ids, copied.question_ids)
        return copies

    @api.model
    def _copy_conditions(self, questions, copied):
        """Let copied questions depend on the copies of what the originals depend on; both in the same order."""
        twins = dict(zip(questions, copied, strict=True))
        none = questions.option_ids.browse()
        options = dict(zip(questions.option_ids, copied.option_ids, strict=True))
        for question, twin in twins.items():
            earlier = twins.get(question.condition_question_id)
            if earlier:
                twin.write(
                    {
                        "condition_question_id": earlier.id,
                        "condition_yes_no": question.condition_yes_no,
                        "condition_option_id": options.get(question.condition_option_id, none).id,
                    }
                )

    def action_open_answers(self):
        """Open the answers given to the questions of the script."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_callback_answer_action"),
            "domain": [("script_id", "=", self.id)],
        }
