from odoo import api, fields, models
from odoo.addons.customer_care.tools.periods import Period, add_months
from odoo.exceptions import UserError
from odoo.tools import date_utils


class CustomerComplaintMonthly(models.TransientModel):
    """The complaints of a month as a workbook, beside the month before and the year before."""

    _name = "customer.complaint.monthly"
    _description = "Monthly Complaint Report"
    _inherit = ["customer.guard.mixin", "customer.report.mail.mixin"]

    month = fields.Date(
        required=True, default=lambda self: self._default_month(), help="Any day of the month."
    )
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    team_ids = fields.Many2many("customer.complaint.team", string="Teams")
    months = fields.Selection(
        [("12", "Twelve months"), ("24", "Twenty-four months")],
        string="Length of the Trend",
        required=True,
        default="24",
    )

    @api.model
    def _default_month(self):
        today = fields.Date.context_today(self)
        return add_months(today.replace(day=1), -1)

    @api.depends("month")
    def _compute_display_name(self):
        for report in self:
            report.display_name = report._get_xlsx_name() if report.month else report._description

    @api.constrains("month")
    def _check_month(self):
        for report in self:
            if not 1975 <= report.month.year <= 9000:
                raise UserError(self.env._("There are no such figures."))

    # Asking

    def _get_period(self):
        """Return the month of the report."""
        return Period(self.month.replace(day=1), date_utils.end_of(self.month, "month"))

    def _get_figures(self):
        """Return ``customer.complaint.figures`` for the company of the report."""
        figures = self.env["customer.complaint.figures"]
        if self.company_id:
            figures = figures.with_context(allowed_company_ids=self.company_id.ids)
        figures._check_reader()
        return figures

    def _get_question(self, period=None, grain="month"):
        """Return the question of the figures: of the month, or another period."""
        question = self._get_figures()._get_question(
            period or self._get_period(), "problems", self.team_ids.ids
        )
        return question.by(grain)

    # Workbook

    def _check_export(self):
        self._get_figures()
        return super()._check_export()

    def _get_xlsx_name(self):
        return self.env._("Complaint Report %(month)s", month=self.month.strftime("%Y-%m"))

    def _write_xlsx(self, book):
        figures, question = self._get_figures(), self._get_question()
        answer = figures._query_figures(question)
        for write in self._get_monthly_sheets():
            write(book, figures, answer)

    def _get_monthly_sheets(self):
        """Return the methods that write the sheets, in their order. Override to add some.

        Each is called with the :class:`Book`, ``customer.complaint.figures`` for the company of the report, and
        what ``_query_figures`` returned for the month.
        """
        return [
            self._write_summary,
            self._write_trend,
            self._write_types,
            self._write_pareto,
            self._write_causes,
            self._write_times,
            self._write_teams,
            self._write_departments,
            self._write_satisfaction,
            self._write_definitions,
        ]

    def _say_month(self, day):
        return self.env["customer.complaint.figures"]._say_step(day, "month")
