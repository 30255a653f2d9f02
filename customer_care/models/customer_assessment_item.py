from odoo import fields, models


class CustomerAssessmentItem(models.Model):
    """A question of the assessment sheet, answered from 1 (worst) to 5 (best)."""

    _name = "customer.assessment.item"
    _description = "Assessment Question"
    _order = "sequence, id"

    name = fields.Char(string="Question", required=True, translate=True)
    description = fields.Char(string="Hint", translate=True, help="What 1 and 5 mean.")
    sequence = fields.Integer(default=100)
    weight = fields.Float(
        required=True, default=1.0, digits=(6, 2), help="How much it counts beside the others."
    )
    active = fields.Boolean(default=True)

    _check_weight = models.Constraint("CHECK(weight > 0)", "The weight of a question must be above 0.")
