from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import is_html_empty

from .customer_complaint_compensation import LARGEST_AMOUNT

STATES = [
    ("draft", "Draft"),
    ("open", "In Progress"),
    ("done", "Done"),
    ("effective", "Effective"),
    ("not_effective", "Not Effective"),
    ("cancelled", "Cancelled"),
]
UNDECIDED = ("done", "not_effective")
# Only the program sets these; with the values of a new action.
GUARDED_FIELDS = {
    "number": False,
    "state": "draft",
    "date_done": False,
    "done_by_id": False,
    "verified_datetime": False,
    "verified_by_id": False,
    "round": 1,
    "before_count": 0,
    "after_count": 0,
    "checked_datetime": False,
    "chart_counts": False,
    "is_failing": False,
    "told_round": 0,
    "late_told_date": False,
    "check_told_date": False,
    "is_lesson_published": False,
    "published_datetime": False,
    "published_by_id": False,
}

# The figures of an attempt that begins.
NEW_WATCH = {
    "before_count": 0,
    "after_count": 0,
    "checked_datetime": False,
    "chart_counts": False,
    "is_failing": False,
}
# What may still be written when the effect is decided.
OPEN_AFTERWARDS = {
    "lesson",
    "lesson_title",
    "attachment_ids",
    "active",
    "priority",
    "cost",
    "message_follower_ids",
    "message_ids",
    "message_main_attachment_id",
    "activity_ids",
}


class CustomerComplaintAction(models.Model):
    """What is done so that a complaint does not come back: corrective and preventive actions.

    From one or many complaints. Whether an action helped is asked some time after it was done, see
    ``customer_complaint_action_effect``; to-dos are in ``customer_complaint_action_todo``, what was learned in
    ``customer_complaint_action_lesson``.
    """

    _name = "customer.complaint.action"
    _description = "Corrective or Preventive Action"
    _inherit = ["customer.guard.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_due, id desc"
    _rec_names_search = ["number", "name"]
    _check_company_auto = True

    _guarded_fields = GUARDED_FIELDS
    _computed_fields = ("date_watch_end",)

    number = fields.Char(readonly=True, copy=False)
    name = fields.Char(string="Action", required=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(
        [("corrective", "Corrective"), ("preventive", "Preventive"), ("improvement", "Improvement")],
        string="Kind of Action",
        required=True,
        default="corrective",
        tracking=True,
        help="Corrective: the cause of what happened is removed. Preventive: the cause of what might happen.",
    )
    priority = fields.Selection([("0", "Ordinary"), ("1", "Important")], default="0", string="Importance")

    # Why
    complaint_ids = fields.Many2many(
        "customer.complaint",
        "customer_complaint_action_rel",
        "action_id",
        "complaint_id",
        string="Complaints",
        check_company=True,
        copy=False,
    )
    warning_id = fields.Many2one(
        "customer.complaint.warning",
        string="Early Warning",
        check_company=True,
        ondelete="set null",
        index="btree_not_null",
        copy=False,
    )
    cause_id = fields.Many2one(
        "customer.complaint.cause",
        check_company=True,
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
    )
    category_id = fields.Many2one(
        "customer.complaint.category", ondelete="restrict", index="btree_not_null", tracking=True
    )
    product_ref = fields.Char(
        string="Product", help="As it is named in the complaints; capitals do not matter."
    )
    problem = fields.Html(sanitize_attributes=True, help="What went wrong. Name the matter, not the persons.")

    # Who, until when
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        required=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        check_company=True,
        index=True,
        tracking=True,
    )
    team_id = fields.Many2one(
        "customer.complaint.team", check_company=True, index="btree_not_null", tracking=True
    )
    department_id = fields.Many2one(
        "customer.complaint.department", check_company=True, index="btree_not_null", ondelete="restrict"
    )
    checker_id = fields.Many2one(
        "res.users",
        string="Effect Checked by",
        domain=[("share", "=", False)],
        check_company=True,
        index="btree_not_null",
        tracking=True,
        help="Says whether the action helped; not its owner. Leave empty to ask the leader of the team, else its "
        "service manager, else who made the action.",
    )
    date_due = fields.Date(string="Due on", tracking=True)
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late", string="Overdue")
    can_decide = fields.Boolean(compute="_compute_can_decide")

    # What came of it
    state = fields.Selection(
        STATES,
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )
    result = fields.Html(string="What Was Done", sanitize_attributes=True, copy=False)
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "customer_complaint_action_attachment_rel",
        string="Evidence",
        bypass_search_access=True,
        copy=False,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    cost = fields.Monetary(aggregator="sum", copy=False)
    date_done = fields.Date(string="Done on", readonly=True, copy=False)
    done_by_id = fields.Many2one("res.users", string="Marked Done by", readonly=True, copy=False)
    verified_datetime = fields.Datetime(string="Effect Decided on", readonly=True, copy=False)
    verified_by_id = fields.Many2one("res.users", string="Effect Decided by", readonly=True, copy=False)
    round = fields.Integer(string="Attempt", default=1, readonly=True, copy=False, aggregator=None)

    _number_uniq = models.UniqueIndex("(number, company_id)", "This number of an action exists already.")
    _cost_positive = models.Constraint(
        # not a number is larger than any number
        f"CHECK(cost >= 0 AND cost < {LARGEST_AMOUNT})",
        "The cost of an action is out of range.",
    )

    @api.depends("number", "name")
    def _compute_display_name(self):
        for action in self:
            action.display_name = " ".join(filter(None, (action.number, action.name)))

    @api.depends("date_due", "state")
    def _compute_is_late(self):
        for action in self:
            today = self._get_today(action.company_id)
            action.is_late = bool(
                action.state in ("draft", "open") and action.date_due and action.date_due < today
            )

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self._get_today(self.env.company)
        return Domain("state", "in", ("draft", "open")) & Domain("date_due", "<", today)

    @api.model
    def _get_today(self, company):
        """Return the date at the company."""
        zone = company.sudo().partner_id.tz or "UTC"
        return fields.Date.context_today(self.with_context(tz=zone))

    @api.constrains("user_id", "checker_id")
    def _check_users(self):
        people = self.sudo().user_id | self.sudo().checker_id
        people._care_check_employees()
        if any(action.user_id == action.checker_id for action in self.sudo()):
            raise ValidationError(self.env._("The owner of an action cannot check its effect."))

    # Create, write

    @api.model_create_multi
    def create(self, vals_list):
        actions = super().create(vals_list)
        if not self.env.su:
            actions.sudo().complaint_ids.sudo(False).check_access("read")
        sequence = self.env["ir.sequence"].sudo()
        for action in actions.sudo():
            action.number = sequence.with_company(action.company_id).next_by_code(self._name)
        return actions

    def write(self, vals):
        if self.env.su or "complaint_ids" not in vals:
            return super().write(vals)
        before = self.sudo().complaint_ids
        result = super().write(vals)
        (self.sudo().complaint_ids - before).sudo(False).check_access("read")
        return result

    def _check_change(self, vals):
        """What was decided is kept as it was; the complaints of an action are ones that its writer sees."""
        self.check_access("write")
        decided = self.filtered(lambda action: action.state in ("effective", "cancelled"))
        if decided and not OPEN_AFTERWARDS.issuperset(vals):
            raise UserError(
                self.env._(
                    "These actions are decided. Take them up again to change them: %(actions)s",
                    actions=", ".join(decided.mapped("display_name")),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_begun(self):
        if not self.env.su and any(action.state != "draft" for action in self):
            raise UserError(self.env._("Actions that were begun are cancelled or archived, not deleted."))

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%(name)s (copy)", name=action.name)}
            for action, vals in zip(self, super().copy_data(default=default), strict=True)
        ]

    # Steps

    def action_start(self):
        """Begin: the owner gets a to-do."""
        self._step(("draft",), {"state": "open"}, self.env._("Only drafts are begun."))

    def action_done(self):
        """Say that it is done; from now on is watched whether the complaint comes back.

        :raises UserError: nothing says what was done
        """
        if any(is_html_empty(action.result) for action in self):
            raise UserError(self.env._("Say what was done before you mark the action done."))
        self._check_step(("draft", "open"), self.env._("Only actions in progress are marked done."))
        for company, actions in self.grouped("company_id").items():
            today = self._get_today(company)
            actions._set({"state": "done", "date_done": today, "done_by_id": self.env.uid, **NEW_WATCH})
        for action in self.sudo():
            start = action.date_effect or action.date_done
            check = action.date_check or fields.Date.add(start, days=action.watch_days)
            action.write({"date_effect": start, "date_check": check})

    def action_effective(self):
        """Say that it helped. Not by its owner, unless a manager: nobody marks the own work.

        :raises AccessError: by the owner
        """
        self._decide("effective")

    def action_not_effective(self):
        """Say that it did not help."""
        self._decide("not_effective")

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        for action in self:
            action.can_decide = action.can_write and not action._is_own_work()

    def _is_own_work(self):
        """Return whether somebody else than the user has to judge it (singleton)."""
        is_manager = self.env.user.has_group("customer_complaint.group_complaint_manager")
        return self.user_id == self.env.user and not is_manager

    def _decide(self, state):
        self._check_step(UNDECIDED, self.env._("The effect of an action is decided when it is done."))
        if not self.env.su and any(action._is_own_work() for action in self):
            raise AccessError(self.env._("Somebody else decides whether your own action helped."))
        now = fields.Datetime.now()
        self._set({"state": state, "verified_datetime": now, "verified_by_id": self.env.uid})

    def action_reopen(self):
        """Take up again what did not help, was cancelled or done too early: another attempt."""
        self._check_step(
            ("done", "effective", "not_effective", "cancelled"),
            self.env._("The action is in progress already."),
        )
        for action in self:
            action._set(
                {
                    "state": "open",
                    "date_done": False,
                    "done_by_id": False,
                    "verified_datetime": False,
                    "verified_by_id": False,
                    "late_told_date": False,
                    "check_told_date": False,
                    "date_effect": False,
                    "date_check": False,
                    "round": action.round + 1,
                    **NEW_WATCH,
                }
            )

    def action_cancel(self):
        """Give actions up.

        :raises UserError: for one that helped, or was given up already
        """
        self._step(
            ("draft", "open", "done", "not_effective"),
            {"state": "cancelled"},
            self.env._("What helped is not cancelled."),
        )

    def _step(self, states, vals, message):
        self._check_step(states, message)
        self._set(vals)

    def _check_step(self, states, message):
        """:raises UserError: ``message``, when an action is in another state"""
        self.check_access("write")
        wrong = self.filtered(lambda action: action.state not in states)
        if wrong:
            names = ", ".join(wrong.mapped("display_name"))
            raise UserError(self.env._("%(reason)s (%(actions)s)", reason=message, actions=names))

    def _set(self, vals):
        """Write fields of the program; the to-dos follow."""
        self.sudo().write(vals)
        self._sync_todos()
