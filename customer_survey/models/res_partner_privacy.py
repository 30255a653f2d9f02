from odoo import api, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """What surveys mean for the contact gate, for copies of the data and for their erasure."""

    _inherit = "res.partner"

    @api.model
    def _care_get_contact_kinds(self):
        return [*super()._care_get_contact_kinds(), "survey_sent"]

    def _care_privacy_models(self):
        return {
            **super()._care_privacy_models(),
            "customer.survey.score": {
                "domain": lambda ids: Domain("partner_id", "in", ids),
                "fields": ("date", "kind", "value", "comment"),
                "erase": {"comment": None},
            },
            "survey.user_input.line": {
                "domain": lambda ids: Domain("user_input_id.partner_id", "in", ids),
                "fields": ("survey_id", "question_id", "display_name", "create_date"),
                "erase": {"value_char_box": None, "value_text_box": None},
            },
            "survey.user_input": {
                "domain": lambda ids: Domain("partner_id", "in", ids),
                "fields": ("survey_id", "state", "start_datetime", "end_datetime", "email", "nickname"),
                "erase": {"email": None, "nickname": None},
            },
            "customer.survey.request": {
                "domain": lambda ids: Domain("partner_id", "in", ids),
                "fields": ("rule_id", "date_send", "outcome"),
                "erase": {},
            },
        }
