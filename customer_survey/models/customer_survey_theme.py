from odoo import fields, models


class CustomerSurveyTheme(models.Model):
    """What customers write about; comments are sorted by it."""

    _name = "customer.survey.theme"
    _description = "Theme of Comments"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    active = fields.Boolean(default=True)
