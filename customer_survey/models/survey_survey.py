from odoo import api, fields, models
from odoo.addons.customer_care.tools.uses import find_used
from odoo.exceptions import UserError


class SurveySurvey(models.Model):
    _inherit = "survey.survey"

    survey_type = fields.Selection(
        selection_add=[("customer_care", "Customer Care")], ondelete={"customer_care": "set custom"}
    )
    care_is_anonymous = fields.Boolean(
        string="Anonymous",
        help="It is not kept who answered: scores carry no customer and low ones make no callback.",
    )

    @api.depends("survey_type")
    @api.depends_context("uid")
    def _compute_allowed_survey_types(self):
        result = super()._compute_allowed_survey_types()
        user = self.env.user
        if user.has_group("customer_care.group_care_manager") or user.has_group("survey.group_survey_user"):
            for survey in self:
                survey.allowed_survey_types = [*(survey.allowed_survey_types or []), "customer_care"]
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent_by_rules(self):
        used = find_used(self, [("customer.survey.rule", "survey_id")])
        if used:
            raise UserError(
                self.env._(
                    "Surveys that survey rules send can only be archived: %(surveys)s",
                    surveys=", ".join(used.mapped("title")),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_keeping_scores(self):
        """Scores outlive their survey: let go of it before its questions go, whatever order the database takes."""
        scores = self.env["customer.survey.score"].sudo().with_context(active_test=False)
        scores = scores.search([("survey_id", "in", self.ids)])
        scores.write({"survey_id": False, "question_id": False})
        scores.flush_recordset()

    def action_survey_user_input(self):
        """Open the answers, also those of our type."""
        return self._care_adapt_action(super().action_survey_user_input())

    def action_survey_user_input_completed(self):
        """Open the finished answers, also those of our type."""
        return self._care_adapt_action(super().action_survey_user_input_completed())

    def _care_adapt_action(self, action):
        """Let an action on answers show those of our type, which the standard ones leave out."""
        if set(self.mapped("survey_type")) == {"customer_care"}:
            action["domain"] = [("survey_id.survey_type", "=", "customer_care")]
        return action
