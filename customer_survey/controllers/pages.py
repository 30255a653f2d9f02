from odoo.addons.survey.controllers.main import Survey
from odoo.exceptions import AccessError, UserError
from odoo.http import request
from odoo.tools import format_date

# What is wrong with a link, and the answer of the server: the page says it in words (template answering_page).
STATUS = {
    "answered": 200,
    "invalid": 404,
    "used": 410,
    "invited": 403,
    "empty": 404,
    "closed": 410,
    "expired": 410,
    "withdrawn": 410,
    "late": 410,
    "other_user": 403,
    "staff": 403,
    "not_fillable": 403,
}
# What Odoo's check of a link says: the page.
PAGES = {
    "survey_wrong": "invalid",
    "token_wrong": "invalid",
    "token_required": "invited",
    "survey_void": "empty",
    "survey_closed": "closed",
    "answer_deadline": "expired",
    "answer_wrong_user": "other_user",
    "care_cancelled": "withdrawn",
}


def is_care(survey):
    return survey.survey_type == "customer_care"


class CareSurveyPages(Survey):
    """What a customer reads when a link shows no questions: why, and how to reach us.

    A link that is not proven to be the reader's says nothing about the customer.
    """

    def _redirect_with_error(self, access_data, error_key):
        """Say kindly what is wrong, instead of the standard pages and of sending the reader to the home page."""
        survey, answer = access_data["survey_sudo"], access_data["answer_sudo"]
        page = PAGES.get(error_key)
        is_editor = error_key == "survey_void" and access_data["has_survey_access"]
        if not page or is_editor or (survey and not is_care(survey)):
            return super()._redirect_with_error(access_data, error_key)
        if error_key == "token_wrong" and survey.care_is_anonymous:
            page = "used"
        elif error_key == "answer_wrong_user" and request.env.user._is_internal():
            page = "staff"
        return self._care_render_page(page, survey, answer)

    def _care_render_page(self, page, survey, answer, **values):
        """Return the page of the name given, see ``STATUS``."""
        self._care_use_language(answer)
        proven = page not in ("invalid", "used", "other_user")
        answered = page == "answered" and answer.end_datetime
        company = (answer.care_company_id or request.env.company).sudo()
        response = request.render(
            "customer_survey.answering_page",
            {
                "reason": page,
                # the background and the title of the survey, where the reader has proven to be invited
                "survey": survey if proven else survey.browse(),
                "answer": answer if proven else answer.browse(),
                "company": company,
                "answered_on": answered and format_date(request.env, company._care_get_day(answered)),
                "can_review": page == "answered" and not survey.care_is_anonymous,
                "fill_error": page == "staff" and self._care_get_fill_error(answer),
                "no_survey_navigation": True,
                **values,
            },
        )
        response.status_code = STATUS[page]
        return self._care_set_headers(response)

    def _care_set_headers(self, response):
        """Keep pages with a token out of caches, and the token out of what other sites are told."""
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    def _care_use_language(self, answer):
        """Speak the language of the invitation, to who is not logged in."""
        if answer.lang_id and request.env.user._is_public():
            request.update_context(lang=answer.lang_id.code)

    def _care_get_fill_error(self, answer):
        """Return why staff cannot fill in this answer for the customer, empty when they can."""
        try:
            return answer.with_user(request.env.user).sudo(False)._care_get_fill_error()
        except (AccessError, UserError) as error:
            return str(error)
