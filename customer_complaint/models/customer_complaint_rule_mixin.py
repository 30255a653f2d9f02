from odoo import fields, models


class CustomerComplaintRuleMixin(models.AbstractModel):
    """A rule of several that are tried in their order, for one company or all."""

    _name = "customer.complaint.rule.mixin"
    _description = "Rule for Complaints"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", help="Leave empty for all companies.")
