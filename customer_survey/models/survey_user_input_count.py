from odoo import SUPERUSER_ID, models

from ..tools import scores as formulas


class SurveyUserInput(models.Model):
    """What a finished answer becomes."""

    _inherit = "survey.user_input"

    def _mark_done(self):
        result = super()._mark_done()
        answers = self.filtered(lambda answer: answer._care_is_counted())
        if answers:
            answers.sudo()._care_count()
        return result

    def _care_is_counted(self):
        """Tell whether the answer (singleton) becomes scores.

        On a survey for invited people only what a rule has sent counts: who was invited could otherwise begin
        again as often as he likes.
        """
        self.ensure_one()
        survey = self.survey_id
        if self.test_entry or survey.survey_type != "customer_care":
            return False
        return bool(self.care_rule_id) or survey.access_mode == "public"

    def _care_count(self):
        """Turn finished answers into scores, timeline rows and follow-ups; an answer counts once."""
        anonymous = self.filtered("survey_id.care_is_anonymous")
        # a corrected row counts as counted: a second submit must not bring back what was wrong
        counted = self.env["customer.survey.score"].with_context(active_test=False)
        counted = counted.search([("user_input_id", "in", self.ids)]).user_input_id
        vals_list = [vals for answer in self - counted for vals in answer._prepare_scores_vals()]
        # not in the name of who is logged in: a score has no author
        scores = self.env["customer.survey.score"].with_user(SUPERUSER_ID).create(vals_list)
        if anonymous:
            anonymous._care_forget_authors()
        self._care_log_answered(scores)
        scores.commercial_partner_id._care_update_survey_figures()
        for answer in scores.filtered("partner_id").user_input_id:
            answer._care_follow_up()
        return scores

    def _prepare_scores_vals(self):
        """Return the values of the scores of one answer (singleton)."""
        self.ensure_one()
        lines = self.user_input_line_ids.filtered(lambda line: not line.skipped)
        comments = [
            line.value_text_box or line.value_char_box
            for line in lines.filtered("question_id.care_is_comment")
            if line.value_text_box or line.value_char_box
        ]
        marked = lines.filtered(
            lambda line: line.question_id.care_metric and line.answer_type in ("scale", "numerical_box")
        )
        # one line for each question, the last one
        by_question = {line.question_id: line for line in marked}
        people = self._prepare_score_people() if by_question and self._care_is_proven() else {}
        return [
            {**people, **self._prepare_score_vals(line, "\n".join(comments))} for line in by_question.values()
        ]

    def _care_is_proven(self):
        """Tell whether the answer (singleton) is the customer's: on a link that no rule has sent anybody may answer."""
        return bool(self.care_rule_id) and not self.survey_id.care_is_anonymous

    def _prepare_score_vals(self, line, comment):
        """Return the values of the score of one answered question (singleton)."""
        question, rule = line.question_id, self.care_rule_id
        raw = line.value_scale if line.answer_type == "scale" else line.value_numerical_box
        value = formulas.score(question.care_metric, raw, *question._care_get_bounds())
        is_known = self._care_is_proven()
        return {
            "partner_id": is_known and self.partner_id.id,
            "company_id": self.care_company_id.id or self.env.company.id,
            "date": self._care_get_score_date(),
            "kind": question.care_metric,
            "value": value,
            "raw_value": raw,
            "nps_class": question.care_metric == "nps" and formulas.nps_class(raw),
            "is_low": bool(rule) and value <= rule.low_score,
            "comment": comment,
            "channel": self.care_channel,
            "rule_id": rule.id,
            "survey_id": self.survey_id.id,
            "question_id": question.id,
            "user_input_id": self.id,
            "res_model": is_known and self.care_res_model,
            "res_id": is_known and self.care_res_id,
        }

    def _care_get_score_date(self):
        """Return the day of the answer (singleton) in the time zone of its company."""
        return (self.care_company_id or self.env.company)._care_get_day()

    def _prepare_score_people(self):
        """Return who and what the customer of the answer (singleton) belongs to at this moment."""
        customer = self.partner_id.commercial_partner_id
        document = self._care_get_document()
        return {
            "user_id": (document._care_get_responsible() or customer.care_user_id).id,
            "team_id": customer.care_team_id.id,
            "grade_id": customer.care_grade_id.id,
        }

    def _care_log_answered(self, scores):
        """Add one timeline row for each answer of a known customer."""
        by_answer = scores.filtered("partner_id").grouped("user_input_id")
        self.env["customer.care.event"]._log(
            [
                {
                    "partner_id": answer.partner_id.id,
                    "kind": "survey_answered",
                    "summary": own_scores._get_summary(),
                    "res_model": answer.care_res_model,
                    "res_id": answer.care_res_id,
                    "company_id": answer.care_company_id.id,
                }
                for answer, own_scores in by_answer.items()
            ]
        )

    def _care_get_document(self):
        """Return what the answer is about (singleton), else the customer; empty when all are gone."""
        self.ensure_one()
        model = self.env.get(self.care_res_model) if self.care_res_model else None
        if model is not None and hasattr(model, "_care_low_score"):
            document = model.browse(self.care_res_id).exists()
            if document:
                return document
        return self.partner_id
