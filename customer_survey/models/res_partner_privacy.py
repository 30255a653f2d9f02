from odoo import api, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """What surveys mean for the contact gate, for copies of the data and for their erasure."""

    _inherit = "res.partner"

    @api.model
    def _care_get_contact_kinds(self):
        return [*super()._care_get_contact_kinds(), "survey_sent", "survey_reminded"]

    def _care_privacy_models(self):
        return {
            **super()._care_privacy_models(),
            "customer.survey.score": {
                "domain": lambda ids: Domain("partner_id", "in", ids),
                "fields": ("date", "kind", "value", "comment"),
                "erase": {"comment": None, "correction_reason": None},
            },
            "customer.survey.loop": {
                "domain": lambda ids: Domain("partner_id", "in", ids),
                "fields": (
                    "kind",
                    "state",
                    "open_datetime",
                    "value",
                    "outcome",
                    "told",
                    "told_channel",
                    "told_datetime",
                    "referral_name",
                    "closed_datetime",
                ),
                "erase": {"told": None, "referral_name": None, "dismiss_reason": None},
            },
            "survey.user_input.line": {
                "domain": lambda ids: Domain("user_input_id.partner_id", "in", ids),
                "companies": lambda ids: Domain("user_input_id.care_company_id", "in", ids),
                "fields": ("survey_id", "question_id", "display_name", "create_date"),
                "erase": {"value_char_box": None, "value_text_box": None},
            },
            "survey.user_input": {
                "domain": lambda ids: Domain("partner_id", "in", ids),
                "companies": lambda ids: Domain("care_company_id", "in", ids),
                "fields": (
                    "survey_id",
                    "state",
                    "start_datetime",
                    "end_datetime",
                    "email",
                    "nickname",
                    "care_address",
                ),
                "erase": {"email": None, "nickname": None, "care_address": None, "care_bounce_reason": None},
            },
            "customer.survey.request": {
                "domain": lambda ids: Domain("partner_id", "in", ids),
                "fields": ("rule_id", "date_send", "outcome"),
                "erase": {},
            },
        }

    def _care_anonymize_records(self, name, entry, records):
        if name == "survey.user_input":
            # links in old mails take no words any more
            records._care_cancel(self.env._("The personal data of the customer were erased."))
        return super()._care_anonymize_records(name, entry, records)
