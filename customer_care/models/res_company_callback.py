from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    care_callback_policy_id = fields.Many2one(
        "customer.callback.policy",
        string="Retry Policy of Callbacks",
        domain="[('company_id', 'in', [False, id])]",
        ondelete="restrict",
        help="For callbacks without a rule.",
    )
    care_claim_minutes = fields.Integer(
        string="Minutes a Call Is Taken",
        default=60,
        help="So long nobody else can make a call that somebody has started.",
    )
    care_overdue_days = fields.Integer(
        string="Working Days until the Team Leader",
        default=2,
        help="So many working days after a callback was due its team leader is told.",
    )

    _care_claim_minutes_range = models.Constraint(
        "CHECK(care_claim_minutes BETWEEN 1 AND 1440)", "A call is taken for 1 to 1440 minutes."
    )
    _care_overdue_days_range = models.Constraint(
        "CHECK(care_overdue_days BETWEEN 1 AND 60)", "The team leader is told after 1 to 60 working days."
    )
