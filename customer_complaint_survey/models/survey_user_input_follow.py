from markupsafe import Markup
from odoo import models

COMPLAINT = "customer.complaint"


class SurveyUserInput(models.Model):
    """A low answer that becomes a complaint, or belongs to one."""

    _inherit = "survey.user_input"

    def _care_find_follower(self, document, score):
        """Open a complaint, or add to the open one, where the rule says so.

        An answer about a complaint opens no other one, so that complaints and surveys about them do not go on for ever:
        a call is made, and the complaint can be reopened from the follow-up.
        """
        rule = self.care_rule_id.sudo()
        if document._name == COMPLAINT:
            return {**super()._care_find_follower(document, score), "linked_complaint_id": document.id}
        if not rule.is_complaint_opened:
            return super()._care_find_follower(document, score)
        complaint = rule._get_open_complaint(score.commercial_partner_id, self.env.company)
        body = self._care_get_complaint_body(score)
        if complaint:
            complaint.message_post(
                body=body, author_id=self.env.ref("base.partner_root").id, subtype_xmlid="mail.mt_note"
            )
        else:
            complaint = complaint.create(
                {**rule._prepare_complaint_vals(score, self.env.company), "description": body}
            )
        user = complaint.user_id or self.env["customer.survey.loop"]._find_user(
            document, score.partner_id, self.env.company
        )
        return {"user_id": user.id, "linked_complaint_id": complaint.id}

    def _care_get_complaint_body(self, score):
        """Return the answer as the words of a complaint."""
        said = Markup("<p>%s</p>") % score.comment if score.comment else Markup()
        return said + (self._care_get_answer_html() or Markup())
