from odoo.tests import TransactionCase, tagged

from .common import SurveyKit

# What completing may cost beyond a survey of Odoo's own types with the same questions.
BUDGET = 15
# With a call planned and the follow-up begun.
BUDGET_LOW = 45


@tagged("post_install", "-at_install")
class TestCost(SurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls.core_survey = cls._create_survey(survey_type="custom")

    def _fill(self, answer, **values):
        """Save what was answered, up to the last click."""
        answer._mark_in_progress()
        for metric, value in values.items():
            question = answer.survey_id.question_ids.filtered(
                lambda one, metric=metric: one.care_metric == metric
            )
            answer._save_lines(question, str(value))
        self.env.flush_all()
        self.env.invalidate_all()
        return answer

    def _count(self, answer):
        # what a first request reads and keeps is not the cost of an answer
        before = self.env.cr.sql_log_count
        answer._mark_done()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _get_costs(self, **values):
        """Return what completing costs for a survey of ours beyond one of Odoo's, each measured warm."""
        costs = []
        for number in range(2):
            core = self.core_survey._create_answer(partner=self.contact, check_attempts=False)
            own = self._send(cause=str(number))
            costs.append(-self._count(self._fill(core, **values)) + self._count(self._fill(own, **values)))
        return costs[-1]

    def test_good_answer_costs_little(self):
        """Scores, figures and timeline of an answer take at most so many queries more than core's own."""
        self.assertLessEqual(self._get_costs(csat=10, nps=8, ces=7), BUDGET)

    def test_low_answer_costs_a_callback_more(self):
        """A call and a follow-up are made from a constant number of queries."""
        self.assertLessEqual(self._get_costs(csat=1, nps=1, ces=1), BUDGET_LOW)
