from odoo import api, models, tools
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class SurveySurvey(models.Model):
    """What was promised to those who answer without their name is kept."""

    _name = "survey.survey"
    _inherit = ["survey.survey", "customer.cached.mixin"]

    @api.model
    def _get_cached_fields(self):
        return {"care_is_anonymous", "survey_type"}

    def write(self, vals):
        """Refuse to name those who were asked without; the other way round counts from the next answer on.

        :raises UserError:
        """
        if "care_is_anonymous" in vals and not vals["care_is_anonymous"]:
            self.filtered("care_is_anonymous")._care_check_never_asked()
        return super().write(vals)

    def _care_check_never_asked(self):
        asked = (
            self.env["survey.user_input"]
            .sudo()
            .search(Domain("survey_id", "in", self.ids) & Domain("test_entry", "=", False), limit=1)
        )
        if asked:
            raise UserError(
                self.env._(
                    "Customers were promised that survey %(survey)s is anonymous. Make a copy to ask with names.",
                    survey=asked.survey_id.title,
                )
            )

    @api.model
    @tools.ormcache()
    def _care_get_anonymous_ids(self):
        """Return the ids of the anonymous surveys, archived ones too."""
        domain = Domain("care_is_anonymous", "=", True) & Domain("survey_type", "=", "customer_care")
        return tuple(self.sudo().with_context(active_test=False).search(domain).ids)

    @api.model
    def _care_get_hidden_answers(self):
        """Return the query of the anonymous answers nobody may see, None when there can be none.

        These are the unfinished ones, and those of surveys with fewer answers in the company than it has set.
        """
        survey_ids = self._care_get_anonymous_ids()
        if not survey_ids:
            return None
        self.env["survey.user_input"].flush_model(["survey_id", "state", "test_entry", "care_company_id"])
        self.env["res.company"].flush_model(["care_survey_min_answers"])
        return SQL(
            """
            SELECT id FROM (
                SELECT answer.id, answer.state, company.care_survey_min_answers,
                       COUNT(*) FILTER (WHERE answer.state = 'done')
                       OVER (PARTITION BY answer.survey_id, company.id) AS answers
                  FROM survey_user_input answer
                  JOIN res_company company ON company.id = COALESCE(answer.care_company_id, %s)
                 WHERE answer.survey_id = ANY(%s) AND answer.test_entry IS NOT TRUE
            ) counted
            WHERE state != 'done' OR answers < care_survey_min_answers
            """,
            self.env.company.id,
            list(survey_ids),
        )
