from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

# Says nothing about the customer's finances: reading them alone is not logged.
PLAIN_FIELDS = {"id", "display_name", "partner_id", "company_id", "currency_id"}


class CustomerFinance(models.Model):
    """The financial file of a customer, for the group of the financial archive alone.

    Each reading by a user is logged: one row for each user, customer and hour. All ways to read values end in
    ``_fetch_query`` or in the aggregates, whatever method was called.
    """

    _name = "customer.finance"
    _description = "Financial File"
    _inherit = ["customer.care.mixin"]
    _order = "id desc"
    _rec_name = "partner_id"
    _rec_names_search = ["partner_id.complete_name"]

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="partner_id.company_id", store=True, precompute=True, index="btree_not_null"
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    bank_ids = fields.One2many(related="partner_id.bank_ids", string="Bank Accounts")
    bank_note = fields.Text(string="Banks", help="Banks the customer works with, and how.")
    loan_amount = fields.Monetary(string="Loans")
    loan_note = fields.Text(string="Loans: Details")
    collateral_note = fields.Text(string="Securities")
    cash_flow = fields.Selection(
        [("ample", "Ample"), ("sufficient", "Sufficient"), ("tight", "Tight"), ("critical", "Critical")]
    )
    cash_flow_note = fields.Text(string="Cash Flow: Details")

    registered_capital = fields.Monetary()
    yearly_turnover = fields.Monetary(string="Turnover per Year")
    yearly_profit = fields.Monetary(string="Profit per Year")
    total_assets = fields.Monetary()
    total_debt = fields.Monetary(string="Total Liabilities")
    debt_ratio = fields.Float(
        string="Debt Ratio (%)",
        compute="_compute_debt_ratio",
        digits=(6, 1),
        help="Liabilities in percent of assets.",
    )
    figures_year = fields.Integer(string="Figures of the Year", aggregator=None)

    credit_limit_own = fields.Monetary(string="Credit Limit")
    credit_standing = fields.Selection(
        [("a", "Excellent"), ("b", "Good"), ("c", "Fair"), ("d", "Weak"), ("e", "No credit")]
    )
    payment_record = fields.Text(help="How the customer paid so far: delays, disputes, losses.")
    date_checked = fields.Date(string="Checked on")
    user_id = fields.Many2one("res.users", string="Checked by", domain="[('share', '=', False)]")
    note = fields.Text()

    _partner_uniq = models.UniqueIndex("(partner_id)", "The customer already has a financial file.")
    _check_amounts = models.Constraint(
        "CHECK(loan_amount >= 0 AND total_assets >= 0 AND total_debt >= 0 AND credit_limit_own >= 0)",
        "Loans, assets, liabilities and credit limit cannot be negative.",
    )

    @api.depends("total_assets", "total_debt")
    def _compute_debt_ratio(self):
        for finance in self:
            finance.debt_ratio = (
                finance.total_debt / finance.total_assets * 100 if finance.total_assets else 0.0
            )

    @api.model_create_multi
    def create(self, vals_list):
        partners = self.env["res.partner"].browse([vals.get("partner_id") for vals in vals_list])
        return super().create(
            [
                {**vals, "partner_id": partner.commercial_partner_id.id}
                for vals, partner in zip(vals_list, partners, strict=True)
            ]
        )

    def write(self, vals):
        if "partner_id" in vals and not self.env.su:
            raise UserError(self.env._("A financial file belongs to its customer for good."))
        return super().write(vals)

    # Each reading is logged

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, *, active_test=True, bypass_access=False):
        """Log a search by figures too: who is found tells about them."""
        query = super()._search(
            domain, offset, limit, order, active_test=active_test, bypass_access=bypass_access
        )
        asked = {condition.field_expr.split(".")[0] for condition in Domain(domain).iter_conditions()}
        if not self.env.su and not bypass_access and not PLAIN_FIELDS.issuperset(asked):
            self.browse(query)._log_read()
        return query

    def _fetch_query(self, query, fields):
        finances = super()._fetch_query(query, fields)
        if finances and not PLAIN_FIELDS.issuperset(field.name for field in fields):
            finances._log_read()
        return finances

    @api.model
    def _read_group(self, domain, groupby=(), aggregates=(), having=(), offset=0, limit=None, order=None):
        self._log_aggregate(domain)
        return super()._read_group(domain, groupby, aggregates, having, offset, limit, order)

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        self._log_aggregate(domain)
        return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)

    def _log_aggregate(self, domain):
        if not self.env.su:
            self.search(domain, order="id")._log_read()

    def _log_read(self):
        """Log that the user read these files, unless it was logged within the last hour."""
        if self.env.su or not self:
            return
        Log = self.env["customer.privacy.log"].sudo()
        partners = self.sudo().partner_id
        since = fields.Datetime.now() - timedelta(hours=1)
        known = Log.search_fetch(
            [
                ("kind", "=", "finance_read"),
                ("user_id", "=", self.env.uid),
                ("date", ">=", since),
                ("partner_id", "in", partners.ids),
            ],
            ["partner_id"],
        ).partner_id
        fresh = partners - known
        if fresh:
            self.env["customer.privacy.log"]._log("finance_read", fresh, self._description)
