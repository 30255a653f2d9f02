from odoo import Command
from odoo.tests import TransactionCase, tagged

from .common import SurveyKit


@tagged("post_install", "-at_install")
class TestSurveyCheck(SurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()

    def _assert_problem(self, text, survey=None):
        problems = (survey or self.survey)._care_get_problems()
        self.assertTrue([problem for problem in problems if text in problem], problems)

    def test_good_survey_has_no_problem(self):
        """Nothing to correct: it may be sent, and the box says what it measures."""
        self.assertEqual(self.survey._care_get_problems(), [])
        self.assertFalse(self.survey.care_problems)
        self.assertEqual(self.survey.care_measures, "Satisfaction (CSAT), Recommendation (NPS), Effort (CES)")
        self.assertEqual((self.survey.care_reason_count, self.survey.care_comment_count), (0, 1))

    def test_several_questions_of_a_kind(self):
        """Several questions of one kind are counted."""
        self.ces.care_metric = "csat"
        self.assertEqual(self.survey.care_measures, "Satisfaction (CSAT) × 2, Recommendation (NPS)")

    def test_closed(self):
        self.rule.active = False
        self.survey.active = False
        self._assert_problem("closed")

    def test_empty(self):
        self.survey.question_ids.unlink()
        self._assert_problem("no questions")

    def test_nothing_measured(self):
        """A survey without measuring question leads to no figure."""
        self.survey.question_ids.care_metric = False
        self._assert_problem("No question measures anything")

    def test_sections(self):
        """Section by section: without sections nothing is asked, before the first one is never asked."""
        self.survey.questions_layout = "page_per_section"
        self._assert_problem("no section has questions")
        self.survey.question_and_page_ids = [
            Command.create({"sequence": 2, "title": "S", "is_page": True, "question_type": False})
        ]
        self.survey.question_ids[-1].sequence = 9
        self._assert_problem("before the first section: Satisfied?")

    def test_nothing_to_choose(self):
        self.survey.question_and_page_ids = [
            Command.create({"sequence": 9, "title": "Which?", "question_type": "multiple_choice"})
        ]
        self._assert_problem("nothing to choose from: Which?")

    def test_misplaced_by_rpc(self):
        """A question moved alone before the one it depends on is told."""
        self.comment.write(
            {"care_condition_question_id": self.csat.id, "care_condition_min": 1, "care_condition_max": 6}
        )
        self.comment.sequence = 0
        self._assert_problem("must come after")

    def test_other_type(self):
        """A survey of another type is nothing for rules, and its form shows no box."""
        survey = self._create_survey(survey_type="custom")
        self._assert_problem("not of the type", survey)
        self.assertFalse(survey.care_problems)

    def test_hints(self):
        """Advice does not keep a survey from being sent."""
        self.survey.users_login_required = True
        self.comment.unlink()
        hints = " ".join(self.survey._care_get_hints())
        for text in ("mandatory", "reasons", "comment", "log in"):
            self.assertIn(text, hints)
        self.assertEqual(self.survey._care_get_problems(), [])

    def test_marks(self):
        """The list of questions says what each counts as."""
        self.csat.care_aspect_id = self.env.ref("customer_survey.customer_survey_aspect_speed")
        self.assertEqual(
            self.survey.question_ids.mapped("care_mark"), ["CSAT · Speed", "NPS", "CES", "Comment"]
        )

    def test_shipped_surveys_are_ready(self):
        """All templates can be sent as they are, have a reason and a comment, and nothing to advise."""
        templates = self.env["survey.survey"].search([("care_is_template", "=", True)])
        own = templates.filtered(lambda survey: survey.get_external_id()[survey.id].startswith("customer_"))
        self.assertGreaterEqual(len(own), 9)
        for template in own:
            with self.subTest(template=template.title):
                self.assertEqual(template._care_get_problems(), [])
                self.assertEqual(template._care_get_hints(), [])
                self.assertTrue(template.care_purpose and template.description and template.description_done)
                scales = template.question_ids.filtered(lambda question: question.question_type == "scale")
                self.assertTrue(all(q.scale_min_label and q.scale_max_label for q in scales))
                self.assertTrue(any(q.care_condition_question_id for q in template.question_ids))
