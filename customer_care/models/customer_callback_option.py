from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.uses import find_used


class CustomerCallbackOption(models.Model):
    _name = "customer.callback.option"
    _description = "Option of a Question"
    _order = "question_id, sequence, id"

    question_id = fields.Many2one("customer.callback.question", required=True, index=True, ondelete="cascade")
    name = fields.Char(string="Option", required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    answer_count = fields.Integer(string="Chosen", compute="_compute_answer_count")
    answer_percent = fields.Float(string="Share (%)", compute="_compute_answer_count", digits=(5, 1))

    def _compute_answer_count(self):
        """Count how often each option was chosen, and its share of those who answered the question."""
        Answer = self.env["customer.callback.answer"]
        chosen = dict(Answer._read_group([("option_ids", "in", self.ids)], ["option_ids"], ["__count"]))
        answered = dict(
            Answer._read_group([("question_id", "in", self.question_id.ids)], ["question_id"], ["__count"])
        )
        for option in self:
            option.answer_count = chosen.get(option, 0)
            total = answered.get(option.question_id, 0)
            option.answer_percent = 100 * option.answer_count / total if total else 0

    @api.ondelete(at_uninstall=False)
    def _unlink_except_chosen(self):
        used = find_used(self, [("customer.callback.answer", "option_ids")])
        if used:
            raise UserError(
                self.env._(
                    "Options that were chosen can only be archived: %(options)s",
                    options=", ".join(used.mapped("name")),
                )
            )
