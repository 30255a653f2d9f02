import math

from odoo import models
from odoo.tools import float_compare

# Longer texts are not typed by people.
TEXT_LENGTH = 20000


class SurveyQuestion(models.Model):
    """What customers' browsers send is checked before it is kept: pages can be forged."""

    _inherit = "survey.question"

    def validate_question(self, answer, comment=None):
        """Refuse what the page cannot have sent; the standard checks come after.

        Odoo checks neither the limits of a scale nor whose choices were taken, and breaks on other types of
        values. With a way back it leaves out what is mandatory, too: pages ask for it at the end, a survey on
        one page has no end.
        """
        if self.survey_id.survey_type == "customer_care":
            error = self._care_get_answer_error(answer, comment)
            if error:
                return {self.id: error}
        return super().validate_question(answer, comment)

    def _care_get_answer_error(self, answer, comment):
        """Return what is wrong with the answer to this question (singleton), empty when nothing is."""
        if isinstance(answer, str):
            answer = answer.strip()
        if comment and not (isinstance(comment, str) and self._care_is_text(comment)):
            return self.env._("The answer you entered is not valid.")
        if answer in (None, "", [], {}, False):
            counts = comment and self.comment_count_as_answer
            if self.constr_mandatory and not counts and self.survey_id.questions_layout == "one_page":
                return self.constr_error_msg or self.env._("This question requires an answer.")
            return ""
        check = getattr(self, f"_care_is_valid_{self.question_type}", None)
        if check and not check(answer):
            return self.validation_error_msg or self.env._("The answer you entered is not valid.")
        return ""

    def _care_is_text(self, answer):
        """Tell whether the database can keep the text."""
        if not isinstance(answer, str) or len(answer) > TEXT_LENGTH or "\0" in answer:
            return False
        try:
            answer.encode()
        except UnicodeEncodeError:
            return False
        return True

    def _care_is_valid_char_box(self, answer):
        return self._care_is_text(answer)

    def _care_is_valid_text_box(self, answer):
        return self._care_is_text(answer)

    def _care_is_valid_date(self, answer):
        return self._care_is_text(answer)

    def _care_is_valid_datetime(self, answer):
        return self._care_is_text(answer)

    def _care_is_valid_scale(self, answer):
        value = self._care_get_integer(answer)
        return value is not None and self.scale_min <= value <= self.scale_max

    def _care_is_valid_numerical_box(self, answer):
        if isinstance(answer, bool) or not isinstance(answer, str | int | float):
            return False
        try:
            value = float(answer)
        except OverflowError:
            return False
        except ValueError:
            return True  # the standard check says that it is no number
        if not math.isfinite(value):
            return False
        low, high = self._care_get_bounds()
        # The standard check compares with rounding errors: 10.000000001 must not pass a limit of 10.
        return not self.validation_required or (
            float_compare(value, low, precision_digits=6) >= 0
            and float_compare(value, high, precision_digits=6) <= 0
        )

    def _care_is_valid_simple_choice(self, answer):
        return self._care_are_choices(answer if isinstance(answer, list) else [answer])

    def _care_is_valid_multiple_choice(self, answer):
        return self._care_are_choices(answer if isinstance(answer, list) else [answer])

    def _care_is_valid_matrix(self, answer):
        if not isinstance(answer, dict):
            return False
        rows = [self._care_get_integer(row) for row in answer]
        return set(rows) <= set(self.matrix_row_ids.ids) and all(
            isinstance(choices, list)
            and self._care_are_choices(choices)
            and (self.matrix_subtype == "multiple" or len(choices) == 1)
            for choices in answer.values()
        )

    def _care_are_choices(self, answers):
        """Tell whether these are choices of this question, each once."""
        ids = [self._care_get_integer(answer) for answer in answers]
        return len(set(ids)) == len(ids) and set(ids) <= set(self.suggested_answer_ids.ids)

    @staticmethod
    def _care_get_integer(answer):
        """Return the whole number of an answer as the pages send it, None when it is none."""
        if isinstance(answer, bool) or not isinstance(answer, str | int):
            return None
        text = str(answer).strip()
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
