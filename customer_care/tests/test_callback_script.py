from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import CareCommon


@tagged("post_install", "-at_install")
class TestCallbackScript(CareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.script = cls.env["customer.callback.script"].create(
            {"name": "Test script", "introduction": "<p>Hello</p>", "closing": "<p>Bye</p>"}
        )
        cls.works = cls._create_question("Does it work?", kind="yes_no", is_required=True)
        options = [Command.create({"name": name}) for name in ("Noise", "Leak")]
        cls.what = cls._create_question(
            "What?",
            kind="multiple",
            option_ids=options,
            is_required=True,
            condition_question_id=cls.works.id,
            condition_yes_no="no",
        )
        cls.rule = cls._create_rule(script_id=cls.script.id, script="<p>Rule text</p>")
        cls.callback = cls._create_callback(rule_id=cls.rule.id)

    @classmethod
    def _create_question(cls, title, **vals):
        number = len(cls.script.question_ids) + 1
        return cls.env["customer.callback.question"].create(
            {"script_id": cls.script.id, "title": title, "sequence": number, **vals}
        )

    def _get_values(self):
        self.callback.invalidate_recordset()
        return {row["title"]: row["value"] for row in self.callback.question_data}

    def test_script_of_the_rule_is_shown_with_the_text_of_the_rule(self):
        """The text a rule had before there were scripts is kept and comes first."""
        self.assertEqual(str(self.callback.script), "<p>Rule text</p><p>Hello</p>")
        self.assertEqual(str(self.callback.closing), "<p>Bye</p>")
        other = self.env["customer.callback.script"].create({"name": "Other", "introduction": "<p>Other</p>"})
        self.callback.script_id = other
        self.assertEqual(str(self.callback.script), "<p>Rule text</p><p>Other</p>")
        self.assertFalse(self._create_callback().script)

    def test_question_appears_after_the_answer_it_waits_for(self):
        """A question with a condition is asked only after that answer."""
        self.assertEqual(self._get_values(), {"Does it work?": False})
        shown = self.callback.set_answer(self.works.id, "no")
        self.assertEqual([row["title"] for row in shown], ["Does it work?", "What?"])
        self.callback.set_answer(self.what.id, self.what.option_ids[:1].ids)
        self.assertEqual(self._get_values()["What?"], self.what.option_ids[:1].ids)
        self.callback.set_answer(self.works.id, "yes")
        self.assertEqual(self._get_values(), {"Does it work?": "yes"})

    def test_required_answers_are_listed(self):
        """Reached needs the required answers of what was asked; other outcomes do not."""
        self.callback.note = "Fine"
        with self.assertRaisesRegex(UserError, "Does it work"):
            self.callback.action_reached()
        self.callback.set_answer(self.works.id, "no")
        with self.assertRaisesRegex(UserError, r"What\?"):
            self.callback.action_reached()
        self.callback.set_answer(self.works.id, "yes")
        self.callback.action_reached()
        self._create_callback(rule_id=self.rule.id).action_no_answer()

    def test_each_kind_takes_its_answers_only(self):
        """A value of the wrong kind is refused with a sentence, also what only a program would send."""
        option = self.what.option_ids[0].id
        foreign = (
            self.env["customer.callback.option"].search([("question_id", "!=", self.what.id)], limit=1).id
            or 0
        )
        cases = {
            "text": (["Fine"], [5, " ", ["x"], {"a": 1}, True]),
            "yes_no": (["yes", "no"], ["maybe", 1, ["yes"], True]),
            "number": ([5, -2.5, "7", 0], ["x", [1], True, 1e300, "nan-"]),
            "scale": ([1, 10], [0, 11, 5.5, "5", True, [5]]),
            "date": (["2026-03-04"], ["4.3.2026", 5, ["2026-03-04"]]),
        }
        for kind, (good, bad) in cases.items():
            question = self._create_question(f"Kind {kind}", kind=kind)
            for value in good:
                with self.subTest(kind=kind, value=value):
                    self.callback.set_answer(question.id, value)
                    self.assertEqual(self.callback.answer_ids.question_id, question)
            for value in bad:
                with self.subTest(kind=kind, value=value), self.assertRaisesRegex(UserError, "no answer to"):
                    self.callback.set_answer(question.id, value)
            self.callback.set_answer(question.id, False)
            self.assertFalse(self.callback.answer_ids)
        self.callback.set_answer(self.what.id, [option])
        for value in ([0], [foreign], "x", [option, "x"], 5, [[option]], {"a": 1}):
            with self.subTest(value=value), self.assertRaisesRegex(UserError, "no answer to"):
                self.callback.set_answer(self.what.id, value)

    def test_answers_keep_the_question_as_asked(self):
        """Another wording of a question later does not change what was asked."""
        self.callback.set_answer(self.works.id, "yes")
        self.works.title = "Another wording?"
        answer = self.callback.answer_ids
        self.assertRecordValues(
            answer,
            [
                {
                    "question_title": "Does it work?",
                    "kind": "yes_no",
                    "value_display": "Yes",
                    "user_id": self.specialist.id,
                }
            ],
        )
        self.assertEqual(self.callback.script_id, self.script)

    def test_answers_of_finished_and_foreign_calls_are_closed(self):
        """Answers are written by the method alone, and only in planned callbacks one may write."""
        self.callback.set_answer(self.works.id, "yes")
        self.callback.action_done("reached", note="Fine")
        with self.assertRaisesRegex(UserError, "already finished"):
            self.callback.set_answer(self.works.id, "no")
        self.callback.action_reopen()
        self.callback.set_answer(self.works.id, "no")
        for user in (self.other_specialist, self.auditor, self.employee, self.portal, self.public):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.callback.with_user(user).set_answer(self.works.id, "yes")
        with self.assertRaisesRegex(UserError, "not part"):
            self._create_callback().set_answer(self.works.id, "yes")
        answer = self.callback.answer_ids
        for user in (self.specialist, self.manager, self.admin):
            with self.assertRaises(AccessError):
                answer.with_user(user).write({"value_yes_no": "yes"})
            with self.assertRaises(AccessError):
                answer.with_user(user).unlink()
            with self.assertRaises(AccessError):
                answer.with_user(user).create({"callback_id": self.callback.id, "question_id": self.what.id})

    def test_answers_are_seen_as_the_callback(self):
        """Own ones, those of the team's supervisor, all for managers and auditors; nobody else."""
        self.callback.set_answer(self.works.id, "yes")
        answer = self.callback.answer_ids
        team = self._create_team(user_id=self.supervisor.id)
        seen = {
            self.specialist: 1,
            self.manager: 1,
            self.auditor: 1,
            self.other_specialist: 0,
            self.supervisor: 0,
        }
        for user, count in seen.items():
            with self.subTest(user=user.name):
                self.assertEqual(answer.with_user(user).search_count([("id", "=", answer.id)]), count)
        self.callback.sudo().team_id = team
        self.assertEqual(answer.with_user(self.supervisor).search_count([("id", "=", answer.id)]), 1)
        for user in (self.employee, self.portal, self.public):
            with self.assertRaises(AccessError):
                answer.with_user(user).read(["value_yes_no"])

    def test_used_scripts_questions_and_options_are_archived_not_deleted(self):
        """What answers name stays; the message says what to do instead."""
        self.callback.set_answer(self.works.id, "no")
        self.callback.set_answer(self.what.id, self.what.option_ids[:1].ids)
        for record in (self.script, self.works, self.what.option_ids[0]):
            with self.subTest(record=record._name), self.assertRaisesRegex(UserError, "only be archived"):
                record.unlink()
            record.active = False
        with self.assertRaisesRegex(UserError, "only be archived"):
            self.works.kind = "text"
        unused = self._create_question("Unused")
        unused.unlink()

    def test_conditions_look_back_in_the_same_script(self):
        """A question depends on an earlier one of its own script and says on which answer."""
        with self.assertRaisesRegex(ValidationError, "before it"):
            self.works.write(
                {"condition_question_id": self.what.id, "condition_option_id": self.what.option_ids[0].id}
            )
        with self.assertRaisesRegex(ValidationError, "after which answer"):
            self._create_question("x", condition_question_id=self.works.id)
        with self.assertRaisesRegex(ValidationError, "needs options"):
            self._create_question("x", kind="single")

    def test_share_of_options(self):
        """Each option shows how often it was chosen, and by which share of those who answered."""
        for number in range(4):
            callback = self._create_callback(rule_id=self.rule.id)
            callback.set_answer(self.works.id, "no")
            chosen = self.what.option_ids if number == 0 else self.what.option_ids[:1]
            callback.set_answer(self.what.id, chosen.ids)
        self.assertEqual(self.what.option_ids.mapped("answer_count"), [4, 1])
        self.assertEqual(self.what.option_ids.mapped("answer_percent"), [100, 25])

    def test_copy_of_a_script_has_questions_and_no_answers(self):
        """A copy starts anew with the same questions and options."""
        self.callback.set_answer(self.works.id, "no")
        copy = self.script.copy()
        self.assertEqual(copy.name, "Test script (copy)")
        self.assertEqual(copy.question_ids.mapped("title"), ["Does it work?", "What?"])
        self.assertEqual(len(copy.question_ids[1].option_ids), 2)
        self.assertEqual(copy.answer_count, 0)

    def test_copy_of_a_script_asks_under_the_same_conditions(self):
        """A copied question depends on the copy of the question, and of the option, that the original depends on."""
        option = self.what.option_ids[1]
        self._create_question(
            "Why?", sequence=90, condition_question_id=self.what.id, condition_option_id=option.id
        )
        works, what, why = self.script.copy().question_ids
        self.assertEqual((what.condition_question_id, what.condition_yes_no), (works, "no"))
        self.assertEqual((why.condition_question_id, why.condition_option_id), (what, what.option_ids[1]))
