from odoo import fields, models

from .customer_complaint_budget import BUDGET_MODES


class ResCompany(models.Model):
    """Settings of solutions: budgets, and who looks at a declined solution a second time."""

    _inherit = "res.company"

    care_compensation_budget = fields.Selection(
        BUDGET_MODES,
        string="Compensation Budgets",
        required=True,
        default="warn",
        help="What happens when a compensation exceeds a yearly budget.",
    )
    care_review_user_id = fields.Many2one(
        "res.users",
        string="Second Reviewer",
        domain=[("share", "=", False)],
        help="Reviews a declined solution when the leader and the service manager of the team were part of it.",
    )
    care_review_days = fields.Integer(
        string="Working Days of a Second Review",
        default=5,
        help="Within so many working days it is finished.",
    )

    _care_review_days_range = models.Constraint(
        "CHECK(care_review_days BETWEEN 1 AND 366)",
        "A second review is finished within 1 to 366 working days.",
    )
