from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError

# Only the methods of this model set these, from these values on.
GUARDED_FIELDS = {
    "state": "planned",
    "outcome": False,
    "key": False,
    "attempt": 1,
    "previous_id": False,
    "done_datetime": False,
    "done_by_id": False,
    "cancel_reason": False,
    "res_model": False,
    "res_id": False,
    "reason": False,
    "date_deadline": False,
    "call_user_id": False,
    "call_datetime": False,
    "skipped_datetime": False,
    "reopen_count": 0,
    "follow_up": False,
    "follow_up_datetime": False,
    "reminded_datetime": False,
    "escalated_datetime": False,
}
# Follow from other fields.
COMPUTED_FIELDS = (
    "commercial_partner_id",
    "not_before_datetime",
    "is_first_try",
    "reached_attempt",
    "reach_percent",
    "answer_ids",
    "need_ids",
)


class CustomerCallback(models.Model):
    """One call to one customer, planned by a rule or by hand, and what came of it.

    A call that is not answered ends with the outcome ``no_answer``; the next attempt is a new record that
    points to it by ``previous_id``. After the last attempt the state is ``missed``.
    """

    _name = "customer.callback"
    _description = "Callback"
    _inherit = ["customer.guard.mixin", "customer.care.link.mixin"]
    _order = "date_planned, priority desc, id"
    _rec_name = "subject"
    _rec_names_search = ["subject", "partner_id"]
    _check_company_auto = True
    _guarded_fields = GUARDED_FIELDS
    _computed_fields = COMPUTED_FIELDS

    subject = fields.Char(required=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade", index=True, check_company=True
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        related="partner_id.commercial_partner_id",
        string="Company of the Customer",
        store=True,
        precompute=True,
        index=True,
    )
    phone = fields.Char(compute="_compute_phone")
    is_do_not_call = fields.Boolean(string="Do Not Call", compute="_compute_is_do_not_call")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self._default_company_id(), index=True
    )
    rule_id = fields.Many2one(
        "customer.callback.rule",
        domain="[('trigger', '=', 'manual')]",
        check_company=True,
        index="btree_not_null",
    )
    team_id = fields.Many2one(
        "customer.care.team",
        compute="_compute_team_id",
        store=True,
        precompute=True,
        readonly=False,
        check_company=True,
        index="btree_not_null",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Caller",
        default=lambda self: self._default_user_id(),
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        check_company=True,
    )
    date_planned = fields.Date(required=True, default=fields.Date.context_today)
    priority = fields.Selection([("0", "Normal"), ("1", "Urgent")], default="0", required=True)
    is_overdue = fields.Boolean(compute="_compute_is_overdue")

    # Origin
    key = fields.Char(readonly=True, copy=False, help="Makes sure that nothing is planned twice.")
    res_model = fields.Char(string="Document Model", readonly=True, copy=False)
    res_id = fields.Many2oneReference(string="Document", model_field="res_model", readonly=True, copy=False)
    attempt = fields.Integer(readonly=True, copy=False, default=1, aggregator=None)
    previous_id = fields.Many2one("customer.callback", string="Previous Attempt", readonly=True, copy=False)

    # Result
    state = fields.Selection(
        [("planned", "Planned"), ("done", "Done"), ("missed", "Given up"), ("cancelled", "Cancelled")],
        default="planned",
        required=True,
        readonly=True,
        copy=False,
    )
    outcome = fields.Selection(
        [
            ("reached", "Reached"),
            ("no_answer", "No answer"),
            ("wrong_number", "Wrong number"),
            ("refused", "Refused"),
        ],
        readonly=True,
        copy=False,
    )
    satisfaction = fields.Integer(
        copy=False, aggregator="avg", help="From 1 (not at all satisfied) to 10; empty when not answered."
    )
    problem_solved = fields.Selection([("yes", "Yes"), ("no", "No"), ("unknown", "Unknown")], copy=False)
    note = fields.Text(copy=False)
    cancel_reason = fields.Char(readonly=True, copy=False)
    done_datetime = fields.Datetime(string="Finished on", readonly=True, copy=False)
    done_by_id = fields.Many2one("res.users", string="Finished by", readonly=True, copy=False)

    _check_satisfaction = models.Constraint(
        "CHECK(satisfaction BETWEEN 0 AND 10)", "The satisfaction goes from 1 to 10."
    )
    _key_uniq = models.UniqueIndex("(key) WHERE key IS NOT NULL", "This callback has already been planned.")
    _date_planned_idx = models.Index("(date_planned, priority DESC, id)")
    _open_idx = models.Index("(user_id, date_planned) WHERE state = 'planned'")
    _document_idx = models.Index("(res_model, res_id)")
    _satisfaction_idx = models.Index(
        "(commercial_partner_id, done_datetime) INCLUDE (satisfaction) WHERE state = 'done' AND satisfaction > 0"
    )

    def _default_company_id(self):
        return self.env.company

    def _default_user_id(self):
        return self.env.user

    @api.depends("subject", "partner_id")
    def _compute_display_name(self):
        for callback in self:
            partner = callback.partner_id.display_name
            callback.display_name = f"{partner}: {callback.subject}" if partner else callback.subject

    @api.depends("partner_id.phone", "commercial_partner_id.phone")
    def _compute_phone(self):
        for callback in self:
            callback.phone = callback.partner_id.phone or callback.commercial_partner_id.phone

    @api.depends("partner_id.care_do_not_call", "commercial_partner_id.care_do_not_call")
    def _compute_is_do_not_call(self):
        reasons = self.partner_id._care_gate_map("callback", "phone")
        for callback in self:
            callback.is_do_not_call = bool(reasons.get(callback.partner_id.id))

    @api.depends("partner_id", "rule_id", "user_id", "company_id")
    def _compute_team_id(self):
        """The team of the rule, else of the customer, else of the caller; a chosen one stays."""
        open_teams = self.filtered(lambda callback: not callback.team_id)
        own_teams = (
            self.env["customer.care.team"].sudo().search([("member_ids", "in", open_teams.user_id.ids)])
        )
        for callback in open_teams:
            team = callback.rule_id._get_team(callback.partner_id, callback.company_id)
            callback.team_id = team or own_teams._get_first_of(callback.user_id, callback.company_id)

    @api.depends("date_planned", "date_deadline", "state")
    def _compute_is_overdue(self):
        """Late is what is planned after its window has ended; without a window, after its day."""
        today = fields.Date.context_today(self)
        for callback in self:
            last = callback.date_deadline or callback.date_planned or date.max
            callback.is_overdue = callback.state == "planned" and last < today

    @api.onchange("rule_id")
    def _onchange_rule_id(self):
        if self.rule_id:
            self.subject = self.subject or self.rule_id.name
            self.date_planned = self.rule_id._get_date_planned(self.company_id, self.rule_id.delay_days)

    @api.onchange("preferred_datetime")
    def _onchange_preferred_datetime(self):
        if self.preferred_datetime:
            self.date_planned = fields.Datetime.context_timestamp(self, self.preferred_datetime).date()

    @api.model_create_multi
    def create(self, vals_list):
        callbacks = super().create(vals_list)
        callbacks._check_caller()
        callbacks._check_gate()
        callbacks._log("callback_planned")
        return callbacks

    def write(self, vals):
        if not self.env.su and "date_planned" in vals and "preferred_datetime" not in vals:
            # Another day is not the moment the customer asked for.
            vals = {**vals, "preferred_datetime": False}
        result = super().write(vals)
        if "partner_id" in vals:
            self._check_gate()
        if "user_id" in vals:
            self._check_caller()
        return result

    def _check_change(self, vals):
        if any(callback.state != "planned" for callback in self):
            raise UserError(self.env._("A finished callback cannot be changed. Reopen it first."))
        return super()._check_change(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_finished(self):
        if not self.env.su and any(callback.state != "planned" for callback in self):
            raise UserError(
                self.env._("A finished callback cannot be deleted; it belongs to the customer's history.")
            )

    def action_assign_to_me(self):
        """Take over planned callbacks."""
        self.write({"user_id": self.env.uid})
        return True

    def action_change(self):
        """Open a dialog that hands planned callbacks over or moves them."""
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand over or Move"),
            "res_model": "customer.callback.change",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_callback_ids": self.ids},
        }

    # Guards

    def _check_caller(self):
        """:raises UserError: the caller is archived, thus would never call"""
        for user in self.sudo().user_id:
            user._care_check_employees()
            if not user.active:
                raise UserError(self.env._("%(user)s has left and cannot call anybody.", user=user.name))

    def _check_gate(self):
        """:raises UserError: a customer must not be called"""
        reasons = self.partner_id._care_gate_map("callback", "phone")
        for partner in self.partner_id:
            if reasons[partner.id]:
                raise UserError(
                    self.env._(
                        "%(customer)s cannot be called: %(reasons)s",
                        customer=partner.display_name,
                        reasons=", ".join(reasons[partner.id]),
                    )
                )
