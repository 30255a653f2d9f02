from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

MEASURE_KINDS = [("immediate", "Immediate"), ("corrective", "Corrective"), ("compensating", "Compensating")]
# What an approval of the plan covers; who does it may change without asking again.
APPROVED_FIELDS = {"name", "kind", "date_deadline", "cost_estimate", "plan_id"}
LARGEST_COST = 10**12


class CustomerComplaintMeasure(models.Model):
    """One countermeasure of a plan: what, by whom, until when, for how much, and the evidence that it is done.

    What happens from the approval on is in ``customer_complaint_measure_work``.
    """

    _name = "customer.complaint.measure"
    _description = "Countermeasure"
    _inherit = ["customer.guard.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_deadline, id"

    _guarded_fields = {
        "state": "open",
        "done_date": False,
        "done_by_id": False,
        "reminded_datetime": False,
        "offer_id": False,
        "task_id": False,
    }
    _computed_fields = ("complaint_id",)

    plan_id = fields.Many2one(
        "customer.complaint.plan", required=True, index=True, ondelete="cascade", string="Countermeasure Plan"
    )
    complaint_id = fields.Many2one(related="plan_id.complaint_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="plan_id.company_id")
    plan_state = fields.Selection(related="plan_id.state", string="State of the Plan")
    name = fields.Char(string="What is Done", required=True, tracking=True)
    kind = fields.Selection(
        MEASURE_KINDS,
        required=True,
        default="corrective",
        tracking=True,
        help="Immediate: helps this customer at once. Corrective: removes the cause. Compensating: makes up for it.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        default=lambda self: self._default_user_id(),
        domain=[("share", "=", False)],
        index="btree_not_null",
        tracking=True,
    )
    department_id = fields.Many2one(
        "customer.complaint.department", index="btree_not_null", ondelete="restrict", tracking=True
    )
    date_deadline = fields.Date(
        string="Due on", required=True, default=lambda self: self._default_date_deadline(), tracking=True
    )
    is_overdue = fields.Boolean(compute="_compute_is_overdue", search="_search_is_overdue", string="Overdue")
    currency_id = fields.Many2one(related="company_id.currency_id")
    cost_estimate = fields.Monetary(string="Estimated Cost", tracking=True)
    cost_actual = fields.Monetary(string="Actual Cost", copy=False, tracking=True)
    state = fields.Selection(
        [("open", "Open"), ("done", "Done"), ("cancelled", "Cancelled")],
        required=True,
        readonly=True,
        copy=False,
        default="open",
        tracking=True,
    )
    result = fields.Text(copy=False, help="What was done and what came of it.")
    evidence_ids = fields.Many2many(
        "ir.attachment",
        "customer_complaint_measure_evidence_rel",
        copy=False,
        bypass_search_access=True,
    )
    done_date = fields.Date(string="Done on", readonly=True, copy=False)
    done_by_id = fields.Many2one("res.users", string="Done by", readonly=True, copy=False)
    reminded_datetime = fields.Datetime(string="Reminded on", readonly=True, copy=False)
    offer_id = fields.Many2one(
        "customer.complaint.offer",
        string="Proposed by",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )

    task_id = fields.Many2one(
        "customer.complaint.task",
        string="Department Task",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="By which the department does it, also without a login here.",
    )

    _costs_range = models.Constraint(
        # not a number is larger than any number
        f"CHECK(COALESCE(cost_estimate, 0) >= 0 AND COALESCE(cost_estimate, 0) < {LARGEST_COST}"
        f" AND COALESCE(cost_actual, 0) >= 0 AND COALESCE(cost_actual, 0) < {LARGEST_COST})",
        "The costs of a countermeasure are out of range.",
    )
    _offer_uniq = models.UniqueIndex(
        "(plan_id, offer_id) WHERE offer_id IS NOT NULL AND state <> 'cancelled'",
        "The matrix has proposed this countermeasure already.",
    )
    _open_idx = models.Index("(date_deadline) WHERE state = 'open'")

    def _default_user_id(self):
        return self.env.user

    def _default_date_deadline(self):
        return fields.Date.add(fields.Date.context_today(self), days=7)

    @api.depends("date_deadline", "state")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for measure in self:
            measure.is_overdue = bool(
                measure.state == "open" and measure.date_deadline and measure.date_deadline < today
            )

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("state", "=", "open") & Domain("date_deadline", "<", fields.Date.context_today(self))

    @api.constrains("user_id")
    def _check_user_id(self):
        self.user_id._care_check_employees()

    @api.constrains("department_id", "plan_id")
    def _check_company(self, fnames=None):
        for measure in self.sudo():
            company = measure.department_id.company_id
            if company and company != measure.company_id:
                raise UserError(
                    self.env._(
                        "The department %(name)s belongs to another company.", name=measure.department_id.name
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        plans = self.env["customer.complaint.plan"].browse(
            {vals["plan_id"] for vals in vals_list if vals.get("plan_id")}
        )
        plans._approval_check_unlocked()
        if not self.env.su:
            plans._check_draft()
        measures = super().create(vals_list)
        measures.complaint_id.check_access("write")
        measures._own_evidence()
        return measures

    def write(self, vals):
        plans = self.plan_id
        if not APPROVED_FIELDS.isdisjoint(vals):
            plans._approval_check_unlocked()
        result = super().write(vals)
        if "evidence_ids" in vals:
            self._own_evidence()
        if "user_id" in vals:
            self.sudo()._reschedule()
        if not APPROVED_FIELDS.isdisjoint(vals):
            plans._approval_recheck()
        return result

    def _check_change(self, vals):
        self.complaint_id.check_access("write")
        if "plan_id" in vals and any(measure.plan_id.id != vals["plan_id"] for measure in self):
            raise UserError(self.env._("A countermeasure stays in its plan."))
        if not APPROVED_FIELDS.isdisjoint(vals):
            self.plan_id._check_draft()
        if not (vals.keys() <= {"message_follower_ids", "activity_ids"}) and any(
            measure.state != "open" for measure in self
        ):
            raise UserError(self.env._("What is done or cancelled does not change any more."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        if self.env.su:
            return
        self.complaint_id.check_access("write")
        if any(measure.state != "open" or measure.plan_id.state != "draft" for measure in self):
            raise AccessError(self.env._("Approved countermeasures are cancelled, not deleted."))
        self.plan_id._approval_check_unlocked()

    def _own_evidence(self):
        """Let the files be seen by those who see the countermeasure, not by their uploader alone.

        With the user's rights: whoever names a file that is not his is refused.
        """
        for measure in self:
            new = measure.evidence_ids.filtered(lambda file: not file.res_id)
            new.write({"res_model": self._name, "res_id": measure.id})
