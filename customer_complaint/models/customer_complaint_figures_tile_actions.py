from odoo import api, models
from odoo.addons.customer_care.tools.periods import get_share
from odoo.exceptions import UserError
from odoo.fields import Domain

ACTION = "customer.complaint.action"
DECIDED = ("effective", "not_effective")


class CustomerComplaintFigures(models.AbstractModel):
    """How many corrective and preventive actions helped: the one figure that is not about complaints received.

    It counts the actions whose effect was decided in the period, of the teams asked for, whatever kind of complaint.
    """

    _inherit = "customer.complaint.figures"

    @api.model
    def _query_figures(self, question):
        return {**super()._query_figures(question), "actions": self._query_actions(question)}

    @api.model
    def _query_totals(self, question):
        return {**super()._query_totals(question), "actions": self._query_actions(question)}

    @api.model
    def _query_actions(self, question):
        """Return {state: count} of the actions that were decided; {} for who may not read them."""
        if not self.env[ACTION].has_access("read"):
            return {}
        return dict(self.env[ACTION]._read_group(self._get_actions_domain(question), ["state"], ["__count"]))

    @api.model
    def _get_actions_domain(self, question):
        begin, end = question.period.get_moments(question.zone)
        domain = (
            Domain("state", "in", DECIDED)
            & Domain("verified_datetime", ">=", begin)
            & Domain("verified_datetime", "<", end)
            & Domain("company_id", "in", self.env.companies.ids)
        )
        return domain & Domain("team_id", "in", question.team_ids) if question.team_ids else domain

    @api.model
    def _get_numbers(self, figures):
        counts = figures["actions"]
        good, all_decided = counts.get("effective", 0), sum(counts.values())
        return {
            **super()._get_numbers(figures),
            "effective": (get_share(good, all_decided), good, all_decided),
        }

    @api.model
    def _is_share(self, code):
        return code == "effective" or super()._is_share(code)

    @api.model
    def _get_tile_names(self):
        return {**super()._get_tile_names(), "effective": self.env._("Effective Actions")}

    @api.model
    def _get_definitions(self):
        return {
            **super()._get_definitions(),
            "effective": self.env._(
                "Corrective and preventive actions that helped / all whose effect was decided in the period, of the "
                "chosen team, whatever kind of complaint and whenever received."
            ),
        }

    @api.model
    def open_figure(self, options, figure, key=None):
        if figure != "effective":
            return super().open_figure(options, figure, key)
        question, _earlier = self._read_options(options)
        if key is not None:
            raise UserError(self.env._("There is no such figure."))
        action = self._make_list_action(
            "customer_complaint.customer_complaint_action_action",
            f"{self._get_figure_name(figure)} {self._say_period(question.period)}",
            self._get_actions_domain(question),
            ["state"],
        )
        return {**action, "view_mode": "list,form,kanban,calendar,pivot,graph"}
