from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..models.survey_user_input import PROTECTED_FIELDS
from .common import ROLES, SurveyKit

READERS = {"specialist", "supervisor", "manager", "admin", "auditor"}
ANSWER_READERS = {"supervisor", "manager", "admin", "auditor"}
MANAGERS = {"manager", "admin"}
# model: {operation: roles}; answers of our type are hidden from survey managers by the standard rules
MATRIX = {
    "customer.survey.rule": {"read": READERS, "write": {"admin"}, "create": {"admin"}, "unlink": {"admin"}},
    "customer.survey.score": {"read": READERS, "write": set(), "create": set(), "unlink": {"admin"}},
    "customer.survey.loop": {
        "read": READERS,
        "write": {"specialist", "supervisor", "manager", "admin"},
        "create": set(),
        "unlink": set(),
    },
    "customer.survey.request": {"read": READERS, "write": set(), "create": set(), "unlink": set()},
    "survey.user_input": {"read": ANSWER_READERS, "write": set(), "create": set(), "unlink": set()},
    "survey.user_input.line": {"read": ANSWER_READERS, "write": set(), "create": set(), "unlink": set()},
    "survey.survey": {
        "read": ANSWER_READERS | {"survey_manager"},
        "write": MANAGERS | {"survey_manager"},
        "create": MANAGERS | {"survey_manager"},
        "unlink": MANAGERS | {"survey_manager"},
    },
    "survey.question": {
        "read": ANSWER_READERS | {"survey_manager"},
        "write": MANAGERS | {"survey_manager"},
        "create": MANAGERS | {"survey_manager"},
        "unlink": MANAGERS | {"survey_manager"},
    },
}


@tagged("post_install", "-at_install")
class TestAccess(SurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls.answer = cls._send()
        cls.score = cls._answer(cls.answer, csat=3)
        cls.records = {
            "customer.survey.rule": cls.rule,
            "customer.survey.score": cls.score,
            "customer.survey.loop": cls.env["customer.survey.loop"].search(
                [("user_input_id", "=", cls.answer.id)]
            ),
            "customer.survey.request": cls._get_requests(),
            "survey.user_input": cls.answer,
            "survey.user_input.line": cls.answer.user_input_line_ids[:1],
            "survey.survey": cls.survey,
            "survey.question": cls.csat,
        }

    def test_matrix(self):
        """Each role may do with each model what the table says, and nothing more."""
        for model, operations in MATRIX.items():
            for operation, allowed in operations.items():
                for role in ROLES:
                    record = self.records[model].sudo(False).with_user(self.users[role])
                    with self.subTest(model=model, operation=operation, role=role):
                        self.assertEqual(record.has_access(operation), role in allowed)

    def test_other_surveys_stay_closed(self):
        """Our groups open surveys of our type alone."""
        other = self._create_survey(survey_type="custom")
        for role in ("supervisor", "manager", "admin", "auditor"):
            self.assertFalse(other.with_user(self.users[role]).has_access("read"), role)
            self.assertFalse(other.question_ids[0].with_user(self.users[role]).has_access("read"), role)

    def test_manager_makes_survey(self):
        """A manager makes a survey with questions and answers without being a survey officer."""
        survey = (
            self.env["survey.survey"]
            .with_user(self.users["manager"])
            .create(
                {
                    "title": "New",
                    "survey_type": "customer_care",
                    "question_and_page_ids": [
                        (0, 0, self._prepare_scale_vals(1, "Q", "csat", 1, 5)),
                        (
                            0,
                            0,
                            {
                                "title": "Why?",
                                "question_type": "simple_choice",
                                "suggested_answer_ids": [(0, 0, {"value": "Slow"})],
                            },
                        ),
                    ],
                }
            )
        )
        survey.read()
        survey.question_ids.suggested_answer_ids.unlink()
        survey.unlink()

    def test_scores_cannot_be_forged(self):
        """Scores come from answers: not by create, write, default or copy over RPC."""
        for role in ("specialist", "manager", "admin", "survey_manager", "portal"):
            scores = self.score.sudo(False).with_user(self.users[role])
            for call in (
                lambda scores=scores: scores.create({"kind": "csat", "value": 100, "date": "2026-01-01"}),
                lambda scores=scores: scores.write({"value": 100}),
                lambda scores=scores: scores.copy(),
            ):
                with self.subTest(role=role), self.assertRaises(AccessError), mute_logger("odoo.models"):
                    call()

    def test_invitations_cannot_be_forged(self):
        """Nobody gives an answer of his own to a rule or a document: not by create, default or write."""
        survey = self._create_survey(survey_type="custom")
        user = self.users["survey_manager"]
        inputs = self.env["survey.user_input"].with_user(user).sudo(False)
        own = inputs.create({"survey_id": survey.id})
        values = {
            "care_rule_id": self.rule.id,
            "care_company_id": self.company.id,
            "care_res_model": "res.partner",
            "care_res_id": self.contact.id,
            "care_key": "x",
            "care_send_date": "2026-01-01",
            "care_send_datetime": "2026-01-01",
            "care_sent_datetime": "2026-01-01",
            "care_channel": "phone",
            "care_filled_by_id": user.id,
            "care_is_paper": True,
            "care_user_id": user.id,
            "care_is_expired": True,
            "care_cancelled_datetime": "2026-01-01",
            "care_cancel_reason": "x",
            "care_remind_from": "2026-01-01",
            "care_reminder_count": 1,
            "care_reminded_datetime": "2026-01-01",
            "care_message_key": "<x@y>",
            "care_address": "x@example.com",
            "care_is_bounced": True,
            "care_bounce_reason": "x",
        }
        self.assertEqual(set(values), set(PROTECTED_FIELDS))
        for name, value in values.items():
            with self.subTest(name=name):
                with self.assertRaises(AccessError):
                    inputs.create({"survey_id": survey.id, name: value})
                by_default = inputs.with_context(**{f"default_{name}": value})
                if name == "care_send_date":
                    # It follows from the moment: a default has no effect.
                    forged = by_default.create({"survey_id": survey.id})
                    forged.flush_recordset()
                    forged.invalidate_recordset()
                    self.assertFalse(forged.care_send_date)
                    self.assertFalse(forged.care_send_datetime)
                else:
                    with self.assertRaises(AccessError):
                        by_default.create({"survey_id": survey.id})
                with self.assertRaises(AccessError):
                    own.write({name: value})

    def test_answers_cannot_be_forged_by_survey_manager(self):
        """Who manages other surveys cannot write lines into the answers of customers."""
        lines = self.env["survey.user_input.line"].with_user(self.users["survey_manager"])
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            lines.create(
                {
                    "user_input_id": self.answer.id,
                    "question_id": self.nps.id,
                    "answer_type": "scale",
                    "value_scale": 10,
                }
            )

    def test_new_rule_asks_customers_of_its_company(self):
        """Who works for one company and adds a rule does not have customers of another one asked."""
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self._create_partner("Otto", company_id=other.id)
        self.rule.active = False
        self.env["customer.survey.rule"].with_user(self.users["admin"]).create(
            {"name": "Mine", "survey_id": self.survey.id, "is_daytime": False, "quiet_mode": "none"}
        )
        sent = self._send(self.contact | foreign)
        self.assertEqual(sent.partner_id, self.contact)

    def test_companies_are_apart(self):
        """Scores, requests, rules and answers of a company are closed to the people of another."""
        other = self.env["res.company"].create({"name": "Other"})
        user = self.users["manager"]
        user.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.rule.company_id = self.company
        for model, record in self.records.items():
            if model in ("survey.survey", "survey.question"):
                continue
            with self.subTest(model=model):
                found = self.env[model].with_user(user).search([("id", "in", record.ids)])
                self.assertFalse(found)
                user.write({"company_ids": [(4, self.company.id)]})
                found = (
                    self.env[model]
                    .with_user(user)
                    .with_context(allowed_company_ids=(self.company | other).ids)
                    .search([("id", "in", record.ids)])
                )
                self.assertEqual(found.ids, record.ids)
                user.write({"company_ids": [(6, 0, other.ids)]})

    def test_wizard_is_closed_to_others(self):
        """Who does not work in the customer care asks nobody."""
        for role in ("employee", "auditor", "portal", "survey_manager"):
            with self.subTest(role=role), self.assertRaises(AccessError), mute_logger("odoo.models"):
                self.env["customer.survey.rule.send"].with_user(self.users[role]).create(
                    {"rule_id": self.rule.id, "partner_ids": self.contact.ids}
                )

    def test_views_open_for_their_readers(self):
        """Lists and forms of surveys, answers and scores can be read by those who have the menu."""
        for role in ("supervisor", "manager", "auditor"):
            for model in (
                "survey.survey",
                "survey.user_input",
                "customer.survey.score",
                "customer.survey.rule",
            ):
                record = self.records[model].sudo(False).with_user(self.users[role])
                record.read(list(record.get_view(view_type="form")["models"][model]))
        score = self.score.sudo(False).with_user(self.users["specialist"])
        score.read(list(score.get_view(view_type="form")["models"]["customer.survey.score"]))
