from odoo.addons.survey.controllers.main import Survey
from odoo.fields import Domain
from odoo.http import request


class CareSurveyResults(Survey):
    """The statistics of each question of our surveys: of finished answers that count, as everywhere else."""

    def _get_results_page_user_input_domain(self, survey, **post):
        domain = super()._get_results_page_user_input_domain(survey, **post)
        if survey.survey_type != "customer_care":
            return domain
        counted = Domain("state", "=", "done")
        if survey.access_mode != "public":
            counted &= Domain("care_rule_id", "!=", False)
        return domain & counted

    def _extract_filters_data(self, survey, post):
        """Show nothing of an anonymous survey when the filters choose few answers, or leave few out."""
        lines, filters = super()._extract_filters_data(survey, post)
        if survey.care_is_anonymous and (filters or post.get("failed") or post.get("passed")):
            every = request.env["survey.user_input"].search_count(
                self._get_results_page_user_input_domain(survey)
            )
            count = len(lines.user_input_id)
            least = request.env["customer.survey.report"]._get_min_answers()
            if any(0 < number < least for number in (count, every - count)):
                lines = lines.browse()
        return lines, filters
