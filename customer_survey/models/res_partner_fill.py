from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_care_fill_survey(self):
        """Open the choice of the survey to be filled in for this contact (singleton)."""
        self.ensure_one()
        return self.env["customer.survey.fill"]._get_action(self)
