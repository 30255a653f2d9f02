from datetime import datetime

from freezegun import freeze_time
from odoo import Command
from odoo.addons.base.tests.common import BaseCommon
from odoo.addons.customer_complaint.models.customer_complaint_stage_closing import GATES
from odoo.tests import new_test_user

MONDAY = datetime(2026, 3, 2, 9, 0)


def open_gates(stage):
    """Let complaints into a stage without what it asks before, for tests of something else."""
    stage.write({**dict.fromkeys(("needs_tasks_done", *GATES[:-1]), False), "gates_from": False})


class ComplaintCommon(BaseCommon):
    """Personas, a team of its own with a UTC calendar, and factories.

    Personas: ``handler`` and ``other_handler`` (handlers; only the first is a member of ``team``),
    ``supervisor`` (leads ``team``), ``manager``, ``director``, ``auditor``, ``employee`` (no group of ours),
    ``portal`` (of ``customer``).
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As users work: with tracking and the log of changes.
        cls.env = cls.env(context={})
        module = "customer_complaint.group_complaint"
        cls.handler = cls._create_user("handler_t", f"{module}_user")
        cls.other_handler = cls._create_user("other_handler_t", f"{module}_user")
        cls.supervisor = cls._create_user("supervisor_t", f"{module}_supervisor")
        cls.manager = cls._create_user("manager_t", f"{module}_manager")
        cls.director = cls._create_user("director_t", "customer_care.group_care_director")
        cls.auditor = cls._create_user("auditor_t", "customer_care.group_care_auditor")
        cls.employee = cls._create_user("employee_t", "base.group_user")
        cls.customer = cls.env["res.partner"].create(
            {"name": "Lin Wei", "email": "lin.wei@customer.example", "phone": "+86 21 5555 0101"}
        )
        cls.portal = new_test_user(
            cls.env, "portal_t", groups="base.group_portal", partner_id=cls.customer.id
        )
        # Creating a user renames the contact.
        cls.customer.write({"name": "Lin Wei", "email": "lin.wei@customer.example"})
        cls.calendar = cls._create_calendar()
        cls.team = cls._create_team(
            user_id=cls.supervisor.id, member_ids=[Command.link(cls.handler.id)], calendar_id=cls.calendar.id
        )
        for (
            name
        ) in "received accepted investigating proposed execution waiting resolved closed cancelled".split():
            setattr(cls, f"stage_{name}", cls.env.ref(f"customer_complaint.customer_complaint_stage_{name}"))
        # Messages to the customer have tests of their own.
        (cls.stage_resolved | cls.stage_closed).mail_template_id = False
        # So have gates, alarms and releases.
        open_gates(cls.stage_closed)
        cls.env["customer.complaint.major.rule"].search([]).active = False
        cls.policy = cls.env.ref("customer_complaint.customer_complaint_policy_default")

    @classmethod
    def _create_user(cls, login, groups):
        return new_test_user(
            cls.env,
            login,
            groups=groups,
            email=f"{login}@company.example",
            tz="UTC",
            # no mail to choose a password
            context={"no_reset_password": True},
        )

    @classmethod
    def _create_calendar(cls, **vals):
        """Create a working week of Monday to Friday, 9 to 17 o'clock UTC."""
        lines = [
            Command.create(
                {"name": "Day", "dayofweek": str(day), "hour_from": 9, "hour_to": 17, "day_period": "morning"}
            )
            for day in range(5)
        ]
        vals = {"name": "Week", "tz": "UTC", "attendance_ids": [Command.clear(), *lines], **vals}
        return cls.env["resource.calendar"].create(vals)

    @classmethod
    def _create_team(cls, **vals):
        return cls.env["customer.complaint.team"].create({"name": "Team T", **vals})

    @classmethod
    def _create_policy(cls, response=None, resolution=None, **vals):
        """Create a policy that comes first, with (limit, unit) for its targets."""
        limits = {"response": response, "resolution": resolution}
        lines = [
            Command.create({"target": target, "limit": limit[0], "unit": limit[1]})
            for target, limit in limits.items()
            if limit
        ]
        return cls.env["customer.complaint.policy"].create(
            {"name": "Policy T", "sequence": 1, "line_ids": lines, **vals}
        )

    @classmethod
    def _create_complaint(cls, **vals):
        """Create a complaint of ``customer`` in ``team``, as superuser."""
        return cls.env["customer.complaint"].create(cls._prepare_complaint(**vals))

    @classmethod
    def _prepare_complaint(cls, **vals):
        return {"name": "The pump leaks", "partner_id": cls.customer.id, "team_id": cls.team.id, **vals}

    @classmethod
    def _create_compensation(cls, complaint, amount=100, **vals):
        return cls.env["customer.complaint.compensation"].create(
            {
                "complaint_id": complaint.id,
                "kind": "refund",
                "amount": amount,
                "evidence": "Transfer 4711",
                **vals,
            }
        )

    def _at(self, day, hour=9, minute=0, month=3):
        """Freeze the time in March 2026; the 2nd is a Monday."""
        return freeze_time(datetime(2026, month, day, hour, minute))

    def _clock(self, complaint, target="resolution"):
        return complaint.clock_ids.filtered(lambda line: line.target == target)

    def _move(self, complaint, *stages):
        for stage in stages:
            complaint.write({"stage_id": stage.id})
