from odoo import api, fields, models

ENDED = ("met", "dropped")


class CustomerNeed(models.Model):
    """What a customer needs or prefers, and what became of it."""

    _name = "customer.need"
    _description = "Customer Need"
    _inherit = ["mail.thread", "mail.activity.mixin", "customer.care.mixin"]
    _order = "priority desc, date desc, id desc"

    name = fields.Char(string="Need", required=True, tracking=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade", tracking=True
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        related="partner_id.commercial_partner_id",
        string="Company of the Customer",
        store=True,
        precompute=True,
        index=True,
    )
    company_id = fields.Many2one(
        related="partner_id.company_id", store=True, precompute=True, index="btree_not_null"
    )
    category_id = fields.Many2one("customer.need.category", index="btree_not_null", ondelete="restrict")
    color = fields.Integer(related="category_id.color")
    date = fields.Date(required=True, default=fields.Date.context_today, help="When the need was learnt.")
    priority = fields.Selection(
        [("0", "Normal"), ("1", "Important"), ("2", "Very important")], required=True, default="0"
    )
    state = fields.Selection(
        [("open", "Open"), ("in_progress", "In Progress"), ("met", "Met"), ("dropped", "Dropped")],
        required=True,
        default="open",
        index=True,
        tracking=True,
        group_expand=True,
    )
    date_end = fields.Date(string="Ended on", compute="_compute_date_end", store=True, copy=False)
    origin = fields.Selection(
        [
            ("call", "Call"),
            ("visit", "Visit"),
            ("message", "Message"),
            ("event", "Event"),
            ("purchase", "Purchase"),
            ("observation", "Own observation"),
        ],
        string="Learnt from",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        index="btree_not_null",
        domain="[('share', '=', False)]",
        default=lambda self: self.env.user,
        tracking=True,
    )
    note = fields.Text()

    _priority_idx = models.Index("(priority DESC, date DESC, id DESC)")

    @api.depends("state")
    def _compute_date_end(self):
        for need in self:
            if need.state not in ENDED:
                need.date_end = False
            elif not need.date_end:
                need.date_end = fields.Date.context_today(need)

    @api.model_create_multi
    def create(self, vals_list):
        needs = super().create(vals_list)
        needs._care_log("need_added")
        return needs

    def action_done(self):
        """Note that the needs are met."""
        self.write({"state": "met"})

    def action_drop(self):
        """Note that the needs are no longer pursued."""
        self.write({"state": "dropped"})

    def action_reopen(self):
        """Pursue the needs again."""
        self.write({"state": "open"})
