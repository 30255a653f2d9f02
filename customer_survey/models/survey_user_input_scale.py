import re

from odoo import models

CHOICE = re.compile(r"(\d{1,9})-(\d{1,3})", re.ASCII)


class SurveyUserInput(models.Model):
    """The scale of the first question in the mail: a link for each answer, which chooses it and sends nothing.

    Programs that look through mails open all links; so an answer counts when the customer sends the page alone.
    """

    _inherit = "survey.user_input"

    def _care_get_mail_scale(self):
        """Return {``question``, ``choices``: [(answer, address)]} for the mail (singleton), empty when it has none."""
        question = self.survey_id._care_get_first_scale()
        if not question or not self.care_rule_id.is_scale_mailed or self.state != "new":
            return {}
        url = self._care_get_short_url()
        answers = range(question.scale_min, question.scale_max + 1)
        return {
            "question": question,
            "choices": [(answer, f"{url}/{question.id}-{answer}") for answer in answers],
        }

    def _care_read_choice(self, text):
        """Return (question, answer) that a link of the mail chooses (singleton or none); ``None`` if it is no choice.

        :param text: last part of the address, whatever it is
        """
        match = CHOICE.fullmatch(text) if isinstance(text, str) else None
        question = self.survey_id._care_get_first_scale()
        if not match or self.state == "done" or int(match[1]) != question.id:
            return None
        answer = int(match[2])
        return (question, answer) if question.scale_min <= answer <= question.scale_max else None
