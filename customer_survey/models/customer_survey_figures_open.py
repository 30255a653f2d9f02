from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .customer_survey_report import NPS_CLASSES

REPORT = "customer_survey.customer_survey_report_action"
RESPONSE = "customer_survey.customer_survey_response_action"
COMMENT = "customer_survey.customer_survey_comment_action"


class CustomerSurveyFigures(models.AbstractModel):
    """Open what is behind a figure: exactly what was counted."""

    _inherit = "customer.survey.figures"

    @api.model
    def open_figure(self, options, figure, key=None):
        """Return the action with the scores or invitations behind a figure.

        :param options: as for ``get_dashboard``
        :param figure: code of a tile, or ``step mark class reason``, or a dimension of the tables
        :param key: which point, bar or row
        :raises UserError: no such figure
        """
        question, _earlier = self._read_options(options)
        if not isinstance(figure, str) or not isinstance(key, str | int | None):
            raise UserError(self.env._("There is no such figure."))
        name = f"{self._get_figure_name(figure)} {self._say_period(question.period)}"
        if figure == "loop":
            return self._open_loop(question, name)
        if figure in ("response", "completion", "time"):
            domain, group = self._get_response_tile(figure)
            return self._make_list_action(RESPONSE, name, self._get_response_domain(question) & domain, group)
        domain, group = self._get_figure_domain(question, figure, key)
        return self._make_list_action(REPORT, name, self._get_report_domain(question) & domain, group)

    @api.model
    def open_comments(self, options):
        """Return the action with what customers wrote in the period."""
        question, _earlier = self._read_options(options)
        name = f"{self.env._('Comments')} {self._say_period(question.period)}"
        # comments have the fields that filter scores
        action = self._make_list_action(COMMENT, name, self._get_report_domain(question))
        return {**action, "view_mode": "list,kanban,graph"}

    @api.model
    def _get_figure_name(self, figure):
        names = {key: name for key, (name, _empty) in self._get_dimension_names().items()}
        return {**names, **self._get_tile_names()}.get(figure) or self.env._("Scores")

    @api.model
    def _get_response_tile(self, figure):
        """Return (domain of the invitations, [fields to group by]) of a tile; a share opens its whole, grouped."""
        return {
            "response": (Domain("sent", "=", 1) & Domain("bounced", "=", 0), ["step"]),
            "completion": (Domain("started", "=", 1), ["step"]),
            "time": (Domain("done", "=", 1), []),
        }[figure]

    @api.model
    def _get_figure_domain(self, question, figure, key):
        """Return (domain of the scores, [fields to group by]) of a figure."""
        recommended = Domain("kind", "=", "nps")
        satisfied = Domain("kind", "=", "csat")
        tiles = {
            "answers": (Domain.TRUE, []),
            "csat": (satisfied, ["is_satisfied"]),
            "csat_mean": (satisfied, []),
            "nps": (recommended, ["nps_class"]),
            "ces": (Domain("kind", "=", "ces"), []),
            "low": (Domain("is_low", "=", True), []),
        }
        if figure in tiles:
            return tiles[figure]
        if figure == "step":
            period = self._get_step_period(key, question.grain)
            return Domain("date", ">=", period.first) & Domain("date", "<=", period.last), []
        if figure == "mark" and type(key) is int:
            return recommended & Domain("raw_value", ">=", key - 0.5) & Domain(
                "raw_value", "<", key + 0.5
            ), []
        if figure == "class" and key in dict(NPS_CLASSES):
            return Domain("nps_class", "=", key), []
        if figure == "reason" and (key == "rest" or type(key) is int):
            return Domain("reason_id", "in", self._get_reason_ids(question, key)), []
        if figure in self._get_dimensions() and (key is False or type(key) is int):
            return Domain(figure, "=", key), []
        raise UserError(self.env._("There is no such figure."))

    @api.model
    def _get_reason_ids(self, question, key):
        """Return the reason, or those that the chart sums up."""
        if key != "rest":
            return [key]
        figures = self._query_figures(question)
        shown = [bar["key"] for bar in self._show_reasons(figures)]
        return [row["key"] for row in figures["reasons"] if row["key"] not in shown]

    @api.model
    def _open_loop(self, question, name):
        """Return the action with the follow-ups of the period."""
        loops = self.env.get("customer.survey.loop")
        if loops is None:
            raise UserError(self.env._("There is no such figure."))
        begin, end = question.period.get_moments(question.zone)
        domain = Domain("open_datetime", ">=", begin) & Domain("open_datetime", "<", end)
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": loops._name,
            "views": [(False, "list"), (False, "form")],
            "domain": list(domain & self._get_loop_domain(question)),
        }
