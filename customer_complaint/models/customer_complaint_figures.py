from dataclasses import dataclass

from odoo import api, fields, models
from odoo.addons.customer_care.tools.periods import FigureQuestion
from odoo.exceptions import UserError
from odoo.fields import Domain

from .customer_complaint import KINDS, PROBLEM_KINDS

# Complaints and grievances together; the other kinds each for itself.
KIND_CHOICES = {
    "problems": PROBLEM_KINDS,
    **{kind: (kind,) for kind, _name in KINDS if kind not in PROBLEM_KINDS},
}


@dataclass(frozen=True)
class ComplaintQuestion(FigureQuestion):
    """Of what figures are asked: the complaints received in a period.

    :param kinds: of complaints
    :param team_ids: empty for all
    """

    kinds: tuple
    team_ids: tuple = ()


class CustomerComplaintFigures(models.AbstractModel):
    """The figures of complaints: what dashboard, monthly report, digest and spreadsheet show.

    All are about the complaints received in the period that the reader may see, by the days of the reader's time
    zone. ``_query`` counts, ``_texts`` names and defines, ``_show`` arranges for the dashboard, ``_open`` opens what
    is behind a figure.
    """

    _name = "customer.complaint.figures"
    _description = "Complaint Figures"
    _inherit = ["customer.figures.mixin"]

    # Called by the browser

    @api.model
    def get_choices(self):
        """Return what the dashboard offers to choose from."""
        choices = super().get_choices()
        teams = self.env["customer.complaint.team"].search_read(Domain.TRUE, ["name"])
        return {
            **choices,
            "kinds": [{"key": key, "name": name} for key, name in self._get_kind_names().items()],
            "teams": [{"key": team["id"], "name": team["name"]} for team in teams],
        }

    @api.model
    def get_dashboard(self, options):
        """Return all that the dashboard shows.

        :param options: {``date_from``, ``date_to``: days, ``compare``: as ``customer.figures.mixin`` says, ``kind``: of
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
        period, earlier = self._read_period(options)
        kind, team_id = options.get("kind") or "problems", options.get("team_id") or False
        if kind not in KIND_CHOICES or (team_id and type(team_id) is not int):
            raise UserError(self.env._("There are no such figures."))
        return self._get_question(period, kind, (team_id,) if team_id else ()), earlier

    @api.model
    def _get_question(self, period, kind="problems", team_ids=()):
        return ComplaintQuestion(
            period, self._get_zone(), period.get_grain(), KIND_CHOICES[kind], tuple(team_ids)
        )
