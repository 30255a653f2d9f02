from odoo.addons.survey.controllers.main import Survey
from odoo.http import request


class CareSurvey(Survey):
    """Let a customer's colleagues answer on a link that was sent to one of them."""

    def _check_validity(self, survey_sudo, answer_sudo, answer_token, ensure_token=True, check_partner=True):
        """Accept who is logged in as somebody of the customer asked; strangers stay refused."""
        validity = super()._check_validity(
            survey_sudo, answer_sudo, answer_token, ensure_token=ensure_token, check_partner=check_partner
        )
        if (
            validity == "answer_wrong_user"
            and answer_token
            and not request.env.user._is_public()
            and answer_sudo._care_is_answerable_by(request.env.user)
        ):
            return True
        return validity
