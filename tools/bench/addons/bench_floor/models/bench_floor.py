from odoo import fields, models


class BenchFloor(models.Model):
    """The least document with chatter: what any comparable model costs at the very least."""

    _name = "bench.floor"
    _description = "Floor Document"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _primary_email = "email_from"

    name = fields.Char(required=True)
    partner_id = fields.Many2one("res.partner", index=True)
    email_from = fields.Char()
    user_id = fields.Many2one("res.users", index=True, tracking=True)
    stage_id = fields.Many2one(
        "bench.floor.stage", index=True, tracking=True, group_expand="_read_all_stages"
    )
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    description = fields.Html()
    active = fields.Boolean(default=True)

    def _read_all_stages(self, stages, domain):
        return stages.search([])
