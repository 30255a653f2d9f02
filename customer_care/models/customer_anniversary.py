from odoo import api, fields, models

from .res_partner_birthday import CALENDARS


class CustomerAnniversary(models.Model):
    """A day of a customer that comes back each year: of a company or of a person."""

    _name = "customer.anniversary"
    _description = "Customer Anniversary"
    _inherit = ["customer.yearly.mixin"]
    _order = "next_date, id"

    name = fields.Char(required=True, help="What is remembered, e.g. the opening of the shop.")
    kind = fields.Selection(
        [
            ("founding", "Founding"),
            ("opening", "Opening"),
            ("first_deal", "First business with us"),
            ("wedding", "Wedding"),
            ("family", "Birthday in the family"),
            ("memorial", "Memorial day"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade"
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
    user_id = fields.Many2one(related="partner_id.care_responsible_id", string="Responsible Specialist")
    active = fields.Boolean(default=True)

    date = fields.Date(required=True, help="The first time, in the Gregorian calendar.")
    calendar = fields.Selection(
        CALENDARS, required=True, default="gregorian", help="By which calendar the day comes back each year."
    )
    lunar_text = fields.Char(string="Lunar Day", compute="_compute_lunar_text")
    lunar_key = fields.Integer(compute="_compute_next_date", store=True, precompute=True, aggregator=None)
    next_date = fields.Date(compute="_compute_next_date", store=True, precompute=True)
    note = fields.Char()

    _next_date_idx = models.Index("(next_date, id)")

    @api.depends("date")
    @api.depends_context("lang")
    def _compute_lunar_text(self):
        for anniversary in self:
            anniversary.lunar_text = anniversary.date and self._yearly_get_text(anniversary.date)

    @api.depends("date", "calendar")
    def _compute_next_date(self):
        self._yearly_compute_next(fields.Date.today())

    @api.constrains("date", "calendar")
    def _check_date(self):
        self._yearly_check()
