from odoo import api, models
from odoo.exceptions import UserError

from .customer_care_plan import PENDING_STATES

# Only the methods of this model set these, from these values on.
GUARDED_FIELDS = {
    "number": False,
    "state": "draft",
    "version": 1,
    "origin_id": False,
    "previous_plan_id": False,
    "is_leader_asked": False,
    "remark": False,
    "remark_user_id": False,
    "verdict_proposed": False,
    "date_evaluated": False,
    "evaluated_by_id": False,
    "date_closed": False,
    "cancel_reason": False,
    "is_evaluation_asked": False,
    "has_lessons_copied": False,
}
# Follow from other fields.
COMPUTED_FIELDS = (
    "commercial_partner_id",
    "customer_count",
    "planned_cost",
    "actual_cost",
    "progress",
    "measure_count",
    "done_count",
)
# May be changed while the plan is not a draft: who looks after it, and what is written down meanwhile.
OPEN_FIELDS = {"user_id", "team_id", "priority", "lessons", "improvement", "template_id"}
EVALUATION_FIELDS = {"verdict", "verdict_reason", "lessons", "improvement"}
# Of the chatter and its activities.
OPEN_PREFIXES = ("message_", "activity_", "my_activity_")


class CustomerCarePlan(models.Model):
    """Who may change what of a plan in which state."""

    _inherit = "customer.care.plan"
    _guarded_fields = GUARDED_FIELDS
    _computed_fields = COMPUTED_FIELDS

    @api.model_create_multi
    def create(self, vals_list):
        plans = super().create(vals_list)
        for plan in plans.sudo():
            if not plan.number:
                plan.number = self.env["ir.sequence"].sudo().next_by_code("customer.care.plan")
        return plans

    def _check_change(self, vals):
        self._check_open(set(vals))
        return super()._check_change(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if not self.env.su and any(plan.state != "draft" or plan.version > 1 for plan in self):
            raise UserError(
                self.env._("Only drafts that were never submitted can be deleted; cancel the plan instead.")
            )

    def unlink(self):
        """Measures and working versions go through their own deletion: their messages and activities go along."""
        self.check_access("unlink")
        self._unlink_except_draft()
        plans = self.sudo().with_context(active_test=False)
        changes = plans.change_ids - self
        if changes:
            changes.unlink()
        plans.measure_ids.unlink()
        return super().unlink()

    def _check_open(self, names):
        """:raises UserError: a plan is no draft, and one of the names is fixed by the submission"""
        names = {name for name in names if name not in OPEN_FIELDS and not name.startswith(OPEN_PREFIXES)}
        if not names:
            return
        for plan in self:
            left = names - EVALUATION_FIELDS if plan.state == "evaluated" else names
            if left:
                plan._check_draft()

    def _check_editable(self):
        """:raises AccessError: no right to write a plan
        :raises UserError: a plan is not a draft any more
        """
        self.check_access("write")
        self._check_draft()

    def _check_draft(self):
        """:raises UserError: a plan is not a draft any more"""
        for plan in self.sudo():
            if plan.state in PENDING_STATES:
                raise UserError(
                    self.env._(
                        "%(plan)s waits for approval and cannot be changed: take the request back first.",
                        plan=plan.display_name,
                    )
                )
            if plan.state != "draft":
                raise UserError(
                    self.env._(
                        "%(plan)s is approved and cannot be changed: press Change to make a new version.",
                        plan=plan.display_name,
                    )
                )
