from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date

from .customer_care_measure_work import LATE
from .customer_care_plan import LIVE_STATES


class CustomerCareMeasure(models.Model):
    """Night work on measures: late ones are reminded of, then escalated, each once."""

    _inherit = "customer.care.measure"

    @api.model
    def _get_jobs(self, today):
        """Return ``[(model, domain, method)]`` of the nightly work on measures."""
        opened = [("state", "=", "planned"), ("is_live", "=", True)]
        late = [*opened, ("date", "<", today), ("plan_state", "in", LIVE_STATES)]
        days = min(self.env["res.company"].search(Domain.TRUE).mapped("care_escalation_days"), default=0)
        return [
            (self, [*opened, ("user_id.active", "=", False), ("user_id", "!=", False)], "_take_over"),
            (self, [*opened, ("is_work_pending", "=", True)], "_make_pending_work"),
            (self, [*late, ("reminded_on", "=", False)], "_remind"),
            (
                self,
                [
                    *late,
                    ("reminded_on", "!=", False),
                    ("escalated_on", "=", False),
                    ("date", "<", fields.Date.subtract(today, days=days)),
                ],
                "_escalate",
            ),
        ]

    def _remind(self):
        """Remind responsible people of late measures, once each."""
        for measure in self.filtered(lambda measure: measure.user_id.active):
            user = measure.user_id
            env = measure.with_context(lang=user.lang).env
            measure.message_notify(
                partner_ids=user.partner_id.ids,
                subject=env._("Late: %(measure)s", measure=measure.name),
                body=env._(
                    "The measure %(measure)s of the plan %(plan)s was to be done by %(date)s.",
                    measure=measure.name,
                    plan=measure.plan_id.display_name,
                    date=format_date(env, measure.date),
                ),
            )
        self.write({"reminded_on": fields.Date.context_today(self)})

    def _escalate(self):
        """Give the supervisor of each late measure one activity, once."""
        today = fields.Date.context_today(self)
        due = self.filtered(
            lambda measure: (
                fields.Date.add(measure.date, days=measure.company_id.care_escalation_days) < today
            )
        )
        for measure in due:
            plan = measure.plan_id
            users = (
                plan.team_id.user_id | plan.company_id.care_plan_manager_id | plan._get_role_user("manager")
            ).filtered(lambda user, own=measure.user_id: user.active and user != own)
            user = users[:1] or plan.user_id
            if user.active:
                env = measure.with_context(lang=user.lang).env
                measure.activity_schedule(
                    LATE,
                    date_deadline=today,
                    user_id=user.id,
                    summary=env._(
                        "Late since %(date)s: %(user)s",
                        date=format_date(env, measure.date),
                        user=measure.user_id.name or "-",
                    ),
                )
        due.write({"escalated_on": today})
