from markupsafe import Markup
from odoo import models
from odoo.fields import Domain
from odoo.tools.misc import format_datetime

OVERALL = "customer_survey.customer_survey_aspect_overall"
ROW = Markup("<tr><th class='fw-normal text-muted w-50'>%s</th><td class='%s'>%s</td></tr>")
TABLE = Markup("<p class='text-muted mb-1'>%s</p><table class='table table-sm'>%s</table>")


class SurveyUserInput(models.Model):
    """What follows an answer: somebody calls who is not satisfied, and thanks who recommends us."""

    _inherit = "survey.user_input"

    def _care_follow_up(self):
        """Follow up the answer (singleton, superuser) by what its current scores say."""
        self.ensure_one()
        low = self._care_get_deciding_score("low")
        if low:
            self._care_answer_low_score(low)
            return
        promoter = self._care_get_deciding_score("promoter")
        if promoter:
            self._care_answer_promoter(promoter)

    def _care_get_deciding_score(self, kind):
        """Return the lowest low score of the answer (singleton), or its recommendation; empty when it has none.

        Where the customer judged the whole, single aspects alone are no reason to call: who gave 9 overall is
        satisfied, however the meals were.
        """
        scores = self.care_score_ids.filtered("partner_id")
        overall_id = self.env["ir.model.data"]._xmlid_to_res_id(OVERALL)
        scores = scores.filtered(lambda score: score.aspect_id.id in (False, overall_id)) or scores
        low = scores.filtered("is_low").sorted("value")[:1]
        if kind == "low":
            return low
        return scores.filtered(lambda score: score.nps_class == "promoter")[:1] if not low else low.browse()

    def _care_answer_low_score(self, low_score):
        """Let somebody take care of an unhappy answer (singleton) and tell its document, once."""
        loops = self.env["customer.survey.loop"]
        document = self._care_get_document()
        if not document or loops.search_count(
            [("user_input_id", "=", self.id), ("kind", "=", "low")], limit=1
        ):
            return
        company = self.care_company_id or self.env.company
        found = self.with_company(company)._care_find_follower(document, low_score)
        if self.care_rule_id.is_followed:
            loops.with_company(company)._open("low", self, low_score, found)
        document.with_company(company)._care_low_score(low_score)

    def _care_find_follower(self, document, score):
        """Return the values of the follow-up that say who takes care of a low answer (singleton), and by what.

        A call that is planned for the customer anyway, early enough for the follow-up, is taken, for nobody wants
        two; else the callback rules plan one. Override to take care in another way.
        """
        Callback = self.env["customer.callback"].sudo()
        planned = self._care_get_planned_call(score)
        if not planned:
            planned = self.env["customer.callback.rule"]._plan(
                "survey_low_score", document, cause=f"survey:{self.id}"
            )[:1]
        return self._prepare_call_vals(planned or Callback, document)

    def _prepare_call_vals(self, callback, document):
        """Return the values of a follow-up for a call, or without one those that say who is responsible."""
        user = callback.user_id or self.env["customer.survey.loop"]._find_user(
            document, self.partner_id, self.env.company
        )
        return {"callback_id": callback.id, "user_id": user.id}

    def _care_get_planned_call(self, score):
        """Return the call already planned for the customer early enough, the earliest; may be empty."""
        if not self.care_rule_id.is_followed:
            return self.env["customer.callback"].sudo()
        loops = self.env["customer.survey.loop"]
        customer = score.commercial_partner_id
        domain = Domain("commercial_partner_id", "=", customer.id) & Domain("state", "=", "planned")
        planned = (
            self.env["customer.callback"]
            .sudo()
            .search(
                domain & Domain("company_id", "=", self.env.company.id), order="date_planned, id", limit=1
            )
        )
        if not planned:
            return planned
        vals = loops.sudo()._prepare_open_vals("low", self, score, {})
        return planned if planned.date_planned <= vals["date_deadline"].date() else planned.browse()

    def _care_answer_promoter(self, score):
        """Thank who recommends us (singleton), and let somebody ask for a referral, as the rule says."""
        rule, loops = self.care_rule_id, self.env["customer.survey.loop"]
        if not rule.thanks_template_id and not rule.is_referral_asked:
            return
        document = self._care_get_document()
        if not document or loops.search_count(
            [("user_input_id", "=", self.id), ("kind", "=", "promoter")], limit=1
        ):
            return
        company = self.care_company_id or self.env.company
        answer = self.with_company(company)
        found = {"state": "dismissed", "dismiss_reason": self.env._("Nothing is asked of who recommends us.")}
        if rule.is_referral_asked:
            planned = answer.env["customer.callback.rule"]._plan(
                "survey_promoter", document, cause=f"survey:{self.id}"
            )[:1]
            found = answer._prepare_call_vals(planned, document)
        loop = loops.with_company(company)._open("promoter", self, score, found)
        loop._thank()

    def _care_get_answer_html(self):
        """Return what was answered (singleton, superuser) as a table: question and answer, low ones in red."""
        low = self.care_score_ids.filtered("is_low").question_id
        rows = []
        for question, lines in (
            self.user_input_line_ids.sorted("question_sequence").grouped("question_id").items()
        ):
            # core shortens long texts in the name of a line
            texts = [line.value_text_box or line.display_name for line in lines if not line.skipped]
            if texts:
                style = "fw-bold text-danger" if question in low else ""
                rows.append(ROW % (question.title, style, Markup("<br/>").join(texts)))
        if not rows:
            return False
        head = f"{self.survey_id.title} · {format_datetime(self.env, self.end_datetime)}"
        return TABLE % (head, Markup().join(rows))
