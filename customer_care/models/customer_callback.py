from datetime import date

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

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
}
# Follows from the customer.
COMPUTED_FIELDS = ("commercial_partner_id",)
# Attempts of a callback that has no rule.
DEFAULT_ATTEMPTS = 3
DEFAULT_RETRY_DAYS = 1


class CustomerCallback(models.Model):
    """One call to one customer, planned by a rule or by hand, and what came of it.

    A call that is not answered ends with the outcome ``no_answer``; the next attempt is a new record that
    points to it by ``previous_id``. After the last attempt the state is ``missed``.
    """

    _name = "customer.callback"
    _description = "Callback"
    _inherit = ["customer.care.link.mixin"]
    _order = "date_planned, priority desc, id"
    _rec_name = "subject"
    _rec_names_search = ["subject", "partner_id"]
    _check_company_auto = True

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
    script = fields.Html(related="rule_id.script")
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
    can_reopen = fields.Boolean(compute="_compute_can_reopen")

    _check_satisfaction = models.Constraint(
        "CHECK(satisfaction BETWEEN 0 AND 10)", "The satisfaction goes from 1 to 10."
    )
    _key_uniq = models.UniqueIndex("(key) WHERE key IS NOT NULL", "This callback has already been planned.")
    _date_planned_idx = models.Index("(date_planned, priority DESC, id)")
    _open_idx = models.Index("(user_id, date_planned) WHERE state = 'planned'")
    _document_idx = models.Index("(res_model, res_id)")

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

    @api.depends("date_planned", "state")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for callback in self:
            callback.is_overdue = callback.state == "planned" and (callback.date_planned or date.max) < today

    @api.depends("state", "done_datetime", "done_by_id")
    @api.depends_context("uid")
    def _compute_can_reopen(self):
        is_manager = self.env.user.has_group("customer_care.group_care_manager")
        today = fields.Date.context_today(self)
        for callback in self:
            callback.can_reopen = callback.state != "planned" and (
                is_manager
                or callback.done_by_id == self.env.user
                and fields.Date.context_today(self, callback.done_datetime) == today
            )

    @api.onchange("rule_id")
    def _onchange_rule_id(self):
        if self.rule_id:
            self.subject = self.subject or self.rule_id.name
            self.date_planned = self.rule_id._get_date_planned(self.company_id, self.rule_id.delay_days)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self._check_guarded({name for vals in vals_list for name in vals})
        # Named values win over the defaults of a client's context or of a user.
        callbacks = super().create([{**GUARDED_FIELDS, **vals} for vals in vals_list])
        callbacks._check_gate()
        callbacks._log("callback_planned")
        return callbacks

    def write(self, vals):
        if not self.env.su:
            self._check_guarded(vals)
            if any(callback.state != "planned" for callback in self):
                raise UserError(self.env._("A finished callback cannot be changed. Reopen it first."))
        result = super().write(vals)
        if "partner_id" in vals:
            self._check_gate()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_finished(self):
        if not self.env.su and any(callback.state != "planned" for callback in self):
            raise UserError(
                self.env._("A finished callback cannot be deleted; it belongs to the customer's history.")
            )

    def action_reached(self):
        """Finish the callback as reached, with what stands in its fields."""
        return self.action_done("reached")

    def action_no_answer(self):
        """Finish the attempt; plan the next one, or give up after the last."""
        return self.action_done("no_answer")

    def action_wrong_number(self):
        """Finish the callback: the number does not lead to the customer."""
        return self.action_done("wrong_number")

    def action_done(self, outcome=None, satisfaction=None, problem_solved=None, note=None):
        """Finish callbacks of the user.

        >>> callback.action_done("reached", satisfaction=8, problem_solved="yes")

        :param outcome: ``reached``, ``no_answer``, ``wrong_number`` or ``refused``
        :param satisfaction, problem_solved, note: replace what stands in the fields when given
        :raises UserError: already finished, being finished by somebody else, unknown outcome or answer, or
            reached with neither satisfaction nor note
        """
        if outcome not in self._fields["outcome"].get_values(self.env):
            raise UserError(self.env._("There is no outcome %(outcome)s of a callback.", outcome=outcome))
        self._check_answers(satisfaction, problem_solved)
        self._lock_planned()
        given = {"satisfaction": satisfaction, "problem_solved": problem_solved, "note": note}
        vals = {name: value for name, value in given.items() if value is not None}
        if vals:
            self.write(vals)
        if outcome == "reached":
            self._check_result()
        self._finish(outcome)
        return True

    def action_cancel(self, reason=""):
        """Cancel planned callbacks. Without a reason, open a dialog that asks for it."""
        reason = str(reason or "").strip()
        if not reason:
            return self._get_close_action("cancel")
        self._lock_planned()
        self.sudo().write({**self._prepare_finish_vals(), "state": "cancelled", "cancel_reason": reason})
        self._log("callback_cancelled")
        return True

    def action_refuse(self):
        """Open a dialog: the customer does not want this call, or none at all."""
        return self._get_close_action("refuse")

    def action_reopen(self):
        """Take back the end of callbacks: who ended it on the same day, a manager at any time.

        :raises UserError: it is not finished, or a later attempt was already made
        :raises AccessError: by somebody else, or later
        """
        self.check_access("write")
        self._lock()
        if any(callback.state == "planned" for callback in self):
            raise UserError(self.env._("This callback is not finished."))
        if not all(callback.can_reopen for callback in self):
            raise AccessError(
                self.env._(
                    "Only who finished a callback may reopen it, on the same day; later a manager may."
                )
            )
        later = self.sudo().search([("previous_id", "in", self.ids)])
        if any(callback.state != "planned" for callback in later):
            raise UserError(self.env._("The next attempt has already been made."))
        later.unlink()
        self.sudo().write(
            {
                "state": "planned",
                "outcome": False,
                "cancel_reason": False,
                "done_datetime": False,
                "done_by_id": False,
            }
        )
        self._log("callback_reopened")
        return True

    def action_assign_to_me(self):
        """Take over planned callbacks."""
        self.write({"user_id": self.env.uid})
        return True

    # Ending

    def _lock(self):
        """Lock the records and read them anew.

        :raises UserError: somebody else holds one of them
        """
        if len(self.try_lock_for_update()) < len(self):
            raise UserError(
                self.env._("Somebody else is working on this callback right now. Please try again.")
            )
        self.invalidate_recordset(["state"])

    def _lock_planned(self):
        """Check that the user may finish the records, and that nobody did.

        :raises AccessError: no right to write
        :raises UserError: finished, or being finished, by somebody else
        """
        self.check_access("write")
        self._lock()
        for callback in self:
            if callback.state != "planned":
                raise UserError(
                    self.env._(
                        "The callback %(callback)s was already finished by %(user)s.",
                        callback=callback.display_name,
                        user=callback.sudo().done_by_id.name or "",
                    )
                )

    def _check_answers(self, satisfaction, problem_solved):
        """:raises UserError: an answer that no form offers"""
        if satisfaction is not None and (type(satisfaction) is not int or not 0 <= satisfaction <= 10):
            raise UserError(self.env._("The satisfaction goes from 1 to 10."))
        if problem_solved and problem_solved not in self._fields["problem_solved"].get_values(self.env):
            raise UserError(self.env._("The problem is solved, not solved, or it is not known."))

    def _check_result(self):
        """A call that reached somebody says something.

        :raises UserError: neither satisfaction nor note
        """
        if any(not callback.satisfaction and not (callback.note or "").strip() for callback in self):
            raise UserError(self.env._("Please enter the satisfaction or a note before you finish the call."))

    def _finish(self, outcome):
        """End the callbacks, plan next attempts, log, and tell the documents; rights are checked before."""
        retry = self.browse()
        if outcome == "no_answer":
            retry = self.filtered(lambda callback: callback._has_next_attempt())
        given_up = self - retry if outcome == "no_answer" else self.browse()
        done = self - given_up
        vals = {**self._prepare_finish_vals(), "outcome": outcome}
        given_up.sudo().write({**vals, "state": "missed"})
        done.sudo().write({**vals, "state": "done"})
        given_up._log("callback_missed")
        done._log("callback_done" if outcome == "reached" else f"callback_{outcome}")
        retry.sudo().create([callback._prepare_next_attempt_vals() for callback in retry.sudo()])
        (self - retry)._call_document_hook()

    def _prepare_finish_vals(self):
        return {"done_datetime": fields.Datetime.now(), "done_by_id": self.env.uid}

    def _has_next_attempt(self):
        """Whether another attempt follows an unanswered call."""
        self.ensure_one()
        attempts = self.sudo().rule_id.max_attempts or DEFAULT_ATTEMPTS
        return self.attempt < attempts and not self.is_do_not_call

    def _prepare_next_attempt_vals(self):
        """Return the values of the next attempt. Override to add a key."""
        self.ensure_one()
        rule = self.rule_id
        days = rule.retry_days if rule else DEFAULT_RETRY_DAYS
        attempt = self.attempt + 1
        first_key = self.key.rpartition("#")[0] if self.previous_id else self.key or f"{self.id}"
        return {
            "subject": self.subject,
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "team_id": self.team_id.id,
            "user_id": self.user_id.id,
            "rule_id": rule.id,
            "priority": self.priority,
            "res_model": self.res_model,
            "res_id": self.res_id,
            "date_planned": rule._get_date_planned(self.company_id, days),
            "attempt": attempt,
            "previous_id": self.id,
            "key": f"{first_key}#{attempt}",
        }

    def _call_document_hook(self):
        for callback in self.sudo():
            document = callback._get_document()
            if document:
                document._care_callback_done(callback)

    def _get_document(self):
        """Return the document the callback was planned for, as superuser; empty when there is none."""
        self.ensure_one()
        model = self.env.get(self.res_model) if self.res_model else None
        if model is None or not hasattr(model, "_care_callback_done"):
            return self.env["customer.care.mixin"]
        return model.sudo().browse(self.res_id).exists()

    def _get_close_action(self, mode):
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cancel the Callback")
            if mode == "cancel"
            else self.env._("The Customer Refuses"),
            "res_model": "customer.callback.close",
            "view_mode": "form",
            "target": "new",
            "context": {"default_callback_ids": self.ids, "default_mode": mode},
        }

    # Guards, timeline, figures

    def _check_guarded(self, names):
        """:raises AccessError: one of the names may only be set by code"""
        guarded = {*GUARDED_FIELDS, *COMPUTED_FIELDS}.intersection(names)
        if guarded:
            raise AccessError(
                self.env._(
                    "These fields of a callback are set by its buttons only: %(fields)s",
                    fields=", ".join(sorted(guarded)),
                )
            )

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

    def _log(self, kind):
        self.env["customer.care.event"]._log([callback._prepare_event_vals(kind) for callback in self])

    def _prepare_event_vals(self, kind):
        """Return the values of a row of the timeline. Override to add a key."""
        self.ensure_one()
        return {
            "partner_id": self.partner_id.id,
            "kind": kind,
            "summary": self._get_event_summary(kind),
            "res_model": self._name,
            "res_id": self.id,
            "company_id": self.company_id.id,
        }

    def _get_event_summary(self, kind):
        parts = [self.subject]
        if kind == "callback_done" and self.satisfaction:
            parts.append(f"{self.satisfaction}/10")
        if kind == "callback_cancelled" and self.cancel_reason:
            parts.append(self.cancel_reason)
        if self.attempt > 1:
            parts.append(f"#{self.attempt}")
        return " · ".join(parts)

    def _read_group_select(self, aggregate_spec, query):
        # No answer is not a zero.
        if aggregate_spec == "satisfaction:avg":
            return SQL("AVG(NULLIF(%s, 0))", self._field_to_sql(self._table, "satisfaction", query))
        return super()._read_group_select(aggregate_spec, query)
