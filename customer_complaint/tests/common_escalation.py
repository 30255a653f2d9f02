from unittest.mock import patch

from odoo import Command

from .common import ComplaintCommon


class EscalationCommon(ComplaintCommon):
    """A resolution in ten working hours, and a rule: 80 % handler, 100 % leader, 150 % manager and directors."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Rule = cls.env["customer.complaint.escalation"]
        Rule.with_context(active_test=False).search([]).active = False
        cls.service_manager = cls._create_user(
            "service_manager_t", "customer_complaint.group_complaint_manager"
        )
        cls.team.manager_id = cls.service_manager
        cls.policy_t = cls._create_policy(resolution=(10, "working_hours"))
        cls.rule = Rule.create(
            {
                "name": "Rule T",
                "sequence": 1,
                "level_ids": [
                    Command.create({"amount": 80, "to_handler": True}),
                    Command.create(
                        {"amount": 100, "to_handler": False, "to_leader": True, "priority_steps": 1}
                    ),
                    Command.create(
                        {"amount": 150, "to_handler": False, "to_manager": True, "to_director": True}
                    ),
                ],
            }
        )
        cls._backdate()

    @classmethod
    def _backdate(cls):
        """Let the levels hold since long before the test."""
        cls.rule.level_ids.write({"since_datetime": "2026-01-01 00:00:00"})

    @classmethod
    def _set_levels(cls, *levels):
        cls.rule.level_ids = [Command.clear(), *(Command.create(vals) for vals in levels)]
        cls._backdate()

    def _receive(self, day, hour, **vals):
        """Create a complaint of the handler that was received then."""
        with self._at(day, hour):
            return self._create_complaint(user_id=self.handler.id, **vals)

    def _run_job(self, batch=200):
        cron = type(self.env["ir.cron"])
        with patch.object(cron, "_commit_progress", lambda *args, **kwargs: 60):
            self.env["customer.complaint"]._cron_escalate(batch)
        self.env.flush_all()

    def _get_planned(self, complaint):
        """Return the moments of all levels to come."""
        with self._at(2, 10):
            results = self.env["customer.complaint.clock"].sudo()._compute_results(complaint)
            (steps,) = complaint.sudo()._plan_escalations(results).values()
        return [step.due for step in steps]

    def _activities(self, complaint):
        kind = self.env.ref("customer_complaint.mail_activity_type_escalation")
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", complaint._name),
                ("res_id", "in", complaint.ids),
                ("activity_type_id", "=", kind.id),
            ]
        )
