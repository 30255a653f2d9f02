from odoo import api, models
from odoo.tools import plaintext2html


class CustomerSurveyRuleSend(models.TransientModel):
    """Text messages can be seen before, too."""

    _inherit = "customer.survey.rule.send"

    @api.model
    def _get_written_channels(self):
        return super()._get_written_channels() | {"sms"}

    def _render_message(self, answer, channel):
        if channel != "sms":
            return super()._render_message(answer, channel)
        template = answer.care_rule_id._get_sms_template("invitation")
        if not template:
            return {}
        company = answer.care_company_id
        template = template.with_company(company).with_context(lang=answer._care_get_lang())
        return {
            "preview_subject": False,
            "preview_body": plaintext2html(answer._care_write_sms(template)[answer.id]),
        }
