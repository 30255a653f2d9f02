from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .customer_care_plan import PENDING_STATES

# Measures that one message names.
NAMED = 5


class CustomerCarePlan(models.Model):
    """How a plan is submitted, and what comes of it: checks, versions, and the state that the steps give it.

    The states between draft and approved tell whose step is open: ``director`` when the approval rule asks the
    group of directors, ``manager`` when it asks that of managers, ``submitted`` for any other rule.
    """

    _inherit = "customer.care.plan"

    def action_request_approval(self):
        """Submit drafts: check them, freeze them as a version, and ask who has to approve.

        :raises UserError: with all that is missing in one message
        """
        if not self.env.su:
            self.check_access("write")
        plans = self._approval_lock()
        plans.invalidate_recordset(["state"])
        plans._check_submittable()
        for plan in plans:
            plan.measure_ids.filtered(lambda measure: not measure.user_id)._assign_by_role()
            plan._freeze_members()
            plan.write(
                {
                    "is_leader_asked": plan._has_other_leader(self.env.user),
                    "remark": False,
                    "remark_user_id": False,
                }
            )
        plans.member_ids.partner_id._care_lock_budget()
        problems = [problem for plan in plans for problem in plan._get_problems()]
        if problems:
            raise UserError(
                self.env._(
                    "The plan cannot be submitted yet:\n%(problems)s",
                    problems="\n".join(f"• {text}" for text in problems),
                )
            )
        plans._freeze_versions(self.env.user)
        result = super().action_request_approval()
        self.invalidate_recordset(["state", "remark"])
        plans._sync_state()
        return result

    def action_approve(self, comment=None):
        result = super().action_approve(comment)
        self._approval_elevate()._sync_state()
        return result

    def action_reject(self, comment=None):
        result = super().action_reject(comment)
        self.invalidate_recordset(["state", "remark", "remark_user_id", "version"])
        return result

    def action_cancel_approval(self):
        result = super().action_cancel_approval()
        plans = self._approval_elevate()
        plans._decide_versions("taken_back")
        plans._sync_state()
        return result

    def _approval_recheck(self):
        result = super()._approval_recheck()
        self._approval_elevate()._sync_state()
        return result

    def _freeze_members(self):
        """Freeze the customers of the plan (singleton); the budget follows only when that changes the cost."""
        budget, cost = self.budget, self.planned_cost
        self.env["customer.care.plan.member"].sudo()._freeze(self, self._get_segment_model())
        if self.planned_cost == cost:
            self.budget = budget

    # Checks

    def _check_submittable(self):
        self._check_draft()
        for plan in self:
            if plan.origin_id and plan.origin_id.state not in ("approved", "running"):
                raise UserError(
                    self.env._(
                        "%(plan)s does not run any more: it cannot be changed.",
                        plan=plan.origin_id.display_name,
                    )
                )

    def _has_other_leader(self, user):
        leader = self.team_id.user_id
        return bool(
            leader.active and leader != user and not user.has_group("customer_care.group_care_manager")
        )

    def _get_problems(self):
        """Return what hinders the submission of the plan (singleton, as superuser), one sentence each."""
        self.ensure_one()
        problems = []
        measures = self.measure_ids.filtered(lambda measure: measure.state != "cancelled")
        opened = measures.filtered(lambda measure: measure.state != "done")
        if not measures:
            problems.append(self.env._("The plan has no measures."))
        if not self.member_ids:
            problems.append(self.env._("No customer belongs to the segment."))
        for field, text in (
            ("user_id", self.env._("Without a responsible: %(names)s")),
            ("date", self.env._("Without a date: %(names)s")),
        ):
            missing = opened.filtered(lambda measure, field=field: not measure[field])
            if missing:
                problems.append(text % {"names": self._join_names(missing)})
        gone = opened.filtered(lambda measure: measure.user_id and not measure.user_id.active)
        if gone:
            problems.append(self.env._("The responsible has left: %(names)s", names=self._join_names(gone)))
        outside = opened.filtered(
            lambda measure: measure.date and not self.date_begin <= measure.date <= self.date_end
        )
        if outside:
            problems.append(
                self.env._("Not in the period of the plan: %(names)s", names=self._join_names(outside))
            )
        over = opened.filtered(
            lambda measure: measure.campaign_id.state in ("done", "evaluated", "cancelled")
        )
        if over:
            problems.append(self.env._("The campaign is over: %(names)s", names=self._join_names(over)))
        if self.currency_id.compare_amounts(self.planned_cost, self.budget) > 0:
            problems.append(
                self.env._(
                    "The measures cost %(cost)s, more than the budget of the plan: %(budget)s.",
                    cost=self.currency_id.format(self.planned_cost),
                    budget=self.currency_id.format(self.budget),
                )
            )
        return problems + self._get_budget_problems()

    def _join_names(self, records):
        names = ", ".join(records[:NAMED].mapped("display_name"))
        return names + ("…" if len(records) > NAMED else "")

    def _get_budget_problems(self):
        """Compare each customer's plans and gifts of the year with the yearly budget of the grade."""
        self.ensure_one()
        if not self.budget or not self.member_ids:
            return []
        others = self._get_other_costs()
        share = self.budget / len(self.member_ids)
        over = []
        for member in self.member_ids:
            grade = member.grade_id
            if not grade.yearly_budget:
                continue
            limit = self._convert(grade.yearly_budget, grade.currency_id, self.currency_id)
            left = limit - others.get(member.partner_id.id, 0)
            if self.currency_id.compare_amounts(share, left) > 0:
                over.append((member, limit, left))
        if not over:
            return []
        member, limit, left = over[0]
        values = {
            "customer": member.partner_id.display_name,
            "cost": self.currency_id.format(share),
            "grade": member.grade_id.display_name,
            "budget": self.currency_id.format(limit),
            "left": self.currency_id.format(max(left, 0)),
            "count": len(over) - 1,
        }
        text = self.env._(
            "Over budget: %(cost)s for %(customer)s; grade %(grade)s has %(budget)s a year, of which %(left)s is left.",
            **values,
        )
        if len(over) > 1:
            text += " " + self.env._("So it is for %(count)s more customers.", **values)
        return [text]

    def _get_other_costs(self):
        """Return ``{customer id: what other plans and gifts of the same year take}`` in the currency of the plan."""
        self.ensure_one()
        year = self.date_begin.year
        customers = SQL("SELECT partner_id FROM customer_care_plan_member WHERE plan_id = %s", self.id)
        found = self.env["res.partner"]._care_get_yearly_costs(customers, [year], self | self.origin_id)
        Currency = self.env["res.currency"]
        return {
            partner_id: sum(
                self._convert(amount, Currency.browse(currency_id), self.currency_id)
                for currency_id, amount in amounts.items()
            )
            for (partner_id, _year), amounts in found.items()
        }

    def _convert(self, amount, currency, target):
        """:raises UserError: one of two different currencies has no rate"""
        if currency == target:
            return amount
        for one in currency | target:
            if one != self.company_id.currency_id:
                self._approval_check_rate(one, self.company_id)
        return currency._convert(amount, target, self.company_id, fields.Date.context_today(self))

    # Versions

    def _freeze_versions(self, user):
        """Keep what is submitted; the version of a change belongs to the plan that it changes."""
        self.env["customer.care.plan.version"].sudo().create(
            [
                {
                    "plan_id": (plan.origin_id or plan).id,
                    "number": plan.version,
                    "spec": plan._get_spec(),
                    "user_id": user.id,
                    "currency_id": plan.currency_id.id,
                    "budget": plan.budget,
                }
                for plan in self
            ]
        )

    def _get_version(self):
        self.ensure_one()
        versions = (self.origin_id or self).sudo().version_ids
        return versions.filtered(lambda version: version.number == self.version)

    def _decide_versions(self, decision, remark=False):
        """Note what became of the submitted versions; what was not approved goes on as the next version."""
        for plan in self:
            plan._get_version().write(
                {
                    "decision": decision,
                    "remark": remark,
                    "decided_by_id": self.env.uid,
                    "decided_on": fields.Datetime.now(),
                }
            )
            if decision != "approved":
                plan.version += 1

    def _get_spec(self):
        """Return the plan (singleton) as plain values; keys of its rows stay the same from version to version."""
        self.ensure_one()
        return {
            "name": self.name,
            "date_begin": fields.Date.to_string(self.date_begin),
            "date_end": fields.Date.to_string(self.date_end),
            "user": self.user_id.name or "",
            "budget": self.budget,
            "expected_revenue": self.expected_revenue,
            "customers": self.customer_count,
            "description": self.description or "",
            "goals": [goal._get_spec() for goal in self.goal_ids],
            "measures": [measure._get_spec() for measure in self.measure_ids if measure.state != "cancelled"],
        }

    def _get_compare_action(self, version=None):
        """Open the dialogue that compares two versions of the plan (singleton)."""
        plan = self.origin_id or self
        numbers = plan.version_ids.sorted("number")
        last = version or numbers[-1:]
        before = numbers.filtered(lambda other: other.number < last.number)[-1:]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare Versions"),
            "res_model": "customer.care.plan.compare",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_plan_id": plan.id,
                "default_to_id": last.id,
                "default_from_id": (before or last).id,
            },
        }

    def action_compare(self):
        """Compare the versions of the plan."""
        self.ensure_one()
        self.check_access("read")
        if not (self.origin_id or self).version_ids:
            raise UserError(self.env._("The plan was never submitted: there is nothing to compare."))
        return self._get_compare_action()

    # What the answers do

    def _sync_state(self):
        """Let the state tell whose step is open; states behind the approval stay."""
        for plan in self.sudo():
            if plan.state not in ("draft", *PENDING_STATES):
                continue
            state = plan._get_pending_state() if plan.approval_state == "pending" else "draft"
            if plan.approval_state != "approved" and plan.state != state:
                plan.state = state
        self.invalidate_recordset(["state"])

    def _get_pending_state(self):
        lines = self._approval_get_lines(Domain("state", "=", "pending"))
        groups = lines.rule_id.sudo().with_context(active_test=False).group_id
        for state in ("director", "manager"):
            if self.env.ref(f"customer_care.group_care_{state}") in groups:
                return state
        return "submitted"

    def _approval_on_approved(self):
        result = super()._approval_on_approved()
        self._decide_versions("approved")
        changes = self.filtered("origin_id")
        changes._apply_change()
        (self - changes)._start_work()
        return result

    def _approval_on_rejected(self):
        result = super()._approval_on_rejected()
        for plan in self:
            line = plan._approval_get_lines(Domain("state", "=", "rejected"))[:1]
            plan._decide_versions("sent_back", line.comment)
            plan.write({"state": "draft", "remark": line.comment, "remark_user_id": line.done_by_id.id})
        self._care_log("plan_sent_back")
        return result

    def _approval_on_reset(self):
        """An approval that was lost, by a rule that was changed: the plan is a draft, its open work is taken back."""
        result = super()._approval_on_reset()
        for plan in self:
            plan.measure_ids._take_back()
            plan.measure_ids.filtered(lambda measure: measure.state == "planned").write({"state": "draft"})
            plan.write({"state": "draft", "version": plan.version + 1})
        return result
