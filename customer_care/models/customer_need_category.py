from odoo import fields, models


class CustomerNeedCategory(models.Model):
    """What a need or preference is about."""

    _name = "customer.need.category"
    _description = "Category of Needs"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=100)
    color = fields.Integer()
    active = fields.Boolean(default=True)
