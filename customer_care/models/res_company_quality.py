from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    care_verify_months = fields.Integer(
        string="Verify Records Every",
        default=12,
        help="Months after which a customer record is to be verified again; 0: never.",
    )
    care_verify_limit = fields.Integer(
        string="Records to Verify at Once",
        default=10,
        help="So many records at most are given to one person to verify at the same time.",
    )
    care_details_days = fields.Integer(
        string="Days to Check Details",
        default=30,
        help="How long the link stays open by which customers check their details.",
    )

    _care_verify_months_range = models.Constraint(
        "CHECK(care_verify_months BETWEEN 0 AND 120)", "Records are verified every 0 to 120 months."
    )
    _care_verify_limit_range = models.Constraint(
        "CHECK(care_verify_limit BETWEEN 0 AND 1000)", "A person verifies 0 to 1000 records at once."
    )
    _care_details_days_range = models.Constraint(
        "CHECK(care_details_days BETWEEN 1 AND 365)", "Links to check details are open for 1 to 365 days."
    )
