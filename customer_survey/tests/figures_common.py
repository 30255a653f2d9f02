from datetime import date, datetime

from odoo import Command
from odoo.tests import TransactionCase

from .common import SurveyKit

MARCH = {"date_from": "2026-03-01", "date_to": "2026-03-31", "compare": "none"}


class FiguresCommon(SurveyKit, TransactionCase):
    """Answers of March 2026 to surveys of this test alone, in a company of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.old_company = cls.env.company
        cls.own_company = cls.env["res.company"].create({"name": "Figures"})
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.own_company.ids))
        cls._set_up_kit()
        for role in ("specialist", "supervisor", "manager", "admin", "auditor", "employee"):
            cls.users[role].company_ids += cls.own_company
        cls.team = cls.env["customer.care.team"].create({"name": "North"})
        cls.grade = cls.env["customer.grade"].search([], limit=1)

    @classmethod
    def _add(cls, day, csat=None, nps=None, ces=None, sent=True, **vals):
        """Make an answered invitation of a day in March with its scores, as ``_care_count`` would."""
        survey = vals.pop("survey", cls.survey)
        partner = vals.pop("partner", cls.contact)
        end = datetime(2026, 3, day, 10)
        answer = cls.env["survey.user_input"].create(
            {
                "survey_id": survey.id,
                "partner_id": partner.id,
                "care_rule_id": cls.rule.id,
                "care_company_id": cls.own_company.id,
                "care_sent_datetime": datetime(2026, 3, day, 8) if sent else False,
                "start_datetime": datetime(2026, 3, day, 9),
                "end_datetime": end,
                "state": "done",
            }
        )
        formulas = {"csat": (csat, 1, 10), "nps": (nps, 0, 10), "ces": (ces, 1, 7)}
        cls.env["customer.survey.score"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": cls.own_company.id,
                    "date": date(2026, 3, day),
                    "kind": kind,
                    "value": 100.0 * (raw - low) / (high - low),
                    "raw_value": raw,
                    "nps_class": kind == "nps"
                    and ("promoter" if raw >= 9 else "passive" if raw >= 7 else "detractor"),
                    "rule_id": cls.rule.id,
                    "survey_id": survey.id,
                    "user_input_id": answer.id,
                    "question_id": survey.question_ids.filtered(
                        lambda q, kind=kind: q.care_metric == kind
                    ).id,
                    **vals,
                }
                for kind, (raw, low, high) in formulas.items()
                if raw is not None
            ]
        )
        return answer

    @classmethod
    def _invite(cls, day, **vals):
        """Make an invitation of a day in March that nobody has answered."""
        return cls.env["survey.user_input"].create(
            {
                "survey_id": cls.survey.id,
                "partner_id": cls.contact.id,
                "care_rule_id": cls.rule.id,
                "care_company_id": cls.own_company.id,
                "care_sent_datetime": datetime(2026, 3, day, 8),
                **vals,
            }
        )

    @classmethod
    def _make_anonymous(cls):
        return cls._create_survey(title="Without name", care_is_anonymous=True)

    def _as(self, role, **context):
        return self.env(
            user=self.users[role].id,
            context={"lang": "en_US", "tz": "UTC", "allowed_company_ids": self.own_company.ids, **context},
            su=False,
        )

    def _figures(self, role="supervisor", **context):
        return self._as(role, **context)["customer.survey.figures"]

    def _show(self, options=None, role="supervisor", **context):
        return self._figures(role, **context).get_dashboard({**MARCH, **(options or {})})

    def _tiles(self, options=None, role="supervisor", **context):
        return {tile["code"]: tile for tile in self._show(options, role, **context)["tiles"]}

    def _report(self, role="supervisor", **context):
        return self._as(role, **context)["customer.survey.report"]

    def _count_open(self, figure, key=None, options=None):
        """Return how many rows the action behind a figure shows."""
        action = self._figures().open_figure({**MARCH, **(options or {})}, figure, key)
        return self._as("supervisor")[action["res_model"]].search_count(action["domain"])

    @classmethod
    def _add_reasons(cls, *names):
        return cls.env["survey.question"].create(
            {
                "survey_id": cls.survey.id,
                "title": "Why?",
                "question_type": "multiple_choice",
                "care_is_reason": True,
                "suggested_answer_ids": [Command.create({"value": name}) for name in names],
            }
        )

    @classmethod
    def _choose(cls, answer, *choices):
        cls.env["survey.user_input.line"].create(
            [
                {
                    "user_input_id": answer.id,
                    "question_id": choice.question_id.id,
                    "answer_type": "suggestion",
                    "suggested_answer_id": choice.id,
                }
                for choice in choices
            ]
        )
