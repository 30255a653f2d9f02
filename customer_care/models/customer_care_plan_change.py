from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .customer_care_plan import LIVE_STATES

# What a working version passes to the plan that it changes.
CONTENT_FIELDS = (
    "name", "date_begin", "date_end", "description", "expected_revenue", "progress_by", "priority",
)  # fmt: skip
MEASURE_FIELDS = ("kind", "name", "description", "date", "cost", "priority", "responsible_role")
GOAL_FIELDS = ("kind", "target", "sequence")


class CustomerCarePlan(models.Model):
    """Changes after the approval: a working version that is approved like a plan, and then passes its content on."""

    _inherit = "customer.care.plan"

    def action_change(self):
        """Open the working version of an approved plan; it is made when there is none.

        :raises UserError: the plan is not approved, or does not run any more
        """
        self.ensure_one()
        self.check_access("write")
        change = self.open_change_id or self._make_change()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": change.id,
            "views": [(False, "form")],
        }

    def action_open_origin(self):
        """Open the plan that a working version changes, or has changed."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.origin_id.id,
            "views": [(False, "form")],
        }

    def _make_change(self):
        """Return a new working version of the plan (singleton) in the name of the current user."""
        self.ensure_one()
        if self.state not in LIVE_STATES or self.origin_id:
            raise UserError(
                self.env._("Only a plan that is approved or running can be changed by a new version.")
            )
        source = self.sudo()
        change = source.create(
            {
                "origin_id": source.id,
                "number": source.number,
                "version": source.version + 1,
                "scope": source.scope,
                "partner_id": source.partner_id.id,
                "domain": source.domain,
                "grade_ids": source.grade_ids.ids,
                "lifecycle_stage_ids": source.lifecycle_stage_ids.ids,
                "company_id": source.company_id.id,
                "currency_id": source.currency_id.id,
                "user_id": source.user_id.id,
                "team_id": source.team_id.id,
                "template_id": source.template_id.id,
                **{name: source[name] for name in CONTENT_FIELDS},
            }
        )
        change._take_content(source, is_change=True)
        change.budget = max(source.budget, change.planned_cost)
        return change.with_env(self.env)

    def _take_content(self, source, is_change=False):
        """Copy what the reader of ``source`` sees of its goals and measures into the plan (singleton).

        :param is_change: done measures come along for the sums, and each row knows what it changes
        """
        plan = self.sudo()
        measure_vals = []
        for measure in source.measure_ids.filtered(lambda measure: measure.state != "cancelled"):
            vals = {
                "plan_id": plan.id,
                "user_id": measure.user_id.id,
                "campaign_id": measure.campaign_id.id,
                **{name: measure[name] for name in MEASURE_FIELDS},
            }
            if is_change:
                vals["origin_id"] = measure.id
                if measure.state == "done":
                    vals.update(state="done", progress=100, actual_cost=measure.actual_cost)
            measure_vals.append(vals)
        plan.measure_ids.create(measure_vals)
        plan.goal_ids.create(
            [
                {
                    "plan_id": plan.id,
                    "origin_id": goal.id if is_change else False,
                    "metric_id": goal.metric_id.id,
                    "target_grade_id": goal.target_grade_id.id,
                    **{name: goal[name] for name in GOAL_FIELDS},
                }
                for goal in source.goal_ids
            ]
        )

    # The approved change

    def _apply_change(self):
        """Pass the content of approved working versions on to their plans (recordset, as superuser).

        The approval goes along: its lines now belong to the plan, the earlier ones are superseded. Measures that
        were done in the meantime stay as they are.
        """
        for change in self:
            plan = change.origin_id
            plan._approval_lock()
            if plan.state not in LIVE_STATES:
                raise UserError(
                    self.env._(
                        "%(plan)s does not run any more: it cannot be changed.", plan=plan.display_name
                    )
                )
            state = plan.state
            # While its content changes the plan counts as not approved: nothing is judged by the old lines.
            plan.write({"approval_state": "draft"})
            change._pass_measures(plan)
            change._pass_goals(plan)
            plan.write(
                {
                    "state": state,
                    "version": change.version,
                    "budget": change.budget,
                    **{name: change[name] for name in CONTENT_FIELDS},
                }
            )
            change._pass_approval(plan)
            change.write({"state": "closed", "active": False})
            self.env["customer.care.plan.member"]._freeze(plan)
            plan._care_log("plan_changed")
            plan._message_log(
                body=self.env._("Version %(number)s was approved and took effect.", number=plan.version)
            )
            plan._start_work()

    def _pass_measures(self, plan):
        kept = plan.measure_ids.browse()
        for measure in self.measure_ids:
            origin = measure.origin_id
            if origin and origin.plan_id == plan:
                kept |= origin
                if origin.state in ("draft", "planned"):
                    vals = {name: measure[name] for name in MEASURE_FIELDS}
                    vals.update(user_id=measure.user_id.id, campaign_id=measure.campaign_id.id)
                    if measure.date != origin.date:
                        vals.update(reminded_on=False, escalated_on=False)
                    origin.write(vals)
            else:
                measure.write({"plan_id": plan.id, "origin_id": False})
                kept |= measure
        dropped = (plan.measure_ids - kept).filtered(lambda measure: measure.state in ("draft", "planned"))
        dropped._cancel()
        self.measure_ids.filtered("origin_id").unlink()

    def _pass_goals(self, plan):
        kept = changed = plan.goal_ids.browse()
        for goal in self.goal_ids:
            vals = {name: goal[name] for name in GOAL_FIELDS}
            vals.update(metric_id=goal.metric_id.id, target_grade_id=goal.target_grade_id.id)
            if goal.origin_id and goal.origin_id.plan_id == plan:
                kept |= goal.origin_id
                is_other = goal.origin_id.kind != goal.kind or goal.origin_id.metric_id != goal.metric_id
                goal.origin_id.write(vals)
                if is_other:
                    changed |= goal.origin_id
            else:
                goal.write({"plan_id": plan.id})
                changed |= goal
                kept |= goal
        changed._measure("before")
        (plan.goal_ids - kept).unlink()
        self.goal_ids.filtered("origin_id").unlink()

    def _pass_approval(self, plan):
        earlier = plan._approval_get_lines(Domain.TRUE)
        base = max(earlier.mapped("round"), default=0)
        earlier.filtered(lambda line: line.state == "approved").write({"state": "superseded"})
        lines = self._approval_get_lines(Domain.TRUE)
        for line in lines:
            line.write({"res_id": plan.id, "round": base + line.round, "record_name": plan.display_name})
        fixed = plan._approval_get_fixed_part(plan._approval_get_snapshots()[plan.id])
        lines.filtered(lambda line: line.state == "approved").write({"snapshot": fixed})
        plan.write({"approval_state": "approved", "approval_requester_id": self.approval_requester_id.id})
        plan._approval_invalidate()

    # Small measures in between

    def _check_unplanned(self):
        """:raises AccessError: the company does not allow measures without a new version"""
        if not self.company_id.sudo().care_has_unplanned_measures:
            raise AccessError(self.env._("Measures of an approved plan are added by a new version only."))
