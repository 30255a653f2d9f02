from odoo import models
from odoo.fields import Domain

# model: its field that leads to the answer
ANSWERS = {
    "survey.user_input": "id",
    "survey.user_input.line": "user_input_id",
    "customer.survey.score": "user_input_id",
}


class IrRule(models.Model):
    """Anonymous answers are seen when there are enough of them, so that nobody guesses whose they are."""

    _inherit = "ir.rule"

    def _compute_domain(self, model_name, mode="read"):
        domain = super()._compute_domain(model_name, mode)
        if self.env.su or model_name not in ANSWERS:
            return domain
        hidden = self.env["survey.survey"]._care_get_hidden_answers()
        if hidden is None:
            return domain
        return domain & Domain(ANSWERS[model_name], "not any!", hidden)
