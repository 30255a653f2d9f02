from odoo import api, fields, models


class CustomerCarePlanCompare(models.TransientModel):
    """Tell two versions of a plan apart, in words and as a table."""

    _name = "customer.care.plan.compare"
    _description = "Compare Versions"

    plan_id = fields.Many2one("customer.care.plan", required=True, readonly=True)
    from_id = fields.Many2one("customer.care.plan.version", domain="[('plan_id', '=', plan_id)]")
    to_id = fields.Many2one("customer.care.plan.version", domain="[('plan_id', '=', plan_id)]")
    difference = fields.Html(compute="_compute_difference", sanitize=False)

    @api.depends("from_id", "to_id")
    @api.depends_context("lang")
    def _compute_difference(self):
        for wizard in self:
            both = wizard.from_id and wizard.to_id
            wizard.difference = wizard.to_id._get_difference_html(wizard.from_id) if both else False
