from datetime import date

from freezegun import freeze_time
from odoo import Command, fields

from .common import CareCommon

TODAY = date(2026, 3, 2)


@freeze_time(TODAY)
class PlanCommon(CareCommon):
    """A customer with a grade that has a budget and a template, and the people who plan and approve."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env.company
        for group in ("manager", "director", "admin"):
            # Only the personas approve, whatever the database holds.
            cls.env.ref(f"customer_care.group_care_{group}").user_ids = [Command.clear()]
        cls.manager.group_ids = [Command.link(cls.env.ref("customer_care.group_care_manager").id)]
        cls.admin.group_ids = [Command.link(cls.env.ref("customer_care.group_care_admin").id)]
        cls.director = cls._create_user("director", "customer_care.group_care_director")
        cls.team = cls._create_team(
            user_id=cls.supervisor.id, member_ids=[Command.link(cls.specialist.id)], company_id=cls.company.id
        )
        cls.template = cls.env["customer.care.plan.template"].create(
            {
                "name": "One year",
                "line_ids": [
                    Command.create({"kind": "visit", "name": "Visit", "day_offset": 10, "cost": 300}),
                    Command.create({"kind": "call", "name": "Call", "day_offset": 20}),
                    Command.create(
                        {
                            "kind": "gift",
                            "name": "Gift",
                            "day_offset": 30,
                            "cost": 200,
                            "responsible_role": "leader",
                        }
                    ),
                ],
            }
        )
        cls.grade = cls.env["customer.grade"].create(
            {
                "name": "Best",
                "code": "ZA",
                "sequence": 1,
                "yearly_budget": 1000,
                "plan_template_id": cls.template.id,
            }
        )
        cls.worse = cls.env["customer.grade"].create({"name": "Worse", "code": "ZB", "sequence": 9999})
        cls.customer.write(
            {
                "care_grade_id": cls.grade.id,
                "care_user_id": cls.specialist.id,
                "care_team_id": cls.team.id,
                "phone": "+49 30 1",
            }
        )
        cls.Plan = cls.env["customer.care.plan"]
        cls.Measure = cls.env["customer.care.measure"]

    @classmethod
    def _create_plan(cls, user=None, is_filled=True, **vals):
        plan = cls.Plan.with_user(user or cls.specialist).create(
            {
                "name": "Care plan",
                "partner_id": cls.customer.id,
                "date_begin": TODAY,
                "date_end": fields.Date.add(TODAY, months=6),
                **vals,
            }
        )
        if is_filled:
            plan.action_fill_from_template()
        return plan

    @classmethod
    def _approve(cls, plan):
        """Let the open steps of the plan be answered: the manager's and the director's."""
        plan.with_user(cls.manager).action_approve()
        plan.with_user(cls.director).action_approve()
        plan.invalidate_recordset()
        return plan

    @classmethod
    def _create_running(cls, user=None, **vals):
        plan = cls._create_plan(user, **vals)
        plan.action_request_approval()
        return cls._approve(plan)

    @classmethod
    def _get_measure(cls, plan, kind):
        return plan.measure_ids.filtered(lambda measure: measure.kind == kind)

    def _get_work(self, measure):
        return self.env["mail.activity"].search(
            [("res_model", "=", "customer.care.measure"), ("res_id", "in", measure.ids)]
        )

    def _get_calls(self, measure):
        return self.env["customer.callback"].search(
            [("res_model", "=", "customer.care.measure"), ("res_id", "in", measure.ids)]
        )
