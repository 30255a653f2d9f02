from odoo import fields, models


class CustomerGradingThreshold(models.Model):
    """From which score on a customer gets a grade."""

    _name = "customer.grading.threshold"
    _description = "Grade Threshold"
    _order = "min_score desc, id"
    _rec_name = "grade_id"

    scheme_id = fields.Many2one("customer.grading.scheme", required=True, index=True, ondelete="cascade")
    grade_id = fields.Many2one("customer.grade", required=True, ondelete="restrict")
    min_score = fields.Float(string="From Score", required=True, digits=(5, 2))

    _check_min_score = models.Constraint(
        "CHECK(min_score >= 0 AND min_score <= 100)", "A threshold lies between 0 and 100."
    )
    _grade_uniq = models.Constraint("UNIQUE(scheme_id, grade_id)", "A grade has one threshold in a scheme.")
