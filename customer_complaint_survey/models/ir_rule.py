from odoo import models
from odoo.fields import Domain

COMPLAINT = "customer.complaint"
# {model: (field with the model, field with the id) of what its rows are about}
ABOUT = {
    "survey.user_input": ("care_res_model", "care_res_id"),
    "customer.survey.request": ("res_model", "res_id"),
    "customer.survey.score": ("res_model", "res_id"),
    "customer.survey.loop": ("res_model", "res_id"),
}


class IrRule(models.Model):
    """What a survey about a complaint asked and found is hidden with it, and with the identity of who complained."""

    _inherit = "ir.rule"

    def _compute_domain(self, model_name, mode="read"):
        domain = super()._compute_domain(model_name, mode)
        if self.env.su:
            return domain
        if model_name in ABOUT:
            domain &= self._get_about_domain(model_name)
        if model_name == "survey.user_input.line":
            domain &= Domain("user_input_id", "any!", self._get_about_domain("survey.user_input"))
        if model_name == "customer.survey.loop":
            domain &= self._get_unhidden_domain("linked_complaint_id")
        return domain

    def _get_about_domain(self, model_name):
        """Return the domain of the rows that tell the user nothing hidden."""
        model_field, id_field = ABOUT[model_name]
        return ~Domain(model_field, "=", COMPLAINT) | self._get_unhidden_domain(id_field)

    def _get_unhidden_domain(self, field):
        """Return the domain of the rows whose ``field`` has no complaint that is hidden, or whose customer is."""
        domain = ~Domain(field, "in", self._get_hidden_query())
        complaints = self.env[COMPLAINT]
        if not complaints._sees_identities():
            domain &= ~Domain(field, "in", complaints._search_hidden_identities())
        return domain
