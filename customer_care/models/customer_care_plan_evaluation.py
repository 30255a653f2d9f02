from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools.misc import format_date

from .customer_care_plan_work import EVALUATE

# From this share of the measures on a plan without goals counts as partly achieved.
PARTLY_PERCENT = 50
VERDICTS = [("achieved", "Achieved"), ("partly", "Partly Achieved"), ("missed", "Not Achieved")]


class CustomerCarePlan(models.Model):
    """The evaluation: what was reached against the goals, what it cost, what it taught, and how it goes on."""

    _inherit = "customer.care.plan"

    verdict = fields.Selection(VERDICTS, copy=False, tracking=True)
    verdict_proposed = fields.Selection(VERDICTS, string="Proposed Verdict", readonly=True, copy=False)
    verdict_reason = fields.Char(string="Reason of the Verdict", copy=False)
    lessons = fields.Text(copy=False, help="What went well, and what did not.")
    improvement = fields.Text(string="To Be Improved", copy=False)
    has_lessons_copied = fields.Boolean(string="Lessons Copied", readonly=True, copy=False)
    date_evaluated = fields.Date(string="Evaluated On", readonly=True, copy=False)
    evaluated_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_closed = fields.Date(string="Closed On", readonly=True, copy=False)
    is_evaluation_asked = fields.Boolean(string="Evaluation Asked", readonly=True, copy=False)
    previous_plan_id = fields.Many2one(
        "customer.care.plan", string="Follows the Plan", readonly=True, copy=False, index="btree_not_null"
    )
    next_plan_ids = fields.One2many(
        "customer.care.plan", "previous_plan_id", string="Next Plans", readonly=True
    )

    @api.constrains("verdict", "verdict_reason", "verdict_proposed")
    def _check_verdict(self):
        for plan in self:
            if plan.verdict_proposed and plan.verdict != plan.verdict_proposed and not plan.verdict_reason:
                raise ValidationError(
                    self.env._("Say why the verdict differs from the one that the goals propose.")
                )

    def action_evaluate(self):
        """Measure the goals and propose the verdict; again as long as the plan is not closed.

        :raises UserError: the plan does not run
        """
        self.check_access("write")
        plans = self._approval_lock()
        plans.invalidate_recordset(["state"])
        for plan in plans:
            if plan.state not in ("running", "evaluated") or plan.origin_id:
                raise UserError(self.env._("Only a running plan can be evaluated."))
            plan._approval_check_approved()
        for plan in plans:
            plan.goal_ids._measure("after")
            proposed = plan._get_verdict()
            is_own = plan.verdict and plan.verdict_reason
            plan.write(
                {
                    "state": "evaluated",
                    "verdict_proposed": proposed,
                    "verdict": plan.verdict if is_own else proposed,
                    "date_evaluated": fields.Date.context_today(self),
                    "evaluated_by_id": self.env.uid,
                }
            )
        plans._care_log("plan_evaluated")
        plans.activity_feedback([EVALUATE])
        self.invalidate_recordset()
        return True

    def _get_verdict(self):
        """Return the verdict that follows from the goals reached; without goals, from the measures done."""
        self.ensure_one()
        reached = [goal.is_reached for goal in self.goal_ids]
        if reached:
            return "achieved" if all(reached) else "partly" if any(reached) else "missed"
        if self.progress >= 100:
            return "achieved"
        return "partly" if self.progress >= PARTLY_PERCENT else "missed"

    def action_close(self):
        """Close evaluated plans, file them and plan the callbacks that follow.

        :raises AccessError: for who is no manager
        :raises UserError: not evaluated, or lessons are missing
        """
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group("customer_care.group_care_manager"):
            raise AccessError(self.env._("Plans are closed by a manager."))
        plans = self._approval_lock()
        plans.invalidate_recordset(["state"])
        for plan in plans:
            if plan.state != "evaluated":
                raise UserError(self.env._("Only an evaluated plan can be closed."))
            if not (plan.lessons or "").strip():
                raise UserError(
                    self.env._("Write down what %(plan)s taught before you close it.", plan=plan.display_name)
                )
        plans.open_change_id._drop_change()
        plans.measure_ids.filtered(lambda measure: measure.state == "planned")._cancel()
        plans.write({"state": "closed", "date_closed": fields.Date.context_today(self)})
        plans._care_log("plan_closed")
        self.env["customer.callback.rule"]._plan("plan_closed", plans)
        self.invalidate_recordset()
        return True

    def action_copy_lessons(self):
        """Put the lessons of an evaluated plan into its template, once.

        :raises UserError: no template, no lessons, or copied already
        """
        self.ensure_one()
        self.check_access("write")
        plan = self.sudo()
        if plan.state not in ("evaluated", "closed") or not (plan.lessons or plan.improvement):
            raise UserError(self.env._("There are no lessons yet: evaluate the plan first."))
        if not plan.template_id:
            raise UserError(self.env._("The plan was not made from a template."))
        if plan.has_lessons_copied:
            raise UserError(self.env._("The lessons are in the template already."))
        verdicts = dict(plan._fields["verdict"]._description_selection(self.env))
        head = " · ".join(
            filter(
                None, [plan.number, format_date(self.env, plan.date_evaluated), verdicts.get(plan.verdict)]
            )
        )
        plan.template_id._add_lessons("\n".join(filter(None, [head, plan.lessons, plan.improvement])))
        plan.has_lessons_copied = True
        self.invalidate_recordset(["has_lessons_copied"])
        return True

    def action_make_next(self):
        """Open the plan of the next period; it is made when there is none."""
        self.ensure_one()
        self.check_access("write")
        if self.state not in ("running", "evaluated", "closed") or self.origin_id:
            raise UserError(self.env._("Only a plan that has run can be followed by another one."))
        plan = self.next_plan_ids[:1] or self._make_next()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": plan.id,
            "views": [(False, "form")],
        }

    def _make_next(self):
        """Return the draft of the next period: the same goals and length, measures of the template or of this plan."""
        self.ensure_one()
        days = (self.date_end - self.date_begin).days
        begin = max(fields.Date.add(self.date_end, days=1), fields.Date.context_today(self))
        source = self.sudo()
        plan = source.create(
            {
                "name": source.name,
                "previous_plan_id": source.id,
                "date_begin": begin,
                "date_end": fields.Date.add(begin, days=days),
                "description": source.improvement or source.description,
                "domain": source.domain,
                "grade_ids": source.grade_ids.ids,
                "lifecycle_stage_ids": source.lifecycle_stage_ids.ids,
                "progress_by": source.progress_by,
                "scope": source.scope,
                "expected_revenue": source.expected_revenue,
                **{
                    name: source[name].id
                    for name in (
                        "partner_id",
                        "company_id",
                        "currency_id",
                        "user_id",
                        "team_id",
                        "template_id",
                    )
                },
            }
        )
        plan._take_content(source)
        shift = (begin - source.date_begin).days
        for measure in plan.measure_ids.filtered("date"):
            measure.date = fields.Date.add(measure.date, days=shift)
        return plan.with_env(self.env)
