from odoo.addons.survey.controllers.main import Survey
from odoo.http import request, route


class CareSurveyChoice(Survey):
    """Links of the mail that choose an answer of the first question: they open the survey, and change nothing."""

    @route("/q/<string:code>/<string:choice>", type="http", auth="public", website=True, methods=["GET"])
    def survey_choice_link(self, code, choice, **_kw):
        """Lead to the questions; what is no choice leads there all the same."""
        answer = request.env["survey.user_input"]._care_find_by_code(code)
        if not answer._care_read_choice(choice):
            return request.redirect(f"/q/{code}" if answer else "/q/-")
        lang = self._get_lang_with_fallback(answer.sudo(False))
        url = f"/survey/{answer.survey_id.access_token}/{answer.access_token}?choice={choice}"
        response = request.redirect(request.env["ir.http"]._url_for(url, lang.code))
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    def _prepare_survey_data(self, survey_sudo, answer_sudo, **post):
        data = super()._prepare_survey_data(survey_sudo, answer_sudo, **post)
        return {**data, "care_choice": answer_sudo._care_read_choice(post.get("choice"))}
