from odoo import fields, models


class CustomerCareTeam(models.Model):
    """When the leader is told of overdue callbacks."""

    _inherit = "customer.care.team"

    overdue_days = fields.Integer(
        string="Days until the Leader is Told",
        help="So many working days after a callback was due the leader is told; 0: as set for the company.",
    )

    _check_overdue_days = models.Constraint(
        "CHECK(overdue_days BETWEEN 0 AND 60)", "The team leader is told after 0 to 60 working days."
    )
