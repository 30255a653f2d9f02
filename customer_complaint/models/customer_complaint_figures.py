from dataclasses import dataclass, replace
from datetime import date

import pytz
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import date_utils

from ..tools.figures import MOST_YEARS, Period, add_months
from .customer_complaint import KINDS, PROBLEM_KINDS

COMPARISONS = ("period", "year", "none")
# Complaints and grievances together; the other kinds each for itself.
KIND_CHOICES = {
    "problems": PROBLEM_KINDS,
    **{kind: (kind,) for kind, _name in KINDS if kind not in PROBLEM_KINDS},
}
PERIODS = ("month", "last_month", "quarter", "year", "last_year", "twelve_months")


@dataclass(frozen=True)
class Question:
    """Of what figures are asked: the complaints received in a period.

    :param period: :class:`Period`
    :param zone: name of the time zone of the reader, whose days count
    :param grain: ``day`` or ``month``, of the chart
    :param kinds: of complaints
    :param team_ids: empty for all
    """

    period: Period
    zone: str
    grain: str
    kinds: tuple
    team_ids: tuple = ()

    def at(self, period):
        """Return the same question about another period."""
        return replace(self, period=period)

    def by(self, grain):
        """Return the same question with a chart of other points."""
        return replace(self, grain=grain)


class CustomerComplaintFigures(models.AbstractModel):
    """The figures of complaints: what dashboard, monthly report, digest and spreadsheet show.

    All are about the complaints received in the period that the reader may see, by the days of the reader's time
    zone. ``_query`` counts, ``_texts`` names and defines, ``_show`` arranges for the dashboard, ``_open`` opens what
    is behind a figure.
    """

    _name = "customer.complaint.figures"
    _description = "Complaint Figures"

    # Called by the browser

    @api.model
    def get_choices(self):
        """Return what the dashboard offers to choose from."""
        self._check_reader()
        teams = self.env["customer.complaint.team"].search_read(Domain.TRUE, ["name"])
        return {
            "periods": [
                {"key": key, "name": self._get_period_names()[key], **self._get_dates(self._get_period(key))}
                for key in PERIODS
            ],
            "comparisons": [{"key": key, "name": name} for key, name in self._get_comparison_names().items()],
            "kinds": [{"key": key, "name": name} for key, name in self._get_kind_names().items()],
            "teams": [{"key": team["id"], "name": team["name"]} for team in teams],
        }

    @api.model
    def get_dashboard(self, options):
        """Return all that the dashboard shows.

        :param options: {``date_from``, ``date_to``: days, ``compare``: of ``COMPARISONS``, ``kind``: of
            ``KIND_CHOICES``, ``team_id``: or False}
        :raises UserError: for what cannot be asked
        """
        question, earlier = self._read_options(options)
        return self._show_dashboard(question, earlier)

    @api.model
    def open_monthly_report(self, options):
        """Return the action that asks for the month of the workbook, beginning with that of the dashboard."""
        question, _earlier = self._read_options(options)
        today = fields.Date.context_today(self)
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_complaint.customer_complaint_monthly_action"
            ),
            "context": {
                "default_month": min(question.period.last, today).replace(day=1).isoformat(),
                "default_team_ids": list(question.team_ids),
            },
        }

    # Questions

    def _check_reader(self):
        """:raises AccessError: the user may not read the figures"""
        self.env["customer.complaint.report"].check_access("read")

    @api.model
    def _read_options(self, options):
        """Return (question, earlier period or None) of what the browser asks.

        :raises UserError: for what cannot be asked
        """
        self._check_reader()
        options = options if isinstance(options, dict) else {}
        period = Period(self._read_day(options.get("date_from")), self._read_day(options.get("date_to")))
        self._check_period(period)
        kind, compare = options.get("kind") or "problems", options.get("compare") or "none"
        team_id = options.get("team_id") or False
        if kind not in KIND_CHOICES or compare not in COMPARISONS or (team_id and type(team_id) is not int):
            raise UserError(self.env._("There are no such figures."))
        question = self._get_question(period, kind, (team_id,) if team_id else ())
        return question, None if compare == "none" else period.get_earlier(compare)

    @api.model
    def _get_question(self, period, kind="problems", team_ids=()):
        return Question(period, self._get_zone(), period.get_grain(), KIND_CHOICES[kind], tuple(team_ids))

    @api.model
    def _read_day(self, text):
        try:
            return date.fromisoformat(text)
        except (TypeError, ValueError) as error:
            raise UserError(self.env._("Please choose the first and the last day.")) from error

    @api.model
    def _check_period(self, period):
        if period.first > period.last:
            raise UserError(self.env._("The period begins after its end."))
        if period.first.year < 1971 or period.last.year > 9000:
            raise UserError(self.env._("There are no such figures."))
        if period.last > add_months(period.first, 12 * MOST_YEARS):
            raise UserError(self.env._("Please choose at most %(count)s years.", count=MOST_YEARS))

    @api.model
    def _get_zone(self):
        """Return the name of the time zone of the reader."""
        zone = self.env.context.get("tz") or self.env.user.tz
        return zone if zone in pytz.all_timezones_set else "UTC"

    @api.model
    def _get_period(self, key):
        """Return the period that a key of ``PERIODS`` means today."""
        today = fields.Date.context_today(self)
        begin = today.replace(day=1)
        return {
            "month": lambda: Period(begin, date_utils.end_of(today, "month")),
            "last_month": lambda: Period(add_months(begin, -1), date_utils.subtract(begin, days=1)),
            "quarter": lambda: Period(
                date_utils.start_of(today, "quarter"), date_utils.end_of(today, "quarter")
            ),
            "year": lambda: Period(date(today.year, 1, 1), date(today.year, 12, 31)),
            "last_year": lambda: Period(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
            "twelve_months": lambda: Period(add_months(begin, -11), date_utils.end_of(today, "month")),
        }[key]()

    @api.model
    def _get_dates(self, period):
        return {"date_from": period.first.isoformat(), "date_to": period.last.isoformat()}
