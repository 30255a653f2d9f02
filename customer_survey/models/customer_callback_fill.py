from odoo import models


class CustomerCallback(models.Model):
    _inherit = "customer.callback"

    def action_care_fill_survey(self):
        """Open the choice of the survey to be filled in during this call (singleton)."""
        self.ensure_one()
        self.check_access("read")
        model = self.env.get(self.res_model) if self.res_model else None
        is_document = model is not None and hasattr(model, "_care_get_partner")
        return self.env["customer.survey.fill"]._get_action(
            self.partner_id, model.browse(self.res_id).exists() if is_document else None
        )
