from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import HttpCase, TransactionCase, tagged
from psycopg2 import IntegrityError

from .common import SurveyKit


class ConditionKit(SurveyKit):
    """A survey in three sections: a score, its reason (1-6) with a follow-up, and a text for 9-10."""

    @classmethod
    def _set_up_conditions(cls):
        cls._set_up_kit()
        cls.survey = cls._create_survey(
            users_can_go_back=True,
            questions_layout="page_per_section",
            question_and_page_ids=[
                Command.create({"sequence": 1, "title": "S1", "is_page": True, "question_type": False}),
                Command.create(
                    {**cls._prepare_scale_vals(2, "Satisfied?", "csat", 1, 10), "constr_mandatory": True}
                ),
                Command.create(
                    {"sequence": 3, "title": "Effort", "question_type": "scale", "constr_mandatory": True}
                ),
                Command.create({"sequence": 4, "title": "S2", "is_page": True, "question_type": False}),
                Command.create(
                    {"sequence": 5, "title": "Reason", "question_type": "text_box", "constr_mandatory": True}
                ),
                Command.create({"sequence": 6, "title": "S3", "is_page": True, "question_type": False}),
                Command.create({"sequence": 7, "title": "Praise", "question_type": "text_box"}),
            ],
        )
        cls.csat, cls.effort, cls.reason, cls.praise = cls.survey.question_ids
        cls.pages = cls.survey.page_ids
        cls._set_condition(cls.effort, cls.csat, 1, 6)
        cls._set_condition(cls.reason, cls.effort, 0, 5)
        cls._set_condition(cls.praise, cls.csat, 9, 10)
        cls.rule.survey_id = cls.survey

    @classmethod
    def _set_condition(cls, question, source, low, high):
        question.write(
            {
                "care_condition_question_id": source.id,
                "care_condition_min": low,
                "care_condition_max": high,
            }
        )


@tagged("post_install", "-at_install")
class TestConditionPages(ConditionKit, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_conditions()

    def _begin(self, layout):
        self.survey.questions_layout = layout
        self.answer = self._send(cause=layout)
        self.path = f"{self.survey.access_token}/{self.answer.access_token}"
        self.authenticate(None, None)
        return self.make_jsonrpc_request(f"/survey/begin/{self.path}", {})[1]

    def _submit(self, place=None, **values):
        """Submit a page: `place` is its page or question; return the next one as HTML."""
        params = {str(getattr(self, name).id): value for name, value in values.items()}
        if place:
            params["page_id" if place.is_page else "question_id"] = place.id
        reply = self.make_jsonrpc_request(f"/survey/submit/{self.path}", params)[1]
        self.env.invalidate_all()
        return reply

    def _asks(self, reply):
        """Return the titles of the questions that a page shows."""
        content = reply["survey_content"]
        return {
            question.title
            for question in self.survey.question_ids
            if f'id="{question.id}"' in content
            and "d-none" not in content[: content.index(f'id="{question.id}"')].rsplit("<div", 1)[1]
        }

    def _get_answered(self):
        return set(
            self.answer.user_input_line_ids.filtered(lambda line: not line.skipped).question_id.mapped(
                "title"
            )
        )

    def test_question_pages_skip(self):
        """One question a page: what the score rules out is never shown, also what depends on it."""
        self.assertEqual(self._asks(self._begin("page_per_question")), {"Satisfied?"})
        reply = self._submit(self.csat, csat="8")
        self.assertEqual(self.answer.state, "done", reply)
        self.assertEqual(self._get_answered(), {"Satisfied?"})

    def test_question_pages_ask(self):
        """One question a page: a low score leads to the effort, that to the reason, the praise is left out."""
        self._begin("page_per_question")
        self.assertEqual(self._asks(self._submit(self.csat, csat="6")), {"Effort"})
        self.assertEqual(self._asks(self._submit(self.effort, effort="5")), {"Reason"})
        self._submit(self.reason, reason="Slow")
        self.assertEqual(self.answer.state, "done")
        self.assertEqual(self._get_answered(), {"Satisfied?", "Effort", "Reason"})

    def test_sections_skip(self):
        """A section a page: one without any question to ask is left out, and nothing mandatory is missed."""
        self.assertEqual(self._asks(self._begin("page_per_section")), {"Satisfied?"})
        reply = self._submit(self.pages[0], csat="9", effort="3")
        self.assertEqual(self._asks(reply), {"Praise"})
        self._submit(self.pages[2], praise="Nice")
        self.assertEqual(self.answer.state, "done")
        self.assertEqual(
            self._get_answered(), {"Satisfied?", "Praise"}, "a hidden question's answer was kept"
        )

    def test_sections_ask(self):
        """A section a page: the second one comes when the first leads to it, then the survey is over."""
        self._begin("page_per_section")
        self.assertEqual(self._asks(self._submit(self.pages[0], csat="3", effort="0")), {"Reason"})
        self._submit(self.pages[1], reason="Slow")
        self.assertEqual(self.answer.state, "done")

    def test_going_back_drops_answers(self):
        """Who goes back and corrects the score loses the answers that do not belong to it any more."""
        self._begin("page_per_section")
        self._submit(self.pages[0], csat="3", effort="0")
        params = {
            "page_id": self.pages[1].id,
            "previous_page_id": self.pages[0].id,
            str(self.reason.id): "Slow",
        }
        self.make_jsonrpc_request(f"/survey/submit/{self.path}", params)
        self._submit(self.pages[0], csat="10", effort="0")
        self.assertEqual(self._get_answered(), {"Satisfied?"})

    def test_one_page(self):
        """All on one page: hidden at first, dropped when sent though the score rules it out."""
        self.assertEqual(self._asks(self._begin("one_page")), {"Satisfied?"})
        self._submit(csat="10", effort="2", reason="Slow", praise="Nice")
        self.assertEqual(self.answer.state, "done")
        self.assertEqual(self._get_answered(), {"Satisfied?", "Praise"})
        self.assertEqual(self.answer.predefined_question_ids, self.csat | self.praise)

    def test_one_page_without_way_back(self):
        """Where the server checks what is mandatory, it does not ask for a hidden question."""
        self.survey.users_can_go_back = False
        self._begin("one_page")
        self.assertNotIn("error", self._submit(csat="8"))
        self.assertEqual(self.answer.state, "done")

    def test_print(self):
        """The printed answer shows what was asked; the empty form says whom a question is for."""
        self._begin("one_page")
        self._submit(csat="10", praise="Nice")
        page = self.url_open(f"/survey/print/{self.path.replace('/', '?answer_token=')}").text
        self.assertIn("Praise", page)
        self.assertNotIn(f'id="{self.reason.id}"', page)
        self.authenticate("survey_manager", "survey_manager")
        page = self.url_open(f"/survey/print/{self.survey.access_token}").text
        self.assertIn("Only if you answered 9 to 10 to “Satisfied?”.", page)

    def test_tour(self):
        """In the browser questions come and go with the score, and a hidden mandatory one does not stop anybody."""
        self._begin("one_page")
        self.start_tour(f"/survey/{self.path}", "customer_survey_condition")
        self.env.invalidate_all()
        self.assertEqual(self._get_answered(), {"Satisfied?", "Praise"})

    def test_tour_pages(self):
        """On the last page the button goes on or submits, as the score says."""
        self.pages[0].title = "Last"
        self._begin("page_per_section")
        self.start_tour(f"/survey/{self.path}", "customer_survey_condition_pages")
        self.env.invalidate_all()
        self.assertEqual(self._get_answered(), {"Satisfied?", "Effort", "Reason"})


@tagged("post_install", "-at_install")
class TestCondition(ConditionKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_conditions()

    def test_copy_maps_conditions(self):
        """The questions of a copied survey depend on the copy's questions."""
        copy = self.survey.copy()
        csat, effort, reason, praise = copy.question_ids
        self.assertEqual(reason.care_condition_question_id, effort)
        self.assertEqual((effort | praise).care_condition_question_id, csat)
        self.assertEqual((praise.care_condition_min, praise.care_condition_max), (9, 10))
        self.assertEqual(self.praise.care_condition_question_id, self.csat)

    def test_copy_of_question_keeps_condition(self):
        """A question duplicated in its survey is asked of the same people, elsewhere of everybody."""
        self.assertEqual(self.praise.copy().care_condition_question_id, self.csat)
        other = self._create_survey()
        self.assertFalse(self.praise.copy({"survey_id": other.id}).care_condition_question_id)

    def test_foreign_question_refused(self):
        """A question depends on one of its own survey."""
        other = self._create_survey()
        with self.assertRaisesRegex(ValidationError, "own survey only"):
            self._set_condition(self.praise, other.question_ids[0], 1, 6)

    def test_text_refused(self):
        """Only numbers have a range."""
        with self.assertRaisesRegex(ValidationError, "not answered with a number"):
            self._set_condition(self.praise, self.reason, 1, 6)

    def test_cycle_refused(self):
        """No question depends on itself, directly or through others."""
        for question in (self.csat, self.effort):
            with (
                self.subTest(question=question.title),
                self.assertRaisesRegex(ValidationError, "depend on itself"),
            ):
                self._set_condition(self.csat, question, 1, 6)

    def test_range_refused(self):
        """A range upside down, or outside of the scale, would ask nobody."""
        with self.assertRaisesRegex(ValidationError, "Nobody would be asked"):
            self._set_condition(self.praise, self.csat, 11, 12)
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._set_condition(self.praise, self.csat, 6, 1)

    def test_section_and_choices_refused(self):
        """Sections have no condition, and one question has one kind of condition."""
        with self.assertRaisesRegex(ValidationError, "Section"):
            self._set_condition(self.pages[1], self.csat, 1, 6)
        choice = self.env["survey.question"].create(
            {
                "survey_id": self.survey.id,
                "sequence": 1,
                "title": "Choice",
                "question_type": "simple_choice",
                "suggested_answer_ids": [Command.create({"value": "A"})],
            }
        )
        with self.assertRaisesRegex(ValidationError, "depends on choices already"):
            self.praise.triggering_answer_ids = choice.suggested_answer_ids

    def test_order(self):
        """A question cannot come before the one it depends on; moving both at once is fine in any order."""

        def move(*moves):
            self.survey.question_and_page_ids = [
                Command.update(question.id, {"sequence": sequence}) for question, sequence in moves
            ]

        move((self.csat, 20), (self.effort, 21), (self.reason, 22), (self.praise, 23))
        with self.assertRaisesRegex(ValidationError, "must come after"):
            move((self.praise, 3))

    def test_source_is_kept(self):
        """What others depend on is neither deleted nor made a text; with them it may go."""
        with self.assertRaisesRegex(UserError, "depend on this one"):
            self.csat.unlink()
        with self.assertRaisesRegex(ValidationError, "type cannot be changed"):
            self.effort.question_type = "text_box"
        (self.csat | self.effort | self.reason | self.praise).unlink()

    def test_random_ignores_conditions(self):
        """Where questions are picked at random conditions do not count, as with choices."""
        self.survey.questions_selection = "random"
        self.assertFalse(self._send()._get_inactive_conditional_questions())
        self.assertIn("random", " ".join(self.survey._care_get_hints()))

    def test_number_as_source(self):
        """A typed number can be depended on, too."""
        number = self.env["survey.question"].create(
            {
                "survey_id": self.survey.id,
                "sequence": 1,
                "title": "How many?",
                "question_type": "numerical_box",
            }
        )
        self._set_condition(self.praise, number, 0, 3)
        answer = self._send()
        for value, is_asked in (("0", True), ("3", True), ("3.5", False), ("", False)):
            answer._save_lines(number, value)
            self.assertEqual(self.praise not in answer._get_inactive_conditional_questions(), is_asked, value)

    def test_chosen_trigger_goes_with_its_question(self):
        """A choice that is dropped does not keep alive what depends on it."""
        reason = self.env["survey.question"].create(
            {
                "survey_id": self.survey.id,
                "sequence": 8,
                "title": "Which?",
                "question_type": "simple_choice",
                "suggested_answer_ids": [Command.create({"value": "Other"})],
            }
        )
        self._set_condition(reason, self.csat, 1, 6)
        detail = self.env["survey.question"].create(
            {
                "survey_id": self.survey.id,
                "sequence": 9,
                "title": "Namely",
                "question_type": "text_box",
                "triggering_answer_ids": [Command.set(reason.suggested_answer_ids.ids)],
            }
        )
        answer = self._send()
        answer._save_lines(self.csat, "2")
        answer._save_lines(reason, str(reason.suggested_answer_ids.id))
        answer._save_lines(detail, "Noise")
        self.assertNotIn(detail, answer._get_inactive_conditional_questions())
        answer._save_lines(self.csat, "9")
        answer._clear_inactive_conditional_answers()
        self.assertEqual(answer.user_input_line_ids.question_id, self.csat)

    def test_costs_no_queries(self):
        """Conditions are decided with what is in memory."""
        answer = self._send()
        answer._save_lines(self.csat, "2")
        answer._get_inactive_conditional_questions()
        with self.assertQueryCount(0):
            self.assertEqual(answer._get_inactive_conditional_questions(), self.reason | self.praise)
