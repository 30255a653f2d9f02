from odoo import api, fields, models
from odoo.exceptions import ValidationError

TEMPLATES = {
    "invitation": "customer_survey_sms.sms_template_survey_invite",
    "reminder": "customer_survey_sms.sms_template_survey_reminder",
}


class CustomerSurveyRule(models.Model):
    _inherit = "customer.survey.rule"

    sms_template_id = fields.Many2one(
        "sms.template",
        string="SMS Template",
        domain=[("model", "=", "survey.user_input")],
        help="Empty: the text that comes with the application.",
    )
    has_sms = fields.Boolean(string="Asks by SMS", compute="_compute_has_sms")

    @api.depends("channel", "second_channel", "third_channel")
    def _compute_has_sms(self):
        for rule in self:
            rule.has_sms = "sms" in (rule.channel, rule.second_channel, rule.third_channel)

    @api.constrains("sms_template_id")
    def _check_sms_template_id(self):
        if any(rule.sms_template_id.model not in (False, "survey.user_input") for rule in self):
            raise ValidationError(self.env._("This SMS template is not made for surveys."))

    @api.model
    def _get_known_channels(self):
        return super()._get_known_channels() | {"sms"}

    def _get_sms_template(self, kind):
        """Return the template of an invitation or reminder (singleton), empty when it was deleted."""
        own = self.sms_template_id if kind == "invitation" else self.env["sms.template"]
        return own or self.env.ref(TEMPLATES[kind], raise_if_not_found=False) or own
