"""Test kit of the survey addons: people, a survey with each metric, rules and answers."""

from odoo import Command
from odoo.tests import new_test_user

ROLES = {
    "specialist": "customer_care.group_care_user",
    "supervisor": "customer_care.group_care_supervisor",
    "manager": "customer_care.group_care_manager",
    "admin": "customer_care.group_care_admin",
    "auditor": "base.group_user,customer_care.group_care_auditor",
    "employee": "base.group_user",
    "survey_manager": "base.group_user,survey.group_survey_manager",
    "portal": "base.group_portal",
    "public": "base.group_public",
}


class SurveyKit:
    """To be mixed into a test class of Odoo."""

    @classmethod
    def _set_up_kit(cls):
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True, mail_create_nolog=True))
        # no mail to choose a password
        quiet = {"no_reset_password": True}
        cls.users = {role: new_test_user(cls.env, f"survey_{role}", ROLES[role], quiet) for role in ROLES}
        cls.env["customer.survey.rule"].search([]).active = False
        cls.env["customer.callback.rule"].search([("trigger", "!=", "survey_low_score")]).active = False
        cls.company = cls.env.company
        # the days of scores are the company's, those of the tests UTC
        cls.company.partner_id.tz = "UTC"
        cls.customer = cls._create_partner("Acme", is_company=True)
        cls.contact = cls._create_partner("Ann", parent_id=cls.customer.id)
        cls.contact.commercial_partner_id.care_user_id = cls.users["specialist"]
        cls.survey = cls._create_survey()
        cls.csat, cls.nps, cls.ces, cls.comment = cls.survey.question_ids
        cls.rule = cls._create_rule()

    @classmethod
    def _create_partner(cls, name, **vals):
        return cls.env["res.partner"].create({"name": name, "email": f"{name.lower()}@example.com", **vals})

    @classmethod
    def _create_survey(cls, **vals):
        return cls.env["survey.survey"].create(
            {
                "title": "How are we?",
                "survey_type": "customer_care",
                "access_mode": "token",
                "questions_layout": "one_page",
                "scoring_type": "no_scoring",
                "lang_ids": [Command.clear()],
                "question_and_page_ids": [
                    Command.create(cls._prepare_scale_vals(1, "Satisfied?", "csat", 1, 10)),
                    Command.create(cls._prepare_scale_vals(2, "Recommend?", "nps", 0, 10)),
                    Command.create(cls._prepare_scale_vals(3, "Easy?", "ces", 1, 7)),
                    Command.create(
                        {"sequence": 4, "title": "Why?", "question_type": "text_box", "care_is_comment": True}
                    ),
                ],
                **vals,
            }
        )

    @classmethod
    def _prepare_scale_vals(cls, sequence, title, metric, low, high):
        return {
            "sequence": sequence,
            "title": title,
            "question_type": "scale",
            "scale_min": low,
            "scale_max": high,
            "care_metric": metric,
        }

    @classmethod
    def _create_rule(cls, **vals):
        return cls.env["customer.survey.rule"].create(
            {
                "name": "By hand",
                "trigger": "manual",
                "survey_id": cls.survey.id,
                "quiet_mode": "own",
                "is_daytime": False,
                **vals,
            }
        )

    @classmethod
    def _send(cls, partners=None, cause="1"):
        return cls.env["customer.survey.rule"]._send("manual", partners or cls.contact, cause=cause)

    @classmethod
    def _answer(cls, answer, csat=None, nps=None, ces=None, comment=None):
        """Fill in and finish an invitation in Python, as the public pages do."""
        answer._mark_in_progress()
        questions = answer.survey_id.question_ids
        for metric, value in (("csat", csat), ("nps", nps), ("ces", ces)):
            question = questions.filtered(lambda question, metric=metric: question.care_metric == metric)
            answer._save_lines(question, str(value) if value is not None else "")
        answer._save_lines(questions.filtered("care_is_comment"), comment or "")
        answer._mark_done()
        return answer.care_score_ids

    @classmethod
    def _get_requests(cls, **vals):
        domain = [("rule_id", "=", cls.rule.id), *((name, "=", value) for name, value in vals.items())]
        return cls.env["customer.survey.request"].search(domain)

    @classmethod
    def _get_callbacks(cls):
        return cls.env["customer.callback"].search([("rule_id.trigger", "=", "survey_low_score")])

    @classmethod
    def _get_mails(cls, answers):
        return cls.env["mail.mail"].search(
            [("model", "=", "survey.user_input"), ("res_id", "in", answers.ids)]
        )

    @classmethod
    def _get_events(cls, *kinds):
        return cls.env["customer.care.event"].search(
            [("commercial_partner_id", "=", cls.customer.id), ("kind", "in", kinds)]
        )
