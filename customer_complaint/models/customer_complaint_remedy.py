from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .customer_complaint import STAFF
from .customer_complaint_flow import Missing
from .customer_complaint_plan import LIVE_STATES
from .customer_complaint_stage import DONE_PHASES

# The rules of approvals look at these through the complaint.
JUDGED_FIELDS = {"severity", "is_major", "category_id", "team_id"}


class CustomerComplaintRemedy(models.Model):
    """The countermeasure plan of a complaint, and what follows for its approvals when the complaint changes."""

    _inherit = "customer.complaint"

    plan_ids = fields.One2many(
        "customer.complaint.plan", "complaint_id", string="Countermeasure Plans", readonly=True, groups=STAFF
    )
    plan_id = fields.Many2one(
        "customer.complaint.plan",
        string="Countermeasure Plan",
        compute="_compute_plan_id",
        search="_search_plan_id",
        groups=STAFF,
        help="The current version.",
    )

    @api.depends("plan_ids.is_current")
    def _compute_plan_id(self):
        for complaint in self:
            complaint.plan_id = complaint.plan_ids.filtered("is_current")[:1]

    def _search_plan_id(self, operator, value):
        current = Domain("is_current", "=", True)
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        if operator in ("any", "any!"):
            return Domain("plan_ids", operator, current & Domain(value))
        if operator != "in" or False not in value:
            return Domain("plan_ids", "any", current & Domain("id", operator, value))
        plans = Domain("id", "in", [plan for plan in value if plan])
        return Domain("plan_ids", "any", current & plans) | ~Domain("plan_ids", "any", current)

    def _get_live_plan(self):
        """Return the plan on which work goes on, or will (singleton); as superuser, may be empty."""
        return self.sudo().plan_ids.filtered(lambda plan: plan.is_current and plan.state in LIVE_STATES)

    def write(self, vals):
        judged = JUDGED_FIELDS.intersection(vals)
        before = {}
        if judged:
            before = {
                complaint: [complaint[name] for name in judged]
                for complaint in self.sudo()
                if complaint.plan_ids or complaint.letter_ids or complaint.compensation_ids
            }
        result = super().write(vals)
        changed = self.sudo().browse(
            [
                complaint.id
                for complaint, values in before.items()
                if values != [complaint[name] for name in judged]
            ]
        )
        if changed:
            changed._recheck_approvals()
        return result

    def _recheck_approvals(self):
        """Ask the rules again about what is open: graver complaints may need other people's approval."""
        self.env.flush_all()
        offers = self.compensation_ids.filtered(lambda offer: offer.state == "proposed")
        plans = self.plan_ids.filtered(lambda plan: plan.state in LIVE_STATES)
        letters = self.letter_ids.filtered(lambda letter: letter.state == "draft")
        for documents in (offers, plans, letters):
            if documents:
                documents._approval_recheck()

    # Actions

    def action_plan(self):
        """Open the current countermeasure plan, or begin one."""
        self.ensure_one()
        self.check_access("read")
        if self.plan_id:
            return self.plan_id._get_records_action(name=self.plan_id.display_name)
        self.check_access("write")
        if self.phase in DONE_PHASES:
            raise UserError(self.env._("The complaint is done and has no countermeasure plan."))
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_complaint.customer_complaint_plan_action"
            ),
            "views": [(False, "form")],
            "context": {"default_complaint_id": self.id},
        }

    def action_view_plan_versions(self):
        """Open all versions of the countermeasure plan."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_complaint.customer_complaint_plan_action"
            ),
            "domain": [("complaint_id", "=", self.id)],
            "context": {},
        }

    # The portal, gates and merging

    def _portal_get_offers(self):
        """Show nothing of a plan that nobody has approved."""
        return (
            super()
            ._portal_get_offers()
            .filtered(lambda offer: offer.state == "executed" or offer._is_plan_approved())
        )

    def _get_missing(self, stage):
        """Before a complaint is closed, its approved plan is carried out and no draft waits for a decision."""
        missing = super()._get_missing(stage)
        phase = stage._get_phase()
        if phase not in ("resolved", "closed"):
            return missing
        for complaint in self.sudo():
            plan = complaint._get_live_plan()
            if plan.approval_state == "pending":
                text = self.env._("the countermeasure plan waits for approval")
            elif phase == "closed" and plan.state == "approved":
                text = complaint._get_plan_gap()
            elif phase == "closed" and plan:
                text = self.env._("the countermeasure plan is not approved: request approval or cancel it")
            else:
                continue
            missing = missing + [Missing(complaint, text, "action_plan")]
        return missing

    def _get_plan_gap(self):
        """Say what of the current plan is not carried out (singleton, as superuser)."""
        names = self.plan_id._get_open() or [self.plan_id.name]
        return self.env._("the countermeasure plan is not carried out: %(names)s", names=", ".join(names))

    def _check_merge(self, main):
        result = super()._check_merge(main)
        plans = self.plan_ids.filtered(
            lambda plan: (
                plan.state == "approved" or (plan.state == "draft" and plan.approval_state == "pending")
            )
        )
        letters = self.letter_ids.filtered(lambda letter: letter.approval_state == "pending")
        busy = [*plans.mapped("display_name"), *letters.mapped("display_name")]
        if busy:
            raise UserError(
                self.env._(
                    "These must be carried out, decided or cancelled before: %(names)s", names=", ".join(busy)
                )
            )
        return result

    def _merge_parts(self, main):
        """Drafts of plans and letters end with their complaint; compensations go without their plan."""
        self.plan_ids.filtered(lambda plan: plan.state == "draft").action_cancel()
        self.letter_ids.filtered(lambda letter: letter.state == "draft").action_cancel()
        self.compensation_ids.filtered(lambda offer: offer.state == "proposed").write(
            {"plan_id": False, "offer_id": False}
        )
        return super()._merge_parts(main)
