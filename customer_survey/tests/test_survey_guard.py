from ast import literal_eval

from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.tests import TransactionCase, tagged

from .common import SurveyKit


@tagged("post_install", "-at_install")
class TestSurveyGuard(SurveyKit, TransactionCase):
    """What may not happen to surveys and questions in use."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls.reason = cls.env["survey.question"].create(
            {
                "survey_id": cls.survey.id,
                "sequence": 5,
                "title": "Reason?",
                "question_type": "multiple_choice",
                "suggested_answer_ids": [Command.create({"value": "A"}), Command.create({"value": "B"})],
            }
        )
        cls.answer = cls._send()
        cls.answer._save_lines(cls.reason, [str(cls.reason.suggested_answer_ids[0].id)])
        cls._answer(cls.answer, csat=3)

    def _as(self, role, record):
        return record.sudo(False).with_user(self.users[role])

    def test_close_survey_of_rule(self):
        """A survey that a rule in force sends is not closed; who may stop rules is led to them."""
        survey = self._as("manager", self.survey)
        with self.assertRaisesRegex(UserError, "By hand"):
            survey.action_archive()
        with self.assertRaisesRegex(RedirectWarning, "By hand"):
            self._as("admin", self.survey).action_archive()
        self.rule.active = False
        survey.action_archive()
        self.assertFalse(survey.active)

    def test_meaning_of_answered_question(self):
        """Scale, type, measure, condition of an answered question stay; the same value may be saved again."""
        csat = self._as("manager", self.csat)
        for vals in (
            {"scale_max": 5},
            {"question_type": "text_box", "care_metric": False},
            {"care_metric": "ces"},
            {"care_metric": False},
            {"survey_id": self._create_survey().id},
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "already answered: Satisfied"):
                csat.write(vals)
        csat.write({"scale_max": 10, "care_metric": "csat", "sequence": 1})
        condition = {"care_condition_question_id": self.csat.id, "care_condition_max": 6}
        with self.assertRaisesRegex(UserError, "already answered: Reason"):
            self._as("manager", self.reason).write(condition)
        self._as("manager", self.ces).write({**condition, "scale_max": 5, "care_condition_min": 1})

    def test_marks_may_come_later(self):
        """Who forgot to mark a question may do so after the first answers: their scores are not touched."""
        speed = self.env.ref("customer_survey.customer_survey_aspect_speed")
        self._as("manager", self.csat).care_aspect_id = speed
        self._as("manager", self.reason).care_is_reason = True
        self.ces.care_metric = False
        self.answer._save_lines(self.ces, "4")
        self._as("manager", self.ces).care_metric = "csat"

    def test_meaning_through_survey(self):
        """The form of the survey is no way round."""
        with self.assertRaisesRegex(UserError, "already answered"):
            self._as("manager", self.survey).write(
                {"question_and_page_ids": [Command.update(self.csat.id, {"scale_min": 0})]}
            )
        with self.assertRaisesRegex(UserError, "already answered"):
            self._as("manager", self.survey).write({"question_and_page_ids": [Command.delete(self.csat.id)]})

    def test_delete_answered_question(self):
        """Answers are not lost with their question; what nobody answered may go."""
        with self.assertRaisesRegex(UserError, "already answered"):
            self._as("manager", self.csat).unlink()
        self._as("manager", self.ces).unlink()

    def test_delete_chosen_answer(self):
        """A choice that was chosen stays, the other may go."""
        chosen, other = self._as("manager", self.reason.suggested_answer_ids)
        with self.assertRaisesRegex(UserError, "already chosen from: Reason"):
            chosen.unlink()
        other.unlink()

    def test_reworded_question_is_noted(self):
        """Words may be corrected; the survey's history keeps what they were."""
        self._as("manager", self.csat).title = "Happy?"
        self.assertIn("“Satisfied?” is now “Happy?”", self.survey.message_ids[:1].body)
        count = len(self.survey.message_ids)
        self._as("manager", self.csat).title = "Happy?"
        self._as("manager", self.ces).title = "Simple?"
        self.assertEqual(len(self.survey.message_ids), count)

    def test_test_answers_do_not_matter(self):
        """A survey that was only tried out can still be changed."""
        survey = self._create_survey()
        answer = survey._create_answer(user=self.users["manager"], test_entry=True)
        self._answer(answer, csat=3)
        self._as("manager", survey).write(
            {
                "care_is_anonymous": True,
                "question_and_page_ids": [Command.update(survey.question_ids[0].id, {"scale_max": 5})],
            }
        )

    def test_promise(self):
        """Whether answers have a name is not changed after customers were asked."""
        with self.assertRaisesRegex(UserError, "anonymous or not"):
            self._as("manager", self.survey).care_is_anonymous = True
        self._as("manager", self.survey).care_is_anonymous = False

    def test_type_stays(self):
        """Answers do not vanish from their readers by another type."""
        for role in ("manager", "survey_manager"):
            with self.subTest(role=role), self.assertRaisesRegex(UserError, "stays as it is"):
                self._as(role, self.survey).survey_type = "custom"

    def test_other_surveys_are_free(self):
        """Surveys of other types keep the standard rules."""
        survey = self._create_survey(survey_type="custom")
        question = survey.question_ids[0]
        survey._create_answer(check_attempts=False)._save_lines(question, "3")
        self._as("survey_manager", question).write({"scale_max": 5})
        self._as("survey_manager", question).unlink()
        self._as("survey_manager", survey).action_archive()

    def test_aspect_needs_metric(self):
        """An aspect is judged by a question that measures."""
        speed = self.env.ref("customer_survey.customer_survey_aspect_speed")
        with self.assertRaisesRegex(ValidationError, "measures something"):
            self.comment.care_aspect_id = speed

    def test_aspect_in_score(self):
        """The score keeps the aspect, and an aspect in use is archived instead of deleted."""
        speed = self.env.ref("customer_survey.customer_survey_aspect_speed")
        self.csat.sudo().care_aspect_id = speed
        score = self._answer(self._send(cause="2"), csat=3)
        self.assertEqual(score.aspect_id, speed)
        self.assertGreaterEqual(speed.question_count, 1)

    def test_aspect_roles(self):
        """Managers and administrators set up aspects, the others of the customer care read them."""
        speed = self.env.ref("customer_survey.customer_survey_aspect_speed")
        for role in self.users:
            aspect = self._as(role, speed)
            reads = role in ("specialist", "supervisor", "manager", "admin", "auditor", "survey_manager")
            self.assertEqual(aspect.has_access("read"), reads, role)
            for operation in ("write", "create", "unlink"):
                self.assertEqual(
                    aspect.has_access(operation), role in ("manager", "admin"), (role, operation)
                )

    def test_library(self):
        """A manager makes a survey of his own from a template: named as it, in all languages, not a template."""
        template = self.env.ref("customer_survey.survey_bank")
        self.env["res.lang"]._activate_lang("zh_CN")
        template.with_context(lang="zh_CN").title = "网点"
        library = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_survey.survey_survey_action_template"
        )
        context = literal_eval(library["context"])
        action = self._as("manager", template).with_context(**context).action_use_template()
        survey = self.env["survey.survey"].browse(action["res_id"])
        self.assertEqual(survey.title, template.title)
        self.assertEqual(survey.with_context(lang="zh_CN").title, "网点")
        self.assertFalse(survey.care_is_template)
        self.assertEqual(survey.user_id, self.users["manager"])
        self.assertIn("(template)", template.display_name)
        self.assertNotIn("(template)", survey.display_name)
        self.assertEqual(survey.question_ids.mapped("care_mark"), template.question_ids.mapped("care_mark"))
        reason = survey.question_ids.filtered("care_is_reason")
        self.assertEqual(reason.care_condition_question_id.survey_id, survey)
        self.assertEqual(survey._care_get_problems(), [])
        with self.assertRaises(AccessError):
            self._as("supervisor", template).action_use_template()

    def test_lists(self):
        """A template stands in the library; a rule that sends it puts it among the surveys too."""
        template = self.env.ref("customer_survey.survey_bank")
        action = self.env["ir.actions.act_window"]._for_xml_id("customer_survey.survey_survey_action")
        domain = literal_eval(action["domain"])
        surveys = self._as("supervisor", self.env["survey.survey"])
        self.assertNotIn(template, surveys.search(domain))
        self.rule.survey_id = template
        self.assertIn(template, surveys.search(domain))
        self.assertEqual(self._as("auditor", template).care_rule_count, 1)
        self.assertEqual(
            self._as("auditor", template).action_view_rules()["domain"], [("survey_id", "=", template.id)]
        )
