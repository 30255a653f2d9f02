from odoo import fields, models


class CustomerContactChannel(models.Model):
    """A way to stay in touch with customers, for the policy of a grade."""

    _name = "customer.contact.channel"
    _description = "Contact Channel"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=100)
    color = fields.Integer()
    active = fields.Boolean(default=True)
