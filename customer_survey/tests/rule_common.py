from datetime import timedelta

from odoo import fields

from .common import SurveyKit

REF = "TEST-SURVEY-RULE"


class RuleKit(SurveyKit):
    """Customers whom only the rules of a test match, and runs."""

    @classmethod
    def _set_up_kit(cls):
        result = super()._set_up_kit()
        # Round the clock, unless a test says otherwise.
        cls.company.care_calendar_id = cls.env["resource.calendar"].create(
            {"name": "Always", "tz": "UTC", "attendance_ids": [(5,)]}
        )
        cls.today = fields.Date.today()
        return result

    @classmethod
    def _create_people(cls, count=1, **vals):
        return cls.env["res.partner"].create(
            [
                {"name": f"Person {n}", "ref": REF, "email": f"person{n}@example.com", **vals}
                for n in range(count)
            ]
        )

    @classmethod
    def _create_periodic(cls, trigger="filter", **vals):
        return cls._create_rule(
            **{"name": "Rule", "trigger": trigger, "partner_domain": f"[('ref', '=', '{REF}')]", **vals}
        )

    @classmethod
    def _buy(cls, partner, *days):
        return cls.env["customer.transaction"].create(
            [{"partner_id": partner.id, "date": day, "amount": 100} for day in days]
        )

    @classmethod
    def _days_ago(cls, number):
        return cls.today - timedelta(days=number)

    def _run(self, rule, user="manager"):
        action = rule.with_user(self.users[user]).action_plan_now()
        self.env.invalidate_all()
        return self.env["customer.survey.run"].browse(action["res_id"])

    def _preview(self, rule, user="manager"):
        action = rule.with_user(self.users[user]).action_preview()
        self.env.invalidate_all()
        return self.env["customer.survey.run"].browse(action["res_id"])

    def _get_codes(self, run):
        """Return {customer: why not}; False for who would be asked."""
        rows = self.env["customer.survey.candidate"].search([("run_id", "=", run.id)])
        return {row.customer_id: row.code for row in rows}

    def _get_asked(self, rule):
        return self.env["survey.user_input"].search([("care_rule_id", "=", rule.id)], order="id")
