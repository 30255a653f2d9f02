from odoo import fields, models


class CustomerSurveyRuleGrade(models.Model):
    """How often a rule asks the customers of one grade."""

    _name = "customer.survey.rule.grade"
    _description = "Months between Surveys by Grade"
    _order = "grade_id, id"
    _rec_name = "grade_id"

    rule_id = fields.Many2one("customer.survey.rule", required=True, ondelete="cascade", index=True)
    grade_id = fields.Many2one("customer.grade", required=True, ondelete="cascade")
    months = fields.Integer(string="Every (months)", required=True, default=12)

    _grade_uniq = models.Constraint("UNIQUE(rule_id, grade_id)", "Each grade is named once.")
    _months_check = models.Constraint("CHECK(months BETWEEN 1 AND 120)", "The months go from 1 to 120.")
