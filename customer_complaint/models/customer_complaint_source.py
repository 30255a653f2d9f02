from odoo import fields, models


class CustomerComplaintSource(models.Model):
    """Through whom complaints come: a regulator, a consumer hotline, a platform, a partner."""

    _name = "customer.complaint.source"
    _description = "Complaint Source"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="A short name, e.g. the number of a hotline.")
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    is_regulator = fields.Boolean(
        string="Regulator", help="A public body: its own time limits count, and its reference is needed."
    )
    note = fields.Text(translate=True)
