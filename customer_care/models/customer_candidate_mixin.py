from odoo import api, models


class CustomerCandidateMixin(models.AbstractModel):
    """Customers of a run of a rule: what its rows say of who is left out, and why.

    A model has the fields ``customer_id``, ``code`` (a selection by ``_selection_code``), ``codes`` and
    ``left_out_text``, and says the reasons (``_get_reasons``).
    """

    _name = "customer.candidate.mixin"
    _description = "Customer in a Run of a Rule"

    @api.model
    def _selection_code(self):
        return list(self._get_reasons().items())

    @api.model
    def _get_reasons(self):
        """Return ``{code: sentence}``. Override to say the reasons of a kind of rule."""
        return {}

    @api.depends("code", "codes")
    @api.depends_context("lang")
    def _compute_left_out_text(self):
        reasons = self._get_reasons()
        for row in self:
            codes = (row.codes or row.code or "").split(",")
            row.left_out_text = " ".join(reasons[code] for code in codes if code in reasons) or False

    @api.depends("customer_id")
    def _compute_display_name(self):
        for row in self:
            row.display_name = row.customer_id.display_name
