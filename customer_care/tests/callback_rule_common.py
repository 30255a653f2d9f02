from datetime import timedelta

from odoo import Command, fields

from .common import CareCommon

REF = "TEST-CALLBACK-RULE"


class CallbackRuleCommon(CareCommon):
    """Customers whom only the rules of the test match, a team, and purchases."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customer.callback.rule"].search([]).write({"active": False})
        # Round the clock, so that a day is the day itself unless a test says otherwise.
        cls.company.care_calendar_id = cls._create_calendar(days="")
        cls.team = cls._create_team(
            user_id=cls.supervisor.id,
            member_ids=[Command.set((cls.specialist | cls.other_specialist).ids)],
        )
        cls.today = fields.Date.today()

    @classmethod
    def _create_periodic(cls, trigger="filter", **vals):
        """Create a rule over the customers of the test; by default it calls them today."""
        fresh = {
            "trigger": trigger,
            "partner_domain": f"[('ref', '=', '{REF}')]",
            "delay_days": 0,
            "team_id": cls.team.id,
            "assign_to": "load",
            "script": "<p>Well?</p>",
            "user_id": cls.admin.id,
        }
        return cls._create_rule(**{**fresh, **vals})

    @classmethod
    def _create_people(cls, count=1, **vals):
        return cls.env["res.partner"].create(
            [{"name": f"Person {n}", "ref": REF, "phone": "+1 555 0100", **vals} for n in range(count)]
        )

    @classmethod
    def _buy(cls, partner, *days):
        return cls.env["customer.transaction"].create(
            [{"partner_id": partner.id, "date": day, "amount": 100} for day in days]
        )

    def _run(self, rule, user=None):
        """Plan by hand as a supervisor and return the run."""
        action = rule.with_user(user or self.supervisor).action_plan_now()
        run = self.env["customer.callback.run"].browse(action["res_id"])
        self.env.invalidate_all()
        return run

    def _preview(self, rule, user=None):
        action = rule.with_user(user or self.supervisor).action_preview()
        self.env.invalidate_all()
        return self.env["customer.callback.run"].browse(action["res_id"])

    def _get_callbacks(self, rule, **values):
        domain = [("rule_id", "=", rule.id), *((name, "=", value) for name, value in values.items())]
        return self.env["customer.callback"].search(domain, order="id")

    def _get_rows(self, run, **values):
        domain = [("run_id", "=", run.id), *((name, "=", value) for name, value in values.items())]
        return self.env["customer.callback.candidate"].search(domain)

    @classmethod
    def _days_ago(cls, number):
        return cls.today - timedelta(days=number)

    def _reach(self, callback, day=None):
        """Let a call reach the customer, on some day."""
        callback.with_user(self.manager).action_done("reached", satisfaction=8)
        if day:
            self.env.flush_all()
            moment = fields.Datetime.to_datetime(day)
            self.env.cr.execute(
                "UPDATE customer_callback SET done_datetime = %s WHERE id IN %s",
                [moment, tuple(callback.ids)],
            )
            self.env.cr.execute(
                "UPDATE customer_contact_log SET date_start = %s, date_end = %s"
                " WHERE res_model = 'customer.callback' AND res_id IN %s",
                [moment, moment, tuple(callback.ids)],
            )
            self.env.invalidate_all()
