from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, tagged

from .common import SurveyKit


@tagged("post_install", "-at_install")
class TestQuestion(SurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()

    def _create_question(self, **vals):
        return self.env["survey.question"].create({"title": "Q", "survey_id": self.survey.id, **vals})

    def test_metric_on_text_refused(self):
        """Only a scale or a number can become a score."""
        with self.assertRaisesRegex(ValidationError, "scale or a number"):
            self._create_question(question_type="text_box", care_metric="csat")

    def test_metric_on_number_without_limits_refused(self):
        """A number needs both ends, or nothing says what is good."""
        with self.assertRaisesRegex(ValidationError, "lowest and its highest"):
            self._create_question(question_type="numerical_box", care_metric="csat")

    def test_metric_on_number_with_limits_counts(self):
        """A number between limits counts as a scale does."""
        question = self._create_question(
            question_type="numerical_box",
            care_metric="csat",
            validation_required=True,
            validation_min_float_value=0,
            validation_max_float_value=200,
        )
        answer = self._send()
        answer._save_lines(question, "50")
        answer._mark_done()
        self.assertEqual(answer.care_score_ids.filtered(lambda s: s.question_id == question).value, 25)

    def test_nps_on_other_scale_refused(self):
        """The recommendation is asked from 0 to 10."""
        with self.assertRaisesRegex(ValidationError, "from 0 to 10"):
            self._create_question(**self._prepare_scale_vals(9, "Q", "nps", 1, 5))

    def test_metric_scale_without_length_refused(self):
        """A metric's scale cannot lose its length later."""
        with self.assertRaisesRegex(ValidationError, "lowest and its highest"):
            self.csat.write({"scale_min": 5, "scale_max": 5})

    def test_comment_on_scale_refused(self):
        """Only a text can be the comment."""
        with self.assertRaisesRegex(ValidationError, "Only a text"):
            self.csat.care_is_comment = True

    def test_rule_with_foreign_survey_refused(self):
        """A rule sends surveys of our type alone."""
        survey = self._create_survey(survey_type="custom")
        with self.assertRaisesRegex(UserError, "type Customer Care"):
            self._create_rule(survey_id=survey.id)

    def test_shipped_survey_is_usable(self):
        """The survey that comes with the addon can be sent, in all languages, and counts twice."""
        survey = self.env.ref("customer_survey.survey_satisfaction")
        survey.check_validity()
        self.assertTrue(survey._care_is_usable())
        self.assertFalse(survey.lang_ids)
        self.assertEqual(
            [kind for kind in survey.question_ids.mapped("care_metric") if kind], ["csat", "nps"]
        )

    def test_survey_copy_keeps_metrics(self):
        """A copied survey counts as its original."""
        copy = self.survey.copy()
        self.assertEqual(
            copy.question_ids.mapped("care_metric"), self.survey.question_ids.mapped("care_metric")
        )
        self.assertEqual(copy.survey_type, "customer_care")

    def test_allowed_types_by_role(self):
        """A manager may make surveys of our type, without being a survey officer."""
        for role, expected in (("manager", True), ("survey_manager", True), ("employee", False)):
            survey = self.env["survey.survey"].with_user(self.users[role]).new({})
            self.assertEqual("customer_care" in (survey.allowed_survey_types or []), expected, role)

    def test_answers_actions_show_our_type(self):
        """The buttons of a survey show its answers, which the standard list leaves out."""
        for method in ("action_survey_user_input", "action_survey_user_input_completed"):
            action = getattr(self.survey, method)()
            self.assertEqual(action["domain"], [("survey_id.survey_type", "=", "customer_care")])
        other = self._create_survey(survey_type="custom")
        self.assertNotEqual(
            other.action_survey_user_input()["domain"], [("survey_id.survey_type", "=", "customer_care")]
        )
