import json
import random
from datetime import timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, TransactionCase, tagged

from .common import SurveyKit

VALUES = (
    None,
    True,
    False,
    0,
    -1,
    99,
    7,
    2**70,
    0.5,
    1e400,
    "",
    " ",
    "0",
    "-1",
    "99",
    "5",
    "5.5",
    "nan",
    "inf",
    "1e3",
    "٣",
    "x",
    "a\0b",
    "\ud800",
    "x" * 30000,
    "2026-02-31",
    "99999-01-01",
    "<script>alert(1)</script>",
    [],
    [5],
    ["5", "6"],
    [[5]],
    [None],
    [{"comment": 5}],
    [{"comment": "fine"}],
    [{"comment": "a\0b"}],
    [{"comment": ["x"]}],
    {},
    {"comment": 5},
    {"comment": "x"},
    {"x": "y"},
    {"1": [1]},
    {"1": 1},
    {"1": None},
)


@tagged("post_install", "-at_install")
class TestTampering(SurveyKit, TransactionCase):
    """What the pages cannot have sent, question by question."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls.wide = cls._create_survey(
            question_and_page_ids=[
                Command.create(cls._prepare_scale_vals(1, "Scale", "nps", 0, 10)),
                Command.create(
                    {
                        "sequence": 2,
                        "title": "Number",
                        "question_type": "numerical_box",
                        "validation_required": True,
                        "validation_min_float_value": 1,
                        "validation_max_float_value": 5,
                    }
                ),
                *(
                    Command.create({"sequence": 3, "title": kind, "question_type": kind})
                    for kind in ("char_box", "text_box", "date", "datetime")
                ),
                *(
                    Command.create(
                        {
                            "sequence": 4,
                            "title": kind,
                            "question_type": kind,
                            "comments_allowed": True,
                            "suggested_answer_ids": [Command.create({"value": value}) for value in "abc"],
                        }
                    )
                    for kind in ("simple_choice", "multiple_choice")
                ),
                Command.create(
                    {
                        "sequence": 5,
                        "title": "Matrix",
                        "question_type": "matrix",
                        "suggested_answer_ids": [Command.create({"value": value}) for value in "ab"],
                        "matrix_row_ids": [Command.create({"value": value}) for value in "xy"],
                    }
                ),
            ]
        )
        cls.by_type = {question.question_type: question for question in cls.wide.question_ids}

    def _is_accepted(self, kind, answer, comment=None):
        return not self.by_type[kind].validate_question(answer, comment)

    def test_scale_has_ends(self):
        """A scale takes its own values alone; 0 is one of them where the scale begins there."""
        for value in ("0", 0, "10", " 10 ", 5):
            self.assertTrue(self._is_accepted("scale", value), value)
        for value in ("-1", "11", 99, "5.5", "x", "٣", ["5"], {"5": "5"}, True, 2**70):
            self.assertFalse(self._is_accepted("scale", value), value)

    def test_numbers_have_limits(self):
        """Limits hold for what is no finite number, too."""
        for value in ("1", "5", 2.5):
            self.assertTrue(self._is_accepted("numerical_box", value), value)
        for value in ("0.99", "5.01", "nan", "inf", "-inf", "x", ["2"], True, 10**400):
            self.assertFalse(self._is_accepted("numerical_box", value), value)

    def test_choices_are_of_the_question(self):
        """Choices of other questions are refused, so are two for one and one twice."""
        single, multiple = self.by_type["simple_choice"], self.by_type["multiple_choice"]
        own, others = single.suggested_answer_ids.ids, multiple.suggested_answer_ids.ids
        self.assertTrue(self._is_accepted("simple_choice", str(own[0])))
        self.assertTrue(self._is_accepted("multiple_choice", [str(choice) for choice in others]))
        for kind, value in (
            ("simple_choice", str(others[0])),
            ("simple_choice", own[:2]),
            ("multiple_choice", [others[0], own[0]]),
            ("multiple_choice", [others[0], others[0]]),
            ("multiple_choice", [[others[0]]]),
        ):
            self.assertFalse(self._is_accepted(kind, value), value)

    def test_matrix_rows_are_of_the_question(self):
        """Rows and choices of a matrix are its own, and one in each row where one is asked for."""
        matrix = self.by_type["matrix"]
        (row, _other), (choice, second) = matrix.matrix_row_ids.ids, matrix.suggested_answer_ids.ids
        foreign = self.by_type["simple_choice"].suggested_answer_ids[0].id
        self.assertTrue(self._is_accepted("matrix", {str(row): [str(choice)]}))
        for value in (
            {str(row): [foreign]},
            {str(foreign): [choice]},
            {str(row): choice},
            {str(row): [choice, second]},
            {"x": [choice]},
            [row],
            "x",
        ):
            self.assertFalse(self._is_accepted("matrix", value), value)

    def test_other_surveys_keep_standard_checks(self):
        """Odoo's own surveys are checked as before."""
        survey = self._create_survey(survey_type="custom")
        self.assertFalse(survey.question_ids[0].validate_question("99"))

    def test_mandatory_on_one_page_with_a_way_back(self):
        """Odoo leaves out what is mandatory when one may go back; on one page that would be the end."""
        question = self.by_type["scale"]
        self.wide.users_can_go_back = True
        question.constr_mandatory = True
        self.assertFalse(self._is_accepted("scale", ""))
        self.assertTrue(self._is_accepted("scale", "0"))
        choice = self.by_type["simple_choice"]
        choice.write({"constr_mandatory": True, "comment_count_as_answer": True})
        self.assertFalse(self._is_accepted("simple_choice", []))
        self.assertTrue(self._is_accepted("simple_choice", [], "something else"))


@tagged("post_install", "-at_install")
class TestTamperingRoutes(SurveyKit, HttpCase):
    """Forged requests: refused or defined, never an error of the server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()

    def setUp(self):
        super().setUp()
        self.answer = self._send()
        self.authenticate(None, None)

    def _call(self, route, params, answer=None):
        """Call a route as the pages do; JSON that only forged requests have is sent as it is."""
        answer = answer or self.answer
        response = self.url_open(
            f"/survey/{route}/{answer.survey_id.access_token}/{answer.access_token}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "id": 0, "params": params}),
            headers={"Content-Type": "application/json"},
        )
        self.env.invalidate_all()
        return response.json()

    def _submit(self, answer=None, **params):
        values = {str(getattr(self, name).id): value for name, value in params.items() if hasattr(self, name)}
        rest = {name: value for name, value in params.items() if not hasattr(self, name)}
        return self._call("submit", {**values, **rest}, answer)["result"][1]

    def test_values_outside_the_scale(self):
        """What is no value of the scale is refused, the rest of the page can be sent again."""
        for value in (99, -1, "99", "-1", "text", ["5", "6"], {"a": 1}, True):
            with self.subTest(value=value):
                reply = self._submit(csat=value, nps="5")
                self.assertEqual(reply["error"], "validation")
                self.assertEqual(list(reply["fields"]), [str(self.csat.id)])
        self.assertFalse(self.answer.care_score_ids)
        self.assertEqual(self.answer.state, "in_progress")
        self.assertNotIn("error", self._submit(csat="5", nps="6"))
        self.assertEqual(sorted(self.answer.care_score_ids.mapped("raw_value")), [5, 6])

    def test_zero_is_an_answer(self):
        """A recommendation of 0 counts, as a number or as a text."""
        self._submit(nps=0)
        other = self._send(cause="2")
        self._submit(other, nps="0")
        for answer in self.answer | other:
            self.assertEqual(answer.care_score_ids.mapped("raw_value"), [0])

    def test_questions_of_other_surveys(self):
        """Answers to questions of another survey are not kept."""
        other = self._create_survey(title="Other")
        self._call(
            "submit", {str(other.question_ids[0].id): "5", str(self.csat.id): "6", "x": "y", "-1": "2"}
        )
        self.assertEqual(self.answer.user_input_line_ids.question_id.survey_id, self.survey)
        self.assertEqual(self.answer.care_score_ids.mapped("raw_value"), [6])

    def test_token_of_other_survey(self):
        """An answer's token opens its own survey alone."""
        other = self._create_survey(title="Other")
        reply = self.make_jsonrpc_request(
            f"/survey/submit/{other.access_token}/{self.answer.access_token}", {str(self.csat.id): "5"}
        )
        self.assertEqual(reply[1]["error"], "token_wrong")

    def test_after_done_expired_and_begun_twice(self):
        """What is over is over; beginning twice changes nothing."""
        self._call("begin", {})
        start = self.answer.start_datetime
        self.assertIn("error", self._call("begin", {})["result"][1])
        self.assertEqual(self.answer.start_datetime, start)
        self._submit(csat="5")
        lines = self.answer.user_input_line_ids.ids
        self.assertEqual(self._submit(csat="9")["error"], "unauthorized")
        self.assertIn("error", self._call("begin", {})["result"][1])
        self.assertEqual(self.answer.user_input_line_ids.ids, lines)
        self.assertEqual(self.answer.care_score_ids.mapped("raw_value"), [5])
        late = self._send(cause="2")
        late.deadline = fields.Datetime.now() - timedelta(days=1)
        self.assertEqual(self._submit(late, csat="9")["error"], "answer_deadline")

    def test_forged_pages(self):
        """Pages of other surveys and garbage in their place are refused."""
        other = self._create_survey(title="Other", questions_layout="page_per_question")
        self.survey.write({"questions_layout": "page_per_question", "users_can_go_back": True})
        self._call("begin", {})
        for place in (None, "", "x", -1, 0, [], {}, True, other.question_ids[0].id, 2**70):
            for params in (
                {"question_id": place},
                {"question_id": self.csat.id, "previous_page_id": place},
            ):
                with self.subTest(params=params):
                    self.assertEqual(self._call("submit", params)["result"][1]["error"], "validation")
        self.assertFalse(self.answer.user_input_line_ids)

    def test_last_page_first_with_a_way_back(self):
        """Jumping to the last page asks for what is mandatory before it ends."""
        self.survey.write({"questions_layout": "page_per_question", "users_can_go_back": True})
        self.csat.constr_mandatory = True
        self._call("begin", {})
        reply = self._submit(question_id=self.comment.id, comment="Done?")
        self.assertIn("Satisfied?", reply["survey_content"])
        self.assertEqual(self.answer.state, "in_progress")
        self._submit(question_id=self.csat.id, csat="4")
        self.assertEqual(self.answer.state, "done")
        self.assertEqual(self.answer.care_score_ids.mapped("raw_value"), [4])

    def test_last_page_first_without_a_way_back(self):
        """Jumping over what is mandatory is refused where no page asks for it later."""
        self.survey.write({"questions_layout": "page_per_question", "users_can_go_back": False})
        self.csat.constr_mandatory = True
        self._call("begin", {})
        self.assertEqual(self._submit(question_id=self.comment.id, comment="Done?")["error"], "validation")
        self.assertEqual(self.answer.state, "in_progress")

    def test_mandatory_left_out_on_one_page(self):
        """Nothing is finished without what is mandatory, whether one may go back or not."""
        self.csat.constr_mandatory = True
        for way_back in (True, False):
            self.survey.users_can_go_back = way_back
            reply = self._submit(nps="5")
            self.assertEqual(list(reply["fields"]), [str(self.csat.id)])
        self.assertEqual(self.answer.state, "in_progress")

    def test_tests_never_count(self):
        """A test makes no score, no event and no request, and asks nobody's quiet period."""
        self.authenticate("survey_manager", "survey_manager")
        requests = self.env["customer.survey.request"].search_count([])
        scores = self.env["customer.survey.score"].search_count([])
        self.url_open(f"/survey/test/{self.survey.access_token}")
        test = self.env["survey.user_input"].search(
            [("test_entry", "=", True), ("survey_id", "=", self.survey.id)]
        )
        self._submit(test, csat="1", nps="1")
        self.assertEqual(test.state, "done")
        self.assertFalse(test.care_score_ids)
        self.assertEqual(self.env["customer.survey.score"].search_count([]), scores)
        self.assertEqual(self.env["customer.survey.request"].search_count([]), requests)
        self.assertEqual(self.rule.answer_count, 0)
        self.assertFalse(self._get_events("survey_answered"))
        self.assertFalse(self._get_callbacks())

    def test_random_requests(self):
        """Whatever is sent is answered as JSON without an error of the server, and scores stay on their scales."""
        dice = random.Random(20261127)
        layouts = ("one_page", "page_per_question")
        ids = [
            *map(str, self.survey.question_ids.ids),
            "page_id",
            "question_id",
            "previous_page_id",
            "lang_code",
            "x",
        ]
        places = [*VALUES, *self.survey.question_ids.ids]
        answer = self.answer
        for number in range(60):
            self.survey.write(
                {"questions_layout": dice.choice(layouts), "users_can_go_back": dice.random() < 0.5}
            )
            if number % 6 == 0:
                answer = self._send(cause=f"random {number}")
            params = {name: dice.choice(places) for name in dice.sample(ids, dice.randint(1, 5))}
            if dice.random() < 0.5:
                params["question_id"] = dice.choice(self.survey.question_ids.ids)
            reply = self._call(dice.choice(("begin", "submit", "submit", "next_question")), params, answer)
            with self.subTest(params=params):
                self.assertNotIn("error", reply)
        scores = self.env["customer.survey.score"].search([("survey_id", "=", self.survey.id)])
        self.assertTrue(all(0 <= score.value <= 100 for score in scores))
        self.assertEqual(
            len(set(scores.mapped(lambda score: (score.user_input_id, score.question_id)))), len(scores)
        )
