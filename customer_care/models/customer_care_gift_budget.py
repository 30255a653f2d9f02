from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerCareGift(models.Model):
    """What gifts may cost: by the grade of the customer, together with care plans, and by the occasion, in a year."""

    _inherit = "customer.care.gift"

    budget_left = fields.Monetary(
        string="Left of the Grade's Budget",
        compute="_compute_budget_left",
        help="Yearly budget of the customer's grade less the submitted care plans that begin in the year and all gifts "
        "of the year that are not cancelled, this one too. A gift planned by a plan counts in the plan.",
    )
    has_budget = fields.Boolean(compute="_compute_budget_left")
    is_over_budget = fields.Boolean(compute="_compute_budget_left")

    @api.depends("amount", "partner_id", "date", "state", "measure_id")
    def _compute_budget_left(self):
        costs = self._get_customer_costs()
        for gift in self:
            budget = gift._get_grade_budget()
            cost = costs[gift]
            if not gift._origin and gift.state != "cancelled":
                cost += max(gift.amount - gift._get_planned_cost(), 0)
            gift.has_budget = bool(budget)
            gift.budget_left = budget - cost if budget else 0
            gift.is_over_budget = bool(budget) and gift.currency_id.compare_amounts(cost, budget) > 0

    def _get_customer_costs(self):
        """Return ``{gift: what plans and gifts of its customer and year cost}``, in the currency of the gift."""
        partners = self.commercial_partner_id
        costs = partners._care_get_yearly_costs(partners.ids, list(set(self.mapped("year"))))
        return {gift: gift._sum_costs(costs) for gift in self}

    def _sum_costs(self, costs):
        """Return the sum for the customer and year of the gift (singleton) in its currency."""
        self.ensure_one()
        amounts = costs.get((self.commercial_partner_id._origin.id, self.year), {})
        company = self.company_id or self.env.company
        return self.env["res.partner"]._care_sum_costs(amounts, self.currency_id, company)

    def _get_grade_budget(self):
        """Return the yearly budget of the customer's grade in the currency of the gift, 0 without one (singleton)."""
        self.ensure_one()
        grade = self.partner_id.sudo().commercial_partner_id.care_grade_id
        if not grade.yearly_budget or not self.company_id:
            return 0.0
        return grade.currency_id._convert(
            grade.yearly_budget, self.company_id.currency_id, self.company_id, fields.Date.context_today(self)
        )

    def _check_budgets(self):
        """:raises UserError: the budget of a grade or an occasion is exceeded"""
        self.commercial_partner_id.sudo()._care_lock_budget()
        costs = self._get_customer_costs()
        for gift in self:
            budget = gift._get_grade_budget()
            cost = costs[gift]
            if budget and gift.currency_id.compare_amounts(cost, budget) > 0:
                raise UserError(
                    self.env._(
                        "Plans and gifts for %(customer)s in %(year)s would cost %(cost)s, more than the yearly budget "
                        "of the grade: %(budget)s.",
                        customer=gift.commercial_partner_id.display_name,
                        year=str(gift.year),
                        cost=gift.currency_id.format(cost),
                        budget=gift.currency_id.format(budget),
                    )
                )
        self._check_occasion_budgets()

    def _check_occasion_budgets(self):
        """:raises UserError: the gifts of an occasion cost more in a year than its budget"""
        occasions = self.sudo().occasion_id.filtered("yearly_budget")
        groups = self.sudo()._read_group(
            [
                ("occasion_id", "in", occasions.ids),
                ("year", "in", list(set(self.mapped("year")))),
                ("state", "!=", "cancelled"),
            ],
            ["occasion_id", "year"],
            ["amount:sum"],
        )
        for occasion, year, cost in groups:
            if occasion.currency_id.compare_amounts(cost, occasion.yearly_budget) > 0:
                raise UserError(
                    self.env._(
                        "The gifts of %(occasion)s in %(year)s would cost %(cost)s, more than its budget: %(budget)s.",
                        occasion=occasion.name,
                        year=str(year),
                        cost=occasion.currency_id.format(cost),
                        budget=occasion.currency_id.format(occasion.yearly_budget),
                    )
                )
