from odoo import models
from odoo.tools import SQL


class SurveyUserInput(models.Model):
    """Who may answer an invitation, and what is asked of an answer before it is done."""

    _inherit = "survey.user_input"

    def _save_lines(self, question, answer, comment=None, overwrite_existing=True):
        """Let a page be sent again.

        When one answer of a page is refused, Odoo keeps the others, and without a way back it does not take
        them a second time: the customer could never finish.
        """
        overwrite_existing = overwrite_existing or self.survey_id.survey_type == "customer_care"
        return super()._save_lines(question, answer, comment, overwrite_existing=overwrite_existing)

    def _care_is_answerable_by(self, user):
        """Tell whether a user who is logged in may answer this invitation (singleton) for the customer.

        Staff may when they have opened it for the customer, not because they happen to see the link.
        """
        self.ensure_one()
        if not self.care_rule_id:
            return False
        if user._is_internal():
            return self._care_is_filled_by(user)
        if not self.partner_id:
            return self.survey_id.care_is_anonymous
        return self.partner_id.commercial_partner_id == user.sudo().partner_id.commercial_partner_id

    def _care_lock(self):
        """Let one request at a time answer this invitation (singleton).

        A second one waits, and is run again by Odoo when the first has changed something: it then sees it.
        """
        self.env.cr.execute(SQL("SELECT 1 FROM survey_user_input WHERE id = %s FOR UPDATE", self.id))

    def _care_get_missing(self, shown):
        """Return the mandatory questions that are asked here (singleton) and have never been shown.

        :param shown: the questions of the page that is being sent
        """
        mandatory = self.predefined_question_ids.filtered("constr_mandatory") - shown
        missing = mandatory - self.user_input_line_ids.question_id
        return missing - self._get_inactive_conditional_questions() if missing else missing

    def _care_mark_skipped(self, questions):
        """Note questions as passed over, so that the pages ask for them before the end."""
        self.env["survey.user_input.line"].create(
            [
                {"user_input_id": self.id, "question_id": question.id, "skipped": True, "answer_type": False}
                for question in questions
            ]
        )
