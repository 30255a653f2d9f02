from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .customer_complaint import CHANNELS
from .customer_complaint_report import MEASURED
from .customer_complaint_stage import OPEN_PHASES

DECIDED = ("met", "missed", "breached")


class CustomerComplaintFigures(models.AbstractModel):
    """Open the complaints behind a figure: exactly those that were counted."""

    _inherit = "customer.complaint.figures"

    @api.model
    def open_figure(self, options, figure, key=None):
        """Return the action with the complaints behind a figure.

        :param options: as for ``get_dashboard``
        :param figure: code of a tile, or ``step type category cause team channel customer product department reason
            target``
        :param key: which point, bar or row
        :raises UserError: no such figure
        """
        question, _earlier = self._read_options(options)
        if not isinstance(figure, str) or not isinstance(key, str | int | None):
            raise UserError(self.env._("There is no such figure."))
        domain, group = self._get_figure_domain(question, figure, key)
        name = f"{self._get_figure_name(figure)} {self._say_period(question.period)}"
        domain &= self._get_report_domain(question)
        return self._make_list_action(
            "customer_complaint.customer_complaint_action_report", name, domain, group
        )

    @api.model
    def _get_report_domain(self, question):
        """Return the domain of ``customer.complaint.report`` on what the question is about."""
        return self._get_complaint_domain(question)

    @api.model
    def _get_figure_name(self, figure):
        return self._get_tile_names().get(figure) or self.env._("Complaints")

    @api.model
    def _get_figure_domain(self, question, figure, key):
        """Return (domain, [fields to group by]) of a figure."""
        tiles = self._get_tile_domains()
        if figure in tiles:
            return tiles[figure]
        choose = {
            "step": self._get_step_domain,
            "target": self._get_target_domain,
            "category": self._get_bar_domain("category_id", self._show_pareto),
            "cause": self._get_bar_domain("cause_id", self._show_causes),
        }.get(figure)
        if choose:
            return choose(question, key), []
        fields = {
            "type": ("root_category_id", "="),
            "team": ("team_id", "="),
            "customer": ("commercial_partner_id", "="),
            "department": ("department_id", "="),
            "reason": ("dissatisfaction_ids", "in"),
        }
        if figure in fields and (key is False or type(key) is int):
            name, operator = fields[figure]
            domain = Domain(name, operator, [key] if operator == "in" else key)
            return (domain & Domain("is_satisfied", "=", "no") if figure == "reason" else domain), []
        if figure == "channel" and key in dict(CHANNELS):
            return Domain("channel", "=", key), []
        if figure == "product" and isinstance(key, str) and key:
            escaped = key.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
            return Domain("product_ref", "=ilike", escaped), []
        raise UserError(self.env._("There is no such figure."))

    @api.model
    def _get_tile_domains(self):
        """Return {code of a tile: (domain, [fields to group by])}; a share opens its whole, grouped."""
        alive = Domain("phase", "!=", "cancelled")
        return {
            "received": (Domain.TRUE, []),
            "open": (Domain("phase", "in", OPEN_PHASES), []),
            "resolved": (alive & Domain("resolved_datetime", "!=", False), []),
            "major": (Domain("is_major", "=", True), []),
            "response_within": (Domain("response_state", "in", DECIDED), ["response_state"]),
            "resolution_within": (Domain("resolution_state", "in", DECIDED), ["resolution_state"]),
            "response_hours": (Domain("response_timed", "=", True), []),
            "resolution_hours": (Domain("resolution_timed", "=", True), []),
            "repeats": (Domain("is_repeat", "=", True), []),
            "reopened": (Domain("is_reopened", "=", True), []),
            "confirmed": (Domain("first_try", "!=", False), ["first_try"]),
            "satisfied": (Domain("is_satisfied", "!=", False), ["is_satisfied"]),
        }

    @api.model
    def _get_step_domain(self, question, key):
        begin, end = self._get_step_period(key, question.grain).get_moments(question.zone)
        return Domain("received_datetime", ">=", begin) & Domain("received_datetime", "<", end)

    @api.model
    def _get_target_domain(self, question, key):
        if key not in MEASURED:
            raise UserError(self.env._("There is no such figure."))
        return Domain(f"{key}_state", "in", DECIDED)

    @api.model
    def _get_bar_domain(self, name, show):
        """Return the function of the domain of a bar: one value of the field, none, or those that are summed up."""

        def get_domain(question, key):
            if key == "rest":
                bars = show(self._query_counts(question, (name,)))
                shown = [bar["key"] for bar in bars if bar["key"] != "rest"]
                # causes leave out the complaints that have none
                return Domain(name, "not in", shown) & (
                    Domain(name, "!=", False) if name == "cause_id" else Domain.TRUE
                )
            if key is not False and type(key) is not int:
                raise UserError(self.env._("There is no such figure."))
            return Domain(name, "=", key)

        return get_domain
