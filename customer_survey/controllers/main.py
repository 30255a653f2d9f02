from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from .pages import CareSurveyPages, is_care

MALFORMED = {"error": "validation", "fields": {}}


class CareSurvey(CareSurveyPages):
    """Answering by link: who may, once, and only what the pages can have sent."""

    # ------------------------------------------------------------
    # Who may
    # ------------------------------------------------------------

    def _fetch_from_access_token(self, survey_token, answer_token):
        """Find nothing by what is no token: the database breaks on zero bytes."""
        if any("\0" in token for token in (survey_token, answer_token) if token):
            return request.env["survey.survey"].sudo(), request.env["survey.user_input"].sudo()
        return super()._fetch_from_access_token(survey_token, answer_token)

    def _check_validity(self, survey_sudo, answer_sudo, answer_token, ensure_token=True, check_partner=True):
        """Accept the customer's colleagues, and staff who fill in for him; what is answered stays so after the end."""
        validity = super()._check_validity(
            survey_sudo, answer_sudo, answer_token, ensure_token=ensure_token, check_partner=check_partner
        )
        if not answer_sudo or not answer_token or not is_care(survey_sudo):
            return validity
        if answer_sudo.care_cancelled_datetime and validity in (True, "answer_deadline", "answer_wrong_user"):
            return "care_cancelled"
        user = request.env.user
        is_own = (
            not check_partner
            or user._is_public()
            or answer_sudo.partner_id == user.partner_id
            or answer_sudo._care_is_answerable_by(user)
        )
        if validity == "answer_deadline" and answer_sudo.state == "done":
            validity = True if is_own else "answer_wrong_user"
        if validity == "answer_wrong_user" and is_own:
            return True
        return validity

    # ------------------------------------------------------------
    # Pages: opening them changes nothing that counts
    # ------------------------------------------------------------

    @http.route()
    def survey_display_page(self, survey_token, answer_token, **post):
        """Show the questions, or that they are answered; time that has run out ends nothing by looking at it."""
        survey, answer = self._fetch_from_access_token(survey_token, answer_token)
        if not answer or not is_care(survey):
            return super().survey_display_page(survey_token, answer_token, **post)
        if self._check_validity(survey, answer, answer_token) is True and not answer.test_entry:
            if answer.state == "done":
                return self._care_render_page("answered", survey, answer)
            if answer.survey_time_limit_reached:
                return self._care_render_page("late", survey, answer)
        return self._care_set_headers(super().survey_display_page(survey_token, answer_token, **post))

    @http.route()
    def survey_retry(self, survey_token, answer_token, **post):
        """An invitation is answered once: the link to begin again leads to what is there."""
        survey, answer = self._fetch_from_access_token(survey_token, answer_token)
        if answer.care_rule_id and is_care(survey):
            return self.survey_display_page(survey_token, answer_token)
        return super().survey_retry(survey_token, answer_token, **post)

    def _prepare_survey_data(self, survey_sudo, answer_sudo, **post):
        """Show no page of another survey, whatever the address asks for."""
        if is_care(survey_sudo) and "previous_page_id" in post:
            page = self._care_get_place(survey_sudo, post.pop("previous_page_id"))
            if page:
                post["previous_page_id"] = page
        return super()._prepare_survey_data(survey_sudo, answer_sudo, **post)

    # ------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------

    @http.route()
    def survey_begin(self, survey_token, answer_token, **post):
        """Begin once, in a language the survey is written in."""
        survey, answer = self._fetch_from_access_token(survey_token, answer_token)
        if answer and is_care(survey):
            answer._care_lock()
            if "lang_code" in post and post["lang_code"] not in survey._get_supported_lang_codes():
                del post["lang_code"]
            if self._check_validity(survey, answer, answer_token) is True:
                answer._care_note_writer(request.env.user)
        return super().survey_begin(survey_token, answer_token, **post)

    @http.route()
    def survey_next_question(self, survey_token, answer_token, **post):
        """Show no question of what has not begun; only live sessions begin by this route."""
        survey, answer = self._fetch_from_access_token(survey_token, answer_token)
        if answer.state == "new" and is_care(survey) and not answer.is_session_answer:
            return {}, {"error": "unauthorized"}
        return super().survey_next_question(survey_token, answer_token, **post)

    @http.route()
    def survey_submit(self, survey_token, answer_token, **post):
        """Take a page: one request at a time, of pages of this survey, with all that is mandatory before the end."""
        survey, answer = self._fetch_from_access_token(survey_token, answer_token)
        if answer and is_care(survey):
            answer._care_lock()
            if self._check_validity(survey, answer, answer_token) is True and answer.state != "done":
                refusal = self._care_prepare_submit(survey, answer, post)
                if refusal:
                    return {}, refusal
        return super().survey_submit(survey_token, answer_token, **post)

    def _care_prepare_submit(self, survey, answer, post):
        """Check what was sent but the answers themselves; return the refusal, None when all is well."""
        layout_key = {"page_per_section": "page_id", "page_per_question": "question_id"}.get(
            survey.questions_layout
        )
        place = None
        if layout_key and not answer.is_session_answer:
            place = self._care_get_place(survey, post.get(layout_key))
            if not place:
                return MALFORMED
            post[layout_key] = place
        if "previous_page_id" in post:
            post["previous_page_id"] = self._care_get_place(survey, post["previous_page_id"])
            if not post["previous_page_id"]:
                return MALFORMED
        if answer.state == "new":
            answer._mark_in_progress()
        answer._care_note_writer(request.env.user)
        if not place or "previous_page_id" in post:
            return None
        shown, _place = survey._get_survey_questions(answer, post.get("page_id"), post.get("question_id"))
        missing = answer._care_get_missing(shown)
        if missing and not survey._get_next_page_or_question(answer, place):
            if not survey.users_can_go_back:
                return MALFORMED
            answer._care_mark_skipped(missing)
        return None

    def _care_get_place(self, survey, value):
        """Return the id of a page or question that this survey shows by itself, None when it is none."""
        places = {"page_per_section": survey.page_ids, "page_per_question": survey.question_and_page_ids}
        place = survey.env["survey.question"]._care_get_integer(value)
        return place if place in places.get(survey.questions_layout, survey.page_ids.browse()).ids else None

    def _extract_comment_from_answers(self, question, answers):
        """Leave what no page sends to the check of the question; 0 is an answer."""
        if question.survey_id.survey_type != "customer_care":
            return super()._extract_comment_from_answers(question, answers)
        if isinstance(answers, int | float) and not isinstance(answers, bool):
            answers = str(answers)
        parts = [answers] if isinstance(answers, dict) else answers if isinstance(answers, list) else []
        comments = [part["comment"] for part in parts if isinstance(part, dict) and "comment" in part]
        is_matrix = question.question_type == "matrix"
        if (answers and is_matrix and not isinstance(answers, dict)) or not all(
            isinstance(comment, str) for comment in comments
        ):
            return answers, None
        return super()._extract_comment_from_answers(question, answers)

    # ------------------------------------------------------------
    # Staff
    # ------------------------------------------------------------

    @http.route("/care/survey/fill", type="http", auth="user", methods=["POST"], website=True)
    def care_survey_fill(self, survey_token="", answer_token="", medium="phone", **post):
        """Let staff who opened a customer's link fill it in for the customer, who speaks or has written on paper."""
        survey, answer = self._fetch_from_access_token(survey_token, answer_token)
        if not answer or not is_care(survey):
            return self._care_render_page("invalid", survey, answer)
        try:
            own = answer.with_user(request.env.user).sudo(False)
            action = own._care_fill_in(is_paper=medium == "paper")
        except (AccessError, UserError) as error:
            return self._care_render_page("not_fillable", survey, answer, fill_error=str(error))
        return request.redirect(action["url"], local=True)
