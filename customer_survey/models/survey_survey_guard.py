from odoo import models
from odoo.exceptions import RedirectWarning, UserError


class SurveySurvey(models.Model):
    """What may not happen to a survey that is in use."""

    _inherit = "survey.survey"

    def write(self, vals):
        if not self.env.su:
            if vals.get("active") is False:
                self._care_check_no_rule_sends()
            if vals.get("survey_type", "customer_care") != "customer_care":
                self._care_check_type_stays()
            if "care_is_anonymous" in vals:
                self._care_check_promise(vals["care_is_anonymous"])
        return super().write(vals)

    def _care_check_no_rule_sends(self):
        """Refuse to close what a rule in force sends: its customers would silently not be asked any more."""
        rules = self.env["customer.survey.rule"].sudo().search([("survey_id", "in", self.ids)])
        if not rules:
            return
        message = self.env._(
            "These rules send the survey, stop them or give them another one first: %(rules)s",
            rules=", ".join(rules.mapped("name")),
        )
        action = self.env.ref("customer_survey.customer_survey_rule_action", raise_if_not_found=False)
        if not action or not self.env["customer.survey.rule"].has_access("write"):
            raise UserError(message)
        raise RedirectWarning(
            message, action.id, self.env._("Show Rules"), {"search_default_survey_id": self.ids[0]}
        )

    def _care_check_type_stays(self):
        """Refuse to take the type from a survey with answers: those who follow them up would lose them."""
        answered = self.filtered(lambda survey: survey.survey_type == "customer_care")._care_get_answered()
        if answered:
            raise UserError(
                self.env._(
                    "The type of a survey with answers stays as it is: %(titles)s",
                    titles=", ".join(answered.mapped("title")),
                )
            )

    def _care_check_promise(self, is_anonymous):
        """Refuse to change whether answers have a name: it is what those who have answered were promised."""
        answered = self.filtered(
            lambda survey: survey.care_is_anonymous != bool(is_anonymous)
        )._care_get_answered()
        if answered:
            raise UserError(
                self.env._(
                    "Customers were already asked with the survey %(titles)s, anonymous or not:"
                    " copy it and change the copy.",
                    titles=", ".join(answered.mapped("title")),
                )
            )

    def _care_get_answered(self):
        """Return the surveys that customers were asked with; test answers do not matter."""
        if not self:
            return self
        groups = (
            self.env["survey.user_input"]
            .sudo()
            ._read_group([("survey_id", "in", self.ids), ("test_entry", "=", False)], ["survey_id"])
        )
        return self.browse(survey.id for (survey,) in groups)
