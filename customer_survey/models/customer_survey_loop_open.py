from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools.misc import clean_context

from .customer_survey_loop import OPEN_STATES

SILENT = {"tracking_disable": True, "mail_create_nolog": True, "mail_create_nosubscribe": True}
# Working hours are looked for so many times as far as they would reach round the clock.
REACH = 10


class CustomerSurveyLoop(models.Model):
    """How a follow-up begins: in the transaction in which the answer is counted, so that neither is lost alone."""

    _inherit = "customer.survey.loop"

    @api.model
    def _open(self, kind, answer, score, found):
        """Begin to follow up an answer, once.

        :param kind: ``low`` or ``promoter``
        :param answer: ``survey.user_input`` (singleton, superuser)
        :param score: the ``customer.survey.score`` that decides
        :param dict found: what takes care of it: ``callback_id``, ``user_id`` and what other addons add
        :return: the follow-up; empty when there is one already
        """
        # a default_state in a client's context must not end it at once
        context = {**clean_context(self.env.context), **SILENT}
        loops = self.with_user(SUPERUSER_ID).with_context(context)  # pylint: disable=context-overridden
        if loops.search_count([("user_input_id", "=", answer.id), ("kind", "=", kind)], limit=1):
            return loops.browse()
        loop = loops.create(loops._prepare_open_vals(kind, answer, score, found))
        if not loop.callback_id:
            loop._notify_responsible()
        return loop

    @api.model
    def _prepare_open_vals(self, kind, answer, score, found):
        now = fields.Datetime.now()
        company = answer.care_company_id or self.env.company
        team = answer.partner_id.commercial_partner_id.care_team_id
        team = team if team.company_id in (company, company.browse()) else team.browse()
        return {
            "kind": kind,
            "partner_id": score.partner_id.id,
            "company_id": company.id,
            "team_id": team.id,
            "score_id": score.id,
            "value": score.value,
            "user_input_id": answer.id,
            "rule_id": score.rule_id.id,
            "res_model": score.res_model,
            "res_id": score.res_id,
            "open_datetime": now,
            "date_deadline": self._get_deadline(team, company, now, score.rule_id.answer_hours),
            **found,
        }

    @api.model
    def _get_deadline(self, team, company, start, hours):
        """Return the moment at which so many working hours of the team, else of the company, have passed.

        Where the calendar has too few of them the hours count round the clock.
        """
        calendar = team._care_calendar(company).with_company(company)
        reach = start + timedelta(hours=hours * REACH) + timedelta(days=REACH)
        moment = calendar._care_worktime(start, reach).after(start, hours * 3600)
        return (moment or start + timedelta(hours=hours)).replace(microsecond=0)

    @api.model
    def _find_user(self, document, partner, company):
        """Return who takes care: the document's responsible person, the customer's, else the leader of the team.

        Who is absent is represented by the deputy; who has left, or works in another company, is left out.
        """
        today = fields.Date.context_today(self)
        staff = self.env["customer.callback.rule"].sudo()._get_staff(company, today, today)
        customer = partner.commercial_partner_id
        people = [
            *(document._care_get_responsible() if document else ()),
            *customer.care_user_id,
            *customer.care_team_id.user_id,
        ]
        found = (staff.resolve(user.id, today) for user in people)
        return self.env["res.users"].browse(next((user_id for user_id in found if user_id), ()))

    def _notify_responsible(self):
        """Tell the responsible person of a follow-up (singleton) that no call reminds of."""
        user = self.user_id
        if not user or self.state not in OPEN_STATES:
            return
        texts = self.with_context(lang=user.lang).env
        self._notify_people(
            user,
            texts._("A customer is not satisfied: %(name)s", name=self.display_name)
            if self.kind == "low"
            else texts._("A customer recommends us: %(name)s", name=self.display_name),
        )

    def _notify_people(self, user, subject):
        """Send one message with links to these follow-ups."""
        user._care_notify(subject, "customer_survey.customer_survey_loop_digest", {"loops": self})

    @api.model
    def _follow_correction(self, scores):
        """Dismiss open follow-ups of answers that call for none any more; begin those that are called for now.

        :param scores: rows that were corrected, old and new, as superuser
        """
        answers = scores.user_input_id
        for loop in self.sudo().search([("user_input_id", "in", answers.ids), ("state", "in", OPEN_STATES)]):
            valid = loop.user_input_id._care_get_deciding_score(loop.kind)
            if valid and valid.partner_id == loop.partner_id:
                loop.write({"score_id": valid.id, "value": valid.value})
            else:
                loop._dismiss(self.env._("The answer was corrected."))
        for answer in answers:
            answer._care_follow_up()
