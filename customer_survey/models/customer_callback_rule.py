from odoo import api, fields, models

# What happens to documents that ask for callbacks asks for surveys as well.
SHARED_TRIGGERS = ("plan_closed", "delivered")


class CustomerCallbackRule(models.Model):
    _inherit = "customer.callback.rule"

    trigger = fields.Selection(
        selection_add=[
            ("survey_low_score", "Low survey score"),
            ("survey_promoter", "Recommendation in a survey"),
        ],
        ondelete={"survey_low_score": "cascade", "survey_promoter": "cascade"},
    )

    @api.model
    def _plan(self, trigger, records, cause=""):
        """Ask also by survey rules about what happened."""
        callbacks = super()._plan(trigger, records, cause)
        if trigger in SHARED_TRIGGERS:
            self.env["customer.survey.rule"]._send(trigger, records, cause)
        return callbacks
