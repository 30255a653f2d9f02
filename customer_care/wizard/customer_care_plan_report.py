from odoo import fields, models

PLAN_COLUMNS = (
    "number", "name", "partner_id", "state", "user_id", "team_id", "date_begin", "date_end", "progress", "currency_id",
    "budget", "planned_cost", "actual_cost", "verdict",
)  # fmt: skip
MEASURE_COLUMNS = (
    "plan_id", "partner_id", "kind", "name", "user_id", "date", "state", "date_done", "is_on_time", "planned_cost",
    "actual_cost", "note",
)  # fmt: skip


class CustomerCarePlanReport(models.TransientModel):
    """Cost of plans against their budgets as a workbook: by responsible person with a chart, and both lists."""

    _name = "customer.care.plan.report"
    _description = "Care Plans: Cost and Budget"
    _inherit = ["customer.period.report"]

    def _default_period(self):
        year = fields.Date.context_today(self).year
        return fields.Date.to_date(f"{year}-01-01"), fields.Date.to_date(f"{year}-12-31")

    def _get_plan_domain(self):
        """Plans that began in the period, drafts and working versions aside."""
        domain = [
            ("date_begin", ">=", self.date_from),
            ("date_begin", "<=", self.date_to),
            ("origin_id", "=", False),
            ("state", "not in", ("draft", "cancelled")),
        ]
        if self.company_id:
            domain.append(("company_id", "=", self.company_id.id))
        if self.team_id:
            domain.append(("team_id", "=", self.team_id.id))
        return domain

    def action_open(self):
        """Open the plans of the period."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_care.customer_care_plan_action_analysis"
            ),
            "domain": self._get_plan_domain(),
        }

    def _get_xlsx_name(self):
        return self.env._(
            "Care Plans %(first)s to %(last)s",
            first=fields.Date.to_string(self.date_from),
            last=fields.Date.to_string(self.date_to),
        )

    def _write_xlsx(self, book):
        Plan, domain = self.env["customer.care.plan"], self._get_plan_domain()
        self._write_xlsx_costs(book.add_sheet(self.env._("Cost and Budget")), Plan, domain)
        book.add_sheet(self.env._("Plans")).write_records(Plan, domain, PLAN_COLUMNS)
        plans = Plan.search(domain)
        book.add_sheet(self.env._("Measures")).write_records(
            self.env["customer.care.measure"], [("plan_id", "in", plans.ids)], MEASURE_COLUMNS
        )

    def _write_xlsx_costs(self, sheet, model, domain):
        """Write one row for each responsible person and currency: amounts of different currencies are not added."""
        sheet.write_title(self._get_xlsx_name())
        labels = model.fields_get(
            ["user_id", "currency_id", "budget", "planned_cost", "actual_cost"], ["string"]
        )
        names = {name: label["string"] for name, label in labels.items()}
        sheet.write_head(
            [
                names["user_id"], names["currency_id"], self.env._("Number of Plans"), names["budget"],
                names["planned_cost"], names["actual_cost"], self.env._("Used"),
            ]
        )  # fmt: skip
        first = sheet.row
        groups = model._read_group(
            domain,
            ["user_id", "currency_id"],
            ["__count", "budget:sum", "planned_cost:sum", "actual_cost:sum"],
        )
        for user, currency, count, budget, planned, actual in groups:
            used = actual / budget if budget else None
            sheet.write_row(
                [user.name or self.env._("Nobody"), currency.name, count, budget, planned, actual, used],
                {6: "percent"},
            )
        if groups:
            last = sheet.row - 1
            series = [
                (names["budget"], first, last, 3),
                (names["actual_cost"], first, last, 5),
            ]
            sheet.add_chart("column", self.env._("Cost and Budget"), series, (sheet.row + 1, 0))
