from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    # Source: 47 CFR 64.1200(c)(1), calls between 8 a.m. and 9 p.m. at the called party's place.
    care_contact_from = fields.Float(string="Contact from", default=8.0)
    care_contact_to = fields.Float(
        string="Contact until", default=21.0, help="The same as the beginning: round the clock."
    )
    # Source: GDPR article 12(3): without undue delay, at the latest within one month; PIPL article 50: timely.
    care_request_days = fields.Integer(string="Days to Answer Requests", default=30)
    care_export_days = fields.Integer(string="Days to Keep Exports", default=14)

    @api.constrains("care_contact_from", "care_contact_to", "care_request_days", "care_export_days")
    def _check_care_privacy(self):
        for company in self:
            if not 0 <= company.care_contact_from <= company.care_contact_to <= 24:
                raise ValidationError(
                    self.env._("The contact hours lie between 0:00 and 24:00, the beginning before the end.")
                )
            if company.care_request_days < 1 or company.care_export_days < 1:
                raise ValidationError(
                    self.env._("Requests are answered, and exports kept, within one day or more.")
                )
