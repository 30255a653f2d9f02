from odoo import api, fields, models
from odoo.addons.customer_care.tools.turns import take_turns
from odoo.exceptions import AccessError, UserError

COMPUTED_FIELDS = ("company_id", "amount_company", "amount_date")
BEARERS = [
    ("company", "The Company"),
    ("department", "A Department"),
    ("employee", "An Employee"),
    ("supplier", "A Supplier"),
    ("insurer", "An Insurer"),
    ("other", "Other"),
]
# Whose money it is that the yearly budgets count.
OWN_BEARERS = ("company", "department")
LARGEST_AMOUNT = 10**12


class CustomerComplaintCompensation(models.Model):
    """What the customer gets. Executed only once approved; the amount decides who approves."""

    _name = "customer.complaint.compensation"
    _description = "Complaint Compensation"
    _inherit = ["customer.complaint.approved.mixin"]
    _guarded_fields = {
        "state": "proposed",
        "executed_datetime": False,
        "executed_user_id": False,
        "offer_id": False,
    }
    _computed_fields = COMPUTED_FIELDS

    _approval_amount_field = "amount"
    _approval_protected_fields = ("amount", "currency_id", "complaint_id", "partner_id", "kind")

    kind = fields.Selection(
        [
            ("refund", "Refund"),
            ("replacement", "Replacement"),
            ("repair", "Repair"),
            ("discount", "Discount"),
            ("voucher", "Voucher"),
            ("gift", "Gift"),
            ("apology", "Apology"),
        ],
        required=True,
        default="refund",
        tracking=True,
    )
    amount = fields.Monetary(required=True, default=0, tracking=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self._default_currency_id(), tracking=True
    )
    note = fields.Char()
    state = fields.Selection(
        [("proposed", "Proposed"), ("executed", "Executed"), ("cancelled", "Cancelled")],
        required=True,
        readonly=True,
        copy=False,
        default="proposed",
        tracking=True,
    )
    executed_datetime = fields.Datetime(string="Executed on", readonly=True, copy=False)
    executed_user_id = fields.Many2one("res.users", string="Executed by", readonly=True, copy=False)

    _amount_positive = models.Constraint(
        "CHECK(amount >= 0)", "The amount of a compensation cannot be negative."
    )

    def _default_currency_id(self):
        return self.env.company.currency_id

    @api.depends("kind", "amount", "currency_id", "complaint_id.number")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for compensation in self:
            number = compensation.complaint_id.sudo().number
            offer = compensation._get_offer()
            compensation.display_name = f"{number}: {offer}" if number else offer

    def _get_offer(self):
        """Return kind and amount of the compensation (singleton) in the reader's language."""
        self.ensure_one()
        kind = dict(self._fields["kind"]._description_selection(self.env)).get(self.kind, "")
        if not self.amount or not self.currency_id:
            return kind
        return f"{kind} {self.currency_id.format(self.amount)}"

    @api.model_create_multi
    def create(self, vals_list):
        compensations = super().create(vals_list)
        # nobody closes the complaint meanwhile
        take_turns(compensations.complaint_id)
        return compensations

    def write(self, vals):
        if set(vals).intersection(self._approval_protected_fields):
            if self.sudo().filtered(lambda compensation: compensation.state != "proposed"):
                raise UserError(self.env._("An executed or cancelled compensation cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_superuser(self):
        if not self.env.su:
            raise AccessError(self.env._("Compensations are cancelled, not deleted."))

    def action_execute(self):
        """Note that the customer got the approved compensations.

        :raises UserError: naming those that are not approved or not open
        """
        self.check_access("write")
        refused = self._get_not_executable()
        if refused:
            raise UserError(
                self.env._(
                    "Only approved compensations can be executed: %(names)s",
                    names=", ".join(refused.mapped("display_name")),
                )
            )
        self._set_executed()

    def _get_not_executable(self):
        """Return those that are not approved, or executed or cancelled already."""
        return self.filtered(
            lambda compensation: compensation.state != "proposed" or compensation.approval_state != "approved"
        )

    def _set_executed(self):
        self.sudo().write(
            {
                "state": "executed",
                "executed_datetime": fields.Datetime.now(),
                "executed_user_id": self.env.uid,
            }
        )
        self.sudo()._care_log("compensation_executed")

    def action_cancel(self):
        """Take back compensations that are not executed, and their requests for approval."""
        self.check_access("write")
        if self.filtered(lambda compensation: compensation.state != "proposed"):
            raise UserError(self.env._("Only proposed compensations can be cancelled."))
        if self.filtered(lambda compensation: compensation.approval_state == "pending"):
            raise UserError(self.env._("Take the request for approval back first."))
        self.sudo().write({"state": "cancelled"})

    # What approvals and the customer care ask

    def _approval_on_approved(self):
        result = super()._approval_on_approved()
        self.sudo()._care_log("compensation_approved")
        return result

    def _approval_on_rejected(self):
        result = super()._approval_on_rejected()
        self.sudo()._care_log("compensation_rejected")
        return result

    def _care_get_summary(self):
        self.ensure_one()
        number = self.complaint_id.number or ""
        return f"{number} {self.currency_id.format(self.amount)}"
