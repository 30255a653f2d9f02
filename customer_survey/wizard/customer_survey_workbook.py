from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.addons.customer_care.tools.periods import Period, add_months
from odoo.exceptions import UserError


class CustomerSurveyWorkbook(models.TransientModel):
    """The figures of surveys in a period as a workbook, with native charts and the answers themselves."""

    _name = "customer.survey.workbook"
    _description = "Survey Workbook"
    _inherit = ["customer.report.mail.mixin"]

    date_from = fields.Date(string="From", required=True, default=lambda self: self._default_period()[0])
    date_to = fields.Date(string="To", required=True, default=lambda self: self._default_period()[1])
    survey_id = fields.Many2one("survey.survey", domain=[("survey_type", "=", "customer_care")])
    team_id = fields.Many2one("customer.care.team")
    company_id = fields.Many2one("res.company")
    has_answers = fields.Boolean(
        string="With All Answers",
        default=True,
        help="A sheet for each survey: a row for each answer, a column for each question.",
    )

    @api.model
    def _default_period(self):
        begin = fields.Date.context_today(self).replace(day=1)
        return begin - relativedelta(months=1), begin - relativedelta(days=1)

    @api.depends("date_from", "date_to")
    def _compute_display_name(self):
        for report in self:
            has_period = report.date_from and report.date_to
            report.display_name = report._get_xlsx_name() if has_period else report._description

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for report in self:
            self.env["customer.survey.figures"]._check_period(Period(report.date_from, report.date_to))

    # Asking

    def _get_figures(self):
        """Return ``customer.survey.figures`` for the company of the report."""
        figures = self.env["customer.survey.figures"]
        if self.company_id:
            if self.company_id not in self.env.user.company_ids:
                raise UserError(self.env._("You do not work for this company."))
            figures = figures.with_context(allowed_company_ids=self.company_id.ids)
        figures._check_reader()
        return figures

    def _get_question(self, figures):
        period = Period(self.date_from, self.date_to)
        filters = [(name, self[name].id) for name in ("survey_id", "team_id") if self[name]]
        return figures._get_question(period, filters)

    def _get_earlier(self, question, kind="period"):
        return question.at(question.period.get_earlier(kind))

    # Workbook

    def _check_export(self):
        self._get_figures()
        return super()._check_export()

    def _get_xlsx_name(self):
        if self.date_from.replace(day=1) == self.date_from and self.date_to == add_months(
            self.date_from, 1
        ) - relativedelta(days=1):
            return self.env._("Satisfaction %(period)s", period=self.date_from.strftime("%Y-%m"))
        return self.env._("Satisfaction %(period)s", period=f"{self.date_from} - {self.date_to}")

    def _write_xlsx(self, book):
        figures = self._get_figures()
        question = self._get_question(figures)
        answer = figures._query_figures(question)
        for write in self._get_sheets():
            write(book, figures, question, answer)

    def _get_sheets(self):
        """Return the methods that write the sheets, in their order. Override to add some.

        Each is called with the :class:`Book`, ``customer.survey.figures`` for the company of the report, the question,
        and what ``_query_figures`` returned for it.
        """
        sheets = [
            self._write_summary,
            self._write_trend,
            self._write_marks,
            self._write_reasons,
            self._write_tables,
            self._write_comments,
        ]
        if self.has_answers:
            sheets.append(self._write_answers)
        return [*sheets, self._write_definitions]

    # Mail

    def _get_mail_tiles(self):
        """Return the tiles of the period beside those of the one before."""
        self.ensure_one()
        figures = self._get_figures()
        question = self._get_question(figures)
        before = self._get_earlier(question)
        return figures._show_tiles(figures._query_totals(question), figures._query_totals(before))

    def _render_mail(self):
        return self.env["ir.qweb"]._render(
            "customer_survey.survey_workbook_mail", {"report": self, "tiles": self._get_mail_tiles()}
        )
