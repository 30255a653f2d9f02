from odoo import fields, models

from .customer_complaint import KINDS, SEVERITIES


class CustomerComplaintMatterMixin(models.AbstractModel):
    """A rule for the complaints of some teams about some matters."""

    _name = "customer.complaint.matter.mixin"
    _description = "Rule for some Complaints"
    _inherit = ["customer.complaint.rule.mixin"]

    team_ids = fields.Many2many("customer.complaint.team", string="Teams", help="Leave empty for all teams.")
    category_ids = fields.Many2many(
        "customer.complaint.category",
        string="Categories",
        help="Leave empty for all. Categories below the chosen ones are included.",
    )
    severity = fields.Selection(SEVERITIES, help="Leave empty for all.")
    kind = fields.Selection(KINDS, help="Leave empty for all.")
