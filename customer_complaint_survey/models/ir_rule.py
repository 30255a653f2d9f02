from odoo import models
from odoo.fields import Domain

COMPLAINT = "customer.complaint"


class IrRule(models.Model):
    """Answers to a survey about a complaint are hidden with it, and with the identity of who complained."""

    _inherit = "ir.rule"

    def _compute_domain(self, model_name, mode="read"):
        domain = super()._compute_domain(model_name, mode)
        if self.env.su:
            return domain
        if model_name == "survey.user_input":
            return domain & self._get_answer_domain()
        if model_name == "survey.user_input.line":
            return domain & Domain("user_input_id", "any!", self._get_answer_domain())
        return domain

    def _get_answer_domain(self):
        """Return the domain of the answers that tell the user nothing hidden."""
        hidden = Domain("care_res_id", "in", self._get_hidden_query())
        complaints = self.env[COMPLAINT]
        if not complaints._sees_identities():
            hidden |= Domain("care_res_id", "in", complaints._search_hidden_identities())
        return ~(Domain("care_res_model", "=", COMPLAINT) & hidden)
