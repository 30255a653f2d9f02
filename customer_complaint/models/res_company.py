from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    care_low_satisfaction = fields.Integer(
        string="Low Satisfaction",
        default=5,
        help="A resolved complaint is reopened when the customer, in the callback, gives this or less "
        "on a scale from 1 to 10.",
    )

    _care_low_satisfaction_range = models.Constraint(
        "CHECK(care_low_satisfaction BETWEEN 0 AND 10)", "Low satisfaction is a number from 0 to 10."
    )

    def write(self, vals):
        result = super().write(vals)
        if {"care_calendar_id", "resource_calendar_id"}.intersection(vals):
            self.env["customer.complaint"]._request_clock_refresh([("company_id", "in", self.ids)])
        return result
