from odoo import models


class IrSequence(models.Model):
    """What complaints keep of the sequence of their numbers is forgotten when one changes."""

    _name = "ir.sequence"
    _inherit = ["ir.sequence", "customer.cached.mixin"]
