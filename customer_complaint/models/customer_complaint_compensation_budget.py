from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class CustomerComplaintCompensation(models.Model):
    """Compensations and the yearly budgets: who proposes or approves sees what is left, a director may exceed it."""

    _inherit = "customer.complaint.compensation"

    budget_warning = fields.Char(compute="_compute_budget_warning")
    needs_director = fields.Boolean(
        string="Exceeds a Budget, a Director Decides",
        compute="_compute_needs_director",
        search="_search_needs_director",
    )

    @api.depends(
        "amount_company", "amount_date", "kind", "bearer", "state", "approval_state", "complaint_id.team_id"
    )
    @api.depends_context("lang")
    def _compute_budget_warning(self):
        excesses = self._get_excesses(("warn", "director"))
        for compensation in self:
            budgets = excesses.get(compensation._origin.id)
            compensation.budget_warning = budgets and self.env._(
                "With this the budget is exceeded: %(budgets)s",
                budgets=", ".join(
                    f"{budget.display_name} ({budget.currency_id.format(excess)})"
                    for budget, excess in budgets
                ),
            )

    @api.depends(
        "amount_company", "amount_date", "kind", "bearer", "state", "approval_state", "complaint_id.team_id"
    )
    def _compute_needs_director(self):
        excesses = self._get_excesses(("director",))
        for compensation in self:
            compensation.needs_director = compensation._origin.id in excesses

    def _search_needs_director(self, operator, value):
        if operator != "in":
            return NotImplemented
        open_ones = self.sudo().search([("state", "=", "proposed"), ("amount", ">", 0)])
        return Domain("id", "in", list(open_ones._get_excesses(("director",))))

    def _get_excesses(self, modes):
        """Return {id: [(budget, by how much it would be exceeded)]} of proposed compensations.

        Counted are what is executed and approved, and the compensation itself.

        :param modes: of the companies, how they watch their budgets
        """
        ids = tuple(self._origin.ids)
        budgets = self.env["customer.complaint.budget"].sudo()
        if not ids:
            return {}
        companies = self.sudo().company_id.filtered(lambda company: company.care_compensation_budget in modes)
        found = budgets.search([("company_id", "in", companies.ids)]) if companies else budgets
        if not found:
            return {}
        figures = found._get_figures()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT offer.id, budget.id, offer.amount_company,
                       offer.approval_state = 'approved'
                  FROM customer_complaint_budget budget
                  JOIN customer_complaint_compensation offer ON %(fits)s
                  JOIN customer_complaint complaint ON complaint.id = offer.complaint_id
                 WHERE offer.id IN %(ids)s AND budget.id IN %(budgets)s
                   AND offer.state = 'proposed' AND offer.amount_company > 0
                   AND (budget.team_id IS NULL OR budget.team_id = complaint.team_id)
                """,
                fits=found._get_fit(),
                ids=ids,
                budgets=tuple(found.ids),
            )
        )
        excesses = {}
        for offer_id, budget_id, amount, is_counted in rows:
            budget = budgets.browse(budget_id)
            used, committed, _pending = figures.get(budget_id, (0.0, 0.0, 0.0))
            total = used + committed + (0.0 if is_counted else float(amount))
            excess = budget.currency_id.round(total - budget.amount)
            if excess > 0:
                excesses.setdefault(offer_id, []).append((budget, excess))
        return excesses

    def _approval_on_approved(self):
        """Let nobody but a director exceed a budget, also when it was used up while the request waited."""
        result = super()._approval_on_approved()
        self.env.flush_all()
        self.invalidate_recordset(["needs_director"])
        refused = self.filtered(lambda compensation: compensation.needs_director)._leave_out_directors()
        if refused:
            raise UserError(
                self.env._(
                    "The budget is used up, only a director can approve this: %(names)s. Take the request back "
                    "and request it again, a director is then asked.",
                    names=", ".join(refused.mapped("display_name")),
                )
            )
        self._count_approvals()
        return result

    def _leave_out_directors(self):
        """Return the compensations (superuser) that no director has approved."""
        director = "customer_care.group_care_director"
        lines = self._approval_get_lines(Domain("state", "=", "approved"))
        decided = {line.res_id for line in lines if line.done_by_id.has_group(director)}
        return self.filtered(lambda compensation: compensation.id not in decided)

    def _count_approvals(self):
        """Let two approvals at once of the same budget not both count what the other leaves out.

        Both change the row of the budget: the second is done again, after the first.
        """
        companies = self.company_id.filtered(lambda company: company.care_compensation_budget == "director")
        if not companies:
            return
        self.env.execute_query(
            SQL(
                "UPDATE customer_complaint_budget SET approval_count = approval_count + 1"
                " WHERE company_id IN %s AND year IN %s RETURNING id",
                tuple(companies.ids),
                tuple({date.year for date in self.mapped("amount_date") if date} or {0}),
            )
        )
        self.env["customer.complaint.budget"].invalidate_model(["approval_count"])
