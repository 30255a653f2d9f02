from dataclasses import dataclass, replace

from odoo import api, models
from odoo.addons.customer_care.tools.periods import FigureQuestion
from odoo.exceptions import UserError
from odoo.fields import Domain


@dataclass(frozen=True)
class SurveyQuestion(FigureQuestion):
    """Of what figures are asked: the answers that came in a period.

    :param filters: ((field of the reports, id), ...)
    """

    filters: tuple = ()

    def with_filters(self, *filters):
        """Return the same question with other filters."""
        return replace(self, filters=filters)


class CustomerSurveyFigures(models.AbstractModel):
    """The figures of surveys: what dashboard, workbook and monthly report show.

    Scores and their answers are about the answers that came in the period, by their day; rates and times are about the
    invitations that were sent in the period, by the days of the reader's time zone. ``_query`` counts, ``_texts`` names
    and defines, ``_show`` arranges for the dashboard, ``_open`` opens what is behind a figure.
    """

    _name = "customer.survey.figures"
    _description = "Survey Figures"
    _inherit = ["customer.figures.mixin"]

    # Called by the browser

    @api.model
    def get_choices(self):
        """Return what the dashboard offers to choose from."""
        choices = super().get_choices()
        filters = [
            {"key": key, "name": name, "all": empty, "choices": self._get_filter_choices(key)}
            for key, (name, empty) in self._get_filter_names().items()
        ]
        return {**choices, "filters": [one for one in filters if len(one["choices"]) > 1]}

    @api.model
    def get_dashboard(self, options):
        """Return all that the dashboard shows.

        :param options: {``date_from``, ``date_to``: days, ``compare``: as ``customer.figures.mixin`` says,
            a field of ``_get_filter_models``: id or False}
        :raises UserError: for what cannot be asked
        """
        question, earlier = self._read_options(options)
        return self._show_dashboard(question, earlier)

    @api.model
    def open_workbook(self, options):
        """Return the action that makes the workbook of what the dashboard shows."""
        question, _earlier = self._read_options(options)
        filters = dict(question.filters)
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_survey.customer_survey_workbook_action"
            ),
            "context": {
                "default_date_from": question.period.first.isoformat(),
                "default_date_to": question.period.last.isoformat(),
                **{
                    f"default_{name}": filters[name]
                    for name in ("survey_id", "team_id", "company_id")
                    if name in filters
                },
            },
        }

    # Questions

    def _check_reader(self):
        """:raises AccessError: the user may not read the figures"""
        self.env["customer.survey.report"].check_access("read")

    @api.model
    def _get_filter_models(self):
        """Return {field of both reports: its model}. Override to add one that both have."""
        return {
            "survey_id": "survey.survey",
            "team_id": "customer.care.team",
            "grade_id": "customer.grade",
            "company_id": "res.company",
        }

    @api.model
    def _get_filter_choices(self, key):
        """Return [{``key``, ``name``}] that a filter offers."""
        model = self.env[self._get_filter_models()[key]]
        domains = {
            "survey_id": Domain("survey_type", "=", "customer_care"),
            "company_id": Domain("id", "in", self.env.companies.ids),
        }
        # surveys that are archived have figures too
        records = model.with_context(active_test=key != "survey_id").search(domains.get(key, Domain.TRUE))
        return [{"key": record.id, "name": record.display_name} for record in records]

    @api.model
    def _read_options(self, options):
        """Return (question, earlier period or None) of what the browser asks.

        :raises UserError: for what cannot be asked
        """
        period, earlier = self._read_period(options)
        filters = []
        for name in self._get_filter_models():
            value = options.get(name) or False
            if value and type(value) is not int:
                raise UserError(self.env._("There are no such figures."))
            if value:
                filters.append((name, value))
        return self._get_question(period, tuple(filters)), earlier

    @api.model
    def _get_question(self, period, filters=()):
        return SurveyQuestion(period, self._get_zone(), period.get_grain(), tuple(filters))

    @api.model
    def _get_report_domain(self, question):
        """Return the domain of ``customer.survey.report`` on what the question is about."""
        days = Domain("date", ">=", question.period.first) & Domain("date", "<=", question.period.last)
        return days & self._get_filter_domain(question)

    @api.model
    def _get_response_domain(self, question):
        """Return the domain of ``customer.survey.response`` on what the question is about."""
        begin, end = question.period.get_moments(question.zone)
        sent = Domain("sent_datetime", ">=", begin) & Domain("sent_datetime", "<", end)
        return sent & self._get_filter_domain(question)

    @api.model
    def _get_filter_domain(self, question):
        return Domain.AND([Domain(name, "=", value) for name, value in question.filters])
