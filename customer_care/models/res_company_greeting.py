from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    """How the company greets its customers."""

    _inherit = "res.company"

    care_greeting_hour = fields.Float(
        string="Greetings from",
        default=9.0,
        help="Greetings are sent from this hour on, where the customer lives.",
    )
    care_greeting_grade_ids = fields.Many2many(
        "customer.grade",
        "res_company_greeting_grade_rel",
        "company_id",
        "grade_id",
        string="Key Grades",
        help="Of the coming occasions of these customers their specialist is told. Empty: nobody is told.",
    )
    care_greeting_notice_days = fields.Integer(string="Days Ahead", default=7)
    care_has_sms = fields.Boolean(
        string="Text Messages",
        help="Occasions offer text messages. It needs the SMS application and its credits.",
    )

    @api.constrains("care_greeting_hour", "care_greeting_notice_days", "care_has_sms")
    def _check_care_greetings(self):
        for company in self:
            if not 0 <= company.care_greeting_hour < 24:
                raise ValidationError(self.env._("The hour of greetings lies between 0:00 and 24:00."))
            if not 0 <= company.care_greeting_notice_days <= 60:
                raise ValidationError(self.env._("Specialists are told from 0 to 60 days ahead."))
            if company.care_has_sms and not self._care_has_sms_application():
                raise ValidationError(self.env._("Text messages need the SMS application: install it first."))

    @api.model
    def _care_has_sms_application(self):
        """Whether Odoo's text messages are installed."""
        return "sms.sms" in self.env
