from odoo import fields, models


class CustomerGradingBand(models.Model):
    """Points for values from a bound on, up to the next band."""

    _name = "customer.grading.band"
    _description = "Band of Points"
    _order = "from_value, id"
    _rec_name = "from_value"

    criterion_id = fields.Many2one(
        "customer.grading.criterion", required=True, index=True, ondelete="cascade"
    )
    from_value = fields.Float(required=True, digits=(16, 4))
    points = fields.Float(required=True, digits=(5, 2))

    _check_points = models.Constraint("CHECK(points >= 0 AND points <= 100)", "Points go from 0 to 100.")
    _from_uniq = models.Constraint(
        "UNIQUE(criterion_id, from_value)", "Two bands of a criterion cannot begin at the same value."
    )
