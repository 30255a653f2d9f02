from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# What a compensation adds to the cost of its plan follows from these.
COST_FIELDS = {"amount", "currency_id", "plan_id", "complaint_id"}


class CustomerComplaintCompensation(models.Model):
    """Compensations belong to the countermeasure plan of their complaint: they count in what it costs."""

    _inherit = "customer.complaint.compensation"

    plan_id = fields.Many2one(
        "customer.complaint.plan",
        string="Countermeasure Plan",
        index="btree_not_null",
        copy=False,
        ondelete="set null",
        domain="[('complaint_id', '=', complaint_id), ('is_current', '=', True)]",
    )

    offer_id = fields.Many2one(
        "customer.complaint.offer",
        string="Proposed by",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        help="The row of the matrix of solutions that proposed it.",
    )

    _offer_uniq = models.UniqueIndex(
        "(complaint_id, offer_id) WHERE offer_id IS NOT NULL AND state <> 'cancelled'",
        "The matrix has proposed this compensation already.",
    )

    @api.constrains("plan_id", "complaint_id")
    def _check_plan_id(self):
        for compensation in self.sudo():
            plan = compensation.plan_id
            if plan and plan.complaint_id != compensation.complaint_id:
                raise ValidationError(self.env._("The countermeasure plan is of another complaint."))

    @api.model_create_multi
    def create(self, vals_list):
        filled = self._fill_plans(vals_list)
        plans = self.env["customer.complaint.plan"].browse(
            {vals["plan_id"] for vals in filled if vals.get("plan_id")}
        )
        plans._approval_check_unlocked()
        compensations = super().create(filled)
        plans._approval_recheck()
        return compensations

    @api.model
    def _fill_plans(self, vals_list):
        """Put new compensations into the plan on which work goes on, unless the values say another thing."""
        complaints = self.env["customer.complaint"].browse(
            {vals["complaint_id"] for vals in vals_list if vals.get("complaint_id")}
        )
        plans = {complaint.id: complaint._get_live_plan().id for complaint in complaints}
        return [{"plan_id": plans.get(vals.get("complaint_id"), False), **vals} for vals in vals_list]

    def write(self, vals):
        is_cost = not COST_FIELDS.isdisjoint(vals)
        plans = self.sudo().plan_id
        if is_cost:
            plans._approval_check_unlocked()
        result = super().write(vals)
        if is_cost:
            plans |= self.sudo().plan_id
            plans._approval_check_unlocked()
            plans._approval_recheck()
        if "state" in vals:
            plans._finish()
            plans._take_up_again()
        return result

    def action_execute(self):
        """Give nothing of a plan that nobody has approved.

        :raises UserError: naming what its plan keeps back
        """
        self.check_access("write")
        early = self.filtered(lambda compensation: not compensation._is_plan_approved())
        if early:
            raise UserError(
                self.env._(
                    "The countermeasure plan has to be approved first: %(names)s",
                    names=", ".join(early.mapped("display_name")),
                )
            )
        return super().action_execute()

    def _execute_by_document(self, document, quiet):
        """A document that is done tells the handler, as long as nobody has approved the plan."""
        if self.state == "proposed" and not self._is_plan_approved():
            if not quiet:
                self._tell_handler(
                    self.env._("%(document)s is done, the plan is not approved.", document=self.document_name)
                )
            return None
        return super()._execute_by_document(document, quiet)

    def _is_plan_approved(self):
        """Return whether the plan (singleton) is approved, or was in the version the compensation comes from."""
        plan = self.sudo().plan_id
        return (
            not plan
            or plan.approval_state == "approved"
            or bool(plan.previous_id and self.create_date <= plan.create_date)
        )
