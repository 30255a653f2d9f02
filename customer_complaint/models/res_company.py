from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    care_low_satisfaction = fields.Integer(
        string="Low Satisfaction",
        default=5,
        help="A resolved complaint is reopened when the customer, in the callback, gives this or less "
        "on a scale from 1 to 10.",
    )

    care_complaint_reopen_days = fields.Integer(
        string="Days to Reopen",
        default=30,
        help="For so many days after it was solved a customer can reopen a complaint himself; 0: never.",
    )
    care_complaint_colleagues = fields.Selection(
        [
            ("own", "Only Their Own"),
            ("manager", "Named Contacts See Those of Their Company"),
            ("company", "All of Their Company"),
        ],
        string="Complaints Customers See",
        default="own",
        required=True,
        help="Which complaints a customer sees and answers in the portal.",
    )
    care_complaint_privacy = fields.Html(
        string="Privacy Note",
        translate=True,
        help="Shown on the public complaint form; who sends it has to agree.",
    )

    _care_complaint_reopen_days_range = models.Constraint(
        "CHECK(care_complaint_reopen_days BETWEEN 0 AND 36500)",
        "The days to reopen are a number from 0 to 36500.",
    )
    _care_low_satisfaction_range = models.Constraint(
        "CHECK(care_low_satisfaction BETWEEN 0 AND 10)", "Low satisfaction is a number from 0 to 10."
    )

    def write(self, vals):
        result = super().write(vals)
        if {"care_calendar_id", "resource_calendar_id"}.intersection(vals):
            self.env["customer.complaint"]._request_clock_refresh([("company_id", "in", self.ids)])
        return result
