from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .customer_complaint_compensation import BEARERS, LARGEST_AMOUNT

BEARER_FIELDS = {"bearer", "bearer_partner_id", "bearer_department_id", "bearer_user_id"}


class CustomerComplaintCompensation(models.Model):
    """What a compensation costs in the currency of the company, and who bears the cost."""

    _inherit = "customer.complaint.compensation"

    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Currency of the Company")
    amount_company = fields.Monetary(
        string="Amount in Company Currency",
        currency_field="company_currency_id",
        compute="_compute_amount_company",
        store=True,
        precompute=True,
        help="At the rate of the day on which the amount was set. Approvals and budgets count this.",
    )
    amount_date = fields.Date(
        string="Date of the Amount",
        compute="_compute_amount_company",
        store=True,
        precompute=True,
        help="When the amount was set. It counts in the budget of this year.",
    )
    bearer = fields.Selection(
        BEARERS, string="Cost Borne by", required=True, default="company", tracking=True, index=True
    )
    bearer_partner_id = fields.Many2one(
        "res.partner",
        string="Supplier or Insurer",
        index="btree_not_null",
        check_company=True,
        tracking=True,
    )
    bearer_department_id = fields.Many2one(
        "customer.complaint.department",
        string="Bearing Department",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    bearer_user_id = fields.Many2one(
        "res.users",
        string="Bearing Employee",
        index="btree_not_null",
        domain=[("share", "=", False)],
        tracking=True,
    )

    _amount_range = models.Constraint(
        # not a number is larger than any number
        f"CHECK(amount < {LARGEST_AMOUNT})",
        "The amount of a compensation is out of range.",
    )

    @api.depends("amount", "currency_id", "company_id")
    def _compute_amount_company(self):
        for compensation in self:
            stored = compensation._origin
            # of those that were there before this field, the day they were made
            is_old = stored.create_date and not stored.amount_date
            company = (compensation.company_id or self.env.company).sudo()
            date = company._care_get_day(stored.create_date if is_old else None)
            compensation.amount_date = date
            compensation.amount_company = compensation._get_company_amount(date)

    def _get_company_amount(self, date):
        """Return the amount (singleton) in the currency of the company at a date, 0 without a rate."""
        company, currency = self.company_id, self.currency_id
        own = company.currency_id
        if not self.amount or not currency or not own or currency == own:
            return self.amount
        if not self._has_rate(date):
            return 0.0
        return currency._convert(self.amount, own, company, date)

    def _has_rate(self, date):
        domain = [
            ("currency_id", "=", self.currency_id.id),
            ("company_id", "in", (False, self.company_id.root_id.id)),
            ("name", "<=", date),
        ]
        return bool(self.env["res.currency.rate"].sudo().search_count(domain, limit=1))

    @api.constrains("amount", "currency_id")
    def _check_rate(self):
        for compensation in self:
            own = compensation.company_id.currency_id
            if compensation.amount and compensation.currency_id != own:
                compensation._approval_check_rate(compensation.currency_id, compensation.company_id)

    @api.constrains("bearer", "bearer_partner_id", "bearer_department_id", "bearer_user_id")
    def _check_bearer(self):
        """Have those named who bear the cost instead of the company."""
        for compensation in self.sudo():
            missing = {
                "supplier": not compensation.bearer_partner_id,
                "insurer": not compensation.bearer_partner_id,
                "department": not compensation.bearer_department_id,
                "employee": not compensation.bearer_user_id,
            }.get(compensation.bearer)
            if missing:
                raise ValidationError(self.env._("Say by name who bears the cost of the compensation."))

    def write(self, vals):
        self._check_bearer_change(vals)
        return super().write(vals)

    def _check_bearer_change(self, vals):
        """Who bears the cost is part of what was approved, and of what a budget counts.

        :raises UserError: for others than managers, once approval was requested
        """
        if self.env.su or BEARER_FIELDS.isdisjoint(vals):
            return
        if self.env.user.has_group("customer_complaint.group_complaint_manager"):
            return
        if any(compensation.approval_state in ("pending", "approved") for compensation in self):
            raise UserError(
                self.env._("Only a manager changes who bears the cost after approval was requested.")
            )

    def _approval_get_amount(self):
        self.ensure_one()
        if self.amount and self.currency_id != self.company_id.currency_id:
            self._approval_check_rate(self.currency_id, self.company_id)
            if not self.amount_company:
                # the rate came later than the amount
                self._compute_amount_company()
        return self.amount_company
