from odoo import api, fields, models
from odoo.addons.customer_care.tools.turns import take_turns
from odoo.exceptions import AccessError, UserError

from .customer_complaint_stage import DONE_PHASES

PLAN_STATES = [
    ("draft", "Draft"),
    ("approved", "Approved"),
    ("done", "Done"),
    ("replaced", "Replaced"),
    ("cancelled", "Cancelled"),
]
# A plan on which work goes on, or will.
LIVE_STATES = ("draft", "approved")


class CustomerComplaintPlan(models.Model):
    """The countermeasure plan of a complaint: who does what until when, what it costs, what the customer gets.

    What was approved is frozen: a change is a new version (``customer_complaint_plan_version``), which is approved
    anew. A compensation that is added, or becomes dearer, takes the approval back as far as the rules ask more.
    """

    _name = "customer.complaint.plan"
    _description = "Countermeasure Plan"
    _inherit = ["customer.complaint.approved.mixin"]

    _approval_protected_fields = ("complaint_id", "content")
    _guarded_fields = {
        "state": "draft",
        "version": 1,
        "is_current": True,
        "done_datetime": False,
        "explanation": False,
        "previous_id": False,
    }
    _computed_fields = ("company_id", "estimated_cost", "actual_cost")

    name = fields.Char(required=True, default=lambda self: self._default_name(), tracking=True)
    goal = fields.Text(help="What shall be reached, for the customer and in the house.")
    version = fields.Integer(readonly=True, copy=False, default=1)
    is_current = fields.Boolean(string="Current Version", readonly=True, copy=False, default=True)
    state = fields.Selection(
        PLAN_STATES, required=True, readonly=True, copy=False, default="draft", tracking=True, index=True
    )
    explanation = fields.Html(
        string="Why This is Proposed",
        readonly=True,
        copy=False,
        help="What the matrix of solutions has proposed and for which reason.",
    )
    done_datetime = fields.Datetime(string="Done on", readonly=True, copy=False)

    measure_ids = fields.One2many(
        "customer.complaint.measure", "plan_id", string="Countermeasures", copy=False
    )
    compensation_ids = fields.One2many(
        "customer.complaint.compensation",
        "plan_id",
        string="Compensations",
        domain=[("state", "!=", "cancelled")],
        copy=False,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    estimated_cost = fields.Monetary(
        compute="_compute_costs",
        store=True,
        tracking=True,
        help="Estimates of the countermeasures and all compensations, in the currency of the company.",
    )
    actual_cost = fields.Monetary(
        compute="_compute_costs",
        store=True,
        help="What the countermeasures have cost and the executed compensations.",
    )
    content = fields.Text(compute="_compute_content", help="What is approved, in one text.")
    open_count = fields.Integer(compute="_compute_counts", string="Open Countermeasures")
    overdue_count = fields.Integer(compute="_compute_counts", string="Overdue Countermeasures")

    _current_uniq = models.UniqueIndex(
        "(complaint_id) WHERE is_current IS TRUE", "A complaint has one current countermeasure plan."
    )

    def _default_name(self):
        return self.env._("Countermeasure Plan")

    @api.depends("complaint_id.number", "name", "version")
    def _compute_display_name(self):
        for plan in self:
            number = plan.complaint_id.sudo().number or ""
            version = f"V{plan.version}" if plan.version > 1 else ""
            plan.display_name = " ".join(filter(None, (number, plan.name, version)))

    @api.depends(
        "measure_ids.cost_estimate",
        "measure_ids.cost_actual",
        "measure_ids.state",
        "compensation_ids.amount_company",
        "compensation_ids.state",
    )
    def _compute_costs(self):
        for plan in self:
            plan.estimated_cost, plan.actual_cost = plan._get_costs()

    def _get_costs(self):
        """Return (estimated, actual) cost of the plan (singleton) in the currency of its company."""
        measures = self.measure_ids.filtered(lambda measure: measure.state != "cancelled")
        offers = self.compensation_ids.filtered(lambda offer: offer.state != "cancelled")
        executed = offers.filtered(lambda offer: offer.state == "executed")
        return (
            sum(measures.mapped("cost_estimate")) + sum(offers.mapped("amount_company")),
            sum(measures.mapped("cost_actual")) + sum(executed.mapped("amount_company")),
        )

    @api.depends(
        "goal",
        "measure_ids.name",
        "measure_ids.kind",
        "measure_ids.date_deadline",
        "measure_ids.cost_estimate",
    )
    def _compute_content(self):
        for plan in self:
            rows = [
                f"{measure.id}|{measure.name}|{measure.kind}|{measure.date_deadline}|{measure.cost_estimate}"
                for measure in plan.measure_ids.sorted("id")
            ]
            plan.content = "\n".join([plan.goal or "", *rows])

    @api.depends("measure_ids.state", "measure_ids.date_deadline")
    def _compute_counts(self):
        for plan in self:
            measures = plan.measure_ids.filtered(lambda measure: measure.state == "open")
            plan.open_count = len(measures)
            plan.overdue_count = len(measures.filtered("is_overdue"))

    @api.model_create_multi
    def create(self, vals_list):
        Complaint = self.env["customer.complaint"]
        complaints = Complaint.browse(
            {vals["complaint_id"] for vals in vals_list if vals.get("complaint_id")}
        )
        complaints.check_access("write")
        # nobody closes the complaint meanwhile
        take_turns(complaints)
        if not self.env.su and any(complaint.phase in DONE_PHASES for complaint in complaints):
            raise UserError(self.env._("The complaint is done and has no countermeasure plan."))
        earlier = complaints._origin.sudo().plan_ids
        earlier._make_room()
        versions = {
            complaint.id: max(plans.mapped("version"))
            for complaint, plans in earlier.grouped("complaint_id").items()
        }
        plans = super().create(vals_list)
        for plan in plans.sudo():
            if plan.complaint_id.id in versions:
                plan.version = versions[plan.complaint_id.id] + 1
        return plans

    def _make_room(self):
        """Let another plan become the current one.

        :raises UserError: when work goes on, or will, by one of the plans
        """
        live = self.filtered(lambda plan: plan.is_current and plan.state in LIVE_STATES)
        if live:
            raise UserError(
                self.env._(
                    "There is a countermeasure plan already: change it, or make a new version of it. %(plans)s",
                    plans=", ".join(live.mapped("display_name")),
                )
            )
        self.filtered("is_current").is_current = False
        self.flush_recordset(["is_current"])

    def _check_change(self, vals):
        self.complaint_id.check_access("write")
        if "complaint_id" in vals and any(plan.complaint_id.id != vals["complaint_id"] for plan in self):
            raise UserError(self.env._("A countermeasure plan stays with its complaint."))
        if not {"name", "goal"}.isdisjoint(vals):
            self._check_draft()

    def _check_draft(self):
        """:raises UserError: when what was approved, or is past, would be changed"""
        frozen = self.sudo().filtered(lambda plan: plan.state != "draft")
        if frozen:
            raise UserError(
                self.env._(
                    "This is approved or past and does not change any more. Make a new version: %(plans)s",
                    plans=", ".join(frozen.mapped("display_name")),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_superuser(self):
        if not self.env.su:
            raise AccessError(self.env._("Countermeasure plans are cancelled, not deleted."))

    # Approval

    def action_request_approval(self):
        """Ask for the approval of the plans and, in one go, of what the customer shall get by them.

        :raises UserError: for an empty plan
        """
        self.check_access("write")
        empty = self.filtered(lambda plan: not (plan.measure_ids or plan.compensation_ids))
        if empty:
            raise UserError(self.env._("The plan is empty: add a countermeasure or a compensation."))
        if any(plan.state != "draft" for plan in self):
            raise UserError(self.env._("Only a draft can be sent for approval."))
        offers = self.compensation_ids.filtered(
            lambda offer: offer.state == "proposed" and offer.approval_state in ("draft", "rejected")
        )
        if offers:
            offers.action_request_approval()
        return super().action_request_approval()

    def action_approve(self, comment=None):
        """Approve the plans, and their compensations as far as these wait for the same person."""
        result = super().action_approve(comment)
        offers = self._get_offers_to_approve()
        if offers:
            offers.action_approve(comment)
        return result

    def action_reject(self, comment=None):
        """Reject the plans, and their compensations as far as these wait for the same person."""
        result = super().action_reject(comment)
        offers = self._get_offers_to_approve()
        if offers:
            offers.action_reject(comment)
        return result

    def action_cancel_approval(self):
        """Take back the requests for the plans and their compensations."""
        result = super().action_cancel_approval()
        offers = self.sudo().compensation_ids.filtered(
            lambda offer: offer.approval_state == "pending" and offer.approval_requester_id == self.env.user
        )
        if offers:
            offers.with_env(self.env).action_cancel_approval()
        return result

    def _get_offers_to_approve(self):
        """Return the compensations of the plans that wait for the current user.

        Found as superuser: who is asked about the plan need not see the complaint.
        """
        return self.sudo().compensation_ids.filtered("approval_can_approve").with_env(self.env)

    def _approval_get_amount(self):
        """Return the estimated cost, from its parts: what is stored could have been given at the creation."""
        self.ensure_one()
        return self._get_costs()[0]

    def _approval_on_approved(self):
        result = super()._approval_on_approved()
        self.write({"state": "approved"})
        self.measure_ids._schedule()
        self._care_log("countermeasures_approved")
        return result

    def _approval_on_reset(self):
        result = super()._approval_on_reset()
        self.filtered(lambda plan: plan.state == "approved").write({"state": "draft"})
        return result

    # The end

    def action_done(self):
        """Note that all of the plans is carried out.

        :raises UserError: naming what is open
        """
        self.check_access("write")
        if any(plan.state != "approved" for plan in self):
            raise UserError(self.env._("Only an approved plan can be done."))
        missing = [name for plan in self for name in plan._get_open()]
        if missing:
            raise UserError(self.env._("This is still open: %(names)s", names=", ".join(missing)))
        self.sudo()._finish()

    def _get_open(self):
        """Return the names of what is not carried out yet (singleton)."""
        plan = self.sudo()
        measures = plan.measure_ids.filtered(lambda measure: measure.state == "open")
        offers = plan.compensation_ids.filtered(lambda offer: offer.state == "proposed")
        return [*measures.mapped("name"), *offers.mapped("display_name")]

    def _finish(self):
        """Close the plans of which nothing is open any more (superuser)."""
        # of the last two that are done at once one sees the other
        take_turns(self)
        done = self.filtered(lambda plan: plan.state == "approved" and not plan._get_open())
        done.write({"state": "done", "done_datetime": fields.Datetime.now()})
        if done:
            done._care_log("countermeasures_done")

    def _take_up_again(self):
        """Go on with plans that were done, of which something is open again (superuser)."""
        again = self.filtered(lambda plan: plan.state == "done" and plan._get_open())
        again.write({"state": "approved", "done_datetime": False})

    def action_cancel(self):
        """Give the plans up, with all that is open in them; compensations stay with the complaint."""
        self.check_access("write")
        self.complaint_id.check_access("write")
        if any(plan.state not in LIVE_STATES for plan in self):
            raise UserError(self.env._("Only a draft or an approved plan can be cancelled."))
        self._approval_check_unlocked()
        plans = self.sudo()
        plans.measure_ids.filtered(lambda measure: measure.state == "open")._cancel()
        plans.compensation_ids.filtered(lambda offer: offer.state == "proposed").plan_id = False
        plans.write({"state": "cancelled"})

    # Opening and printing

    def action_view_versions(self):
        """Open all versions."""
        self.ensure_one()
        return self.complaint_id.action_view_plan_versions()

    def action_add_compensation(self):
        """Open the form of a new compensation of the plan."""
        self.ensure_one()
        self.check_access("write")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_complaint.customer_complaint_compensation_action"
            ),
            "views": [(False, "form")],
            "context": {"default_complaint_id": self.complaint_id.id, "default_plan_id": self.id},
        }

    def action_print(self):
        """Print the plans."""
        self.check_access("read")
        return self.env.ref("customer_complaint.customer_complaint_report_plan").report_action(self)

    def _get_report_base_filename(self):
        self.ensure_one()
        return self.display_name.replace("/", "-")[:100]
