from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools.texts import keep_texts
from ..tools.turns import take_turns

APPROVAL_FIELDS = frozenset({"approval_state", "approval_line_ids", "approval_requester_id"})
OPEN_STATES = ("waiting", "pending")


class CustomerApprovalMixin(models.AbstractModel):
    """Let documents be approved by the rules of ``customer.approval.rule``.

    A model inherits the mixin and names what is approved::

        class Refund(models.Model):
            _name = "customer.refund"
            _inherit = ["customer.approval.mixin"]
            _approval_amount_field = "amount"
            _approval_protected_fields = ("partner_id", "invoice_id")

    **Protection.** The amount, its currency and ``company_id`` are protected without being named. The
    amount may fall after an approval, any other change of a protected field makes the document ask again
    when a rule still holds for it. What a document opens once approved it must gate itself, in every state
    behind the approval, with ``_approval_check_approved``. When the approved amount is computed from other
    models, these call ``_approval_check_unlocked`` before and ``_approval_recheck`` after a change.
    Fields that a rule's filter looks at stay writable, and changing one asks the rules again; what a
    filter reads through a relation is judged at the request and at the next change of the document.
    ``company_id`` should be required: a document without company is judged by the rules of the
    requester's own company.

    **Order.** Lines of a higher step wait until all lower ones are approved; within a step each line needs
    one of its approvers. One person may answer several steps when several name them. A document with an
    open request cannot be deleted, because it stands in the lists of others: it is taken back first.
    Closed lines outlive their document.

    **Form.** Copy this into the form view (without the groups the views of models that portal users may
    read log a warning, because the approval fields are internal)::

        <button name="action_request_approval" type="object" string="Request Approval"
                groups="base.group_user" invisible="approval_state not in ('draft', 'rejected')" />
        <button name="action_approve" type="object" string="Approve" class="oe_highlight"
                groups="base.group_user" invisible="not approval_can_approve" />
        <button name="%(customer_care.customer_approval_reject_action)d" type="action" string="Reject"
                groups="base.group_user" invisible="not approval_can_approve" />
        <button name="action_cancel_approval" type="object" string="Take Back"
                groups="base.group_user" invisible="not approval_can_cancel" />
        <field name="approval_state" widget="badge" groups="base.group_user" />
        <page string="Approvals" name="approvals" groups="base.group_user"
              invisible="not approval_line_ids">
            <field name="approval_line_ids" readonly="1" nolabel="1"
                   context="{'list_view_ref': 'customer_care.customer_approval_line_view_list_document'}" />
        </page>
    """

    _name = "customer.approval.mixin"
    _inherit = ["customer.number.mixin"]
    _description = "Approval of Documents"

    _approval_amount_field = None
    _approval_protected_fields = ()

    approval_state = fields.Selection(
        selection="_selection_approval_state",
        string="Approval",
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        groups="base.group_user",
    )
    approval_requester_id = fields.Many2one(
        "res.users",
        string="Approval Requested By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
    )
    approval_line_ids = fields.One2many(
        "customer.approval.line",
        "res_id",
        string="Approvals",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    approval_can_approve = fields.Boolean(
        string="Waits for My Approval",
        compute="_compute_approval_can_approve",
        search="_search_approval_can_approve",
        groups="base.group_user",
    )

    approval_can_cancel = fields.Boolean(
        string="Can Be Taken Back", compute="_compute_approval_can_cancel", groups="base.group_user"
    )
    approval_round = fields.Integer(
        string="Round of Approval",
        compute="_compute_approval_can_approve",
        groups="base.group_user",
        help="Which request waits for the reader. Forms send it with the answer.",
    )

    @api.depends("approval_state")
    @api.depends_context("uid")
    def _compute_approval_can_approve(self):
        Line = self.env["customer.approval.line"].sudo()
        mine = Line.search(Line._get_mine_domain() & self._approval_get_line_domain())
        rounds = {line.res_id: line.round for line in mine}
        for record in self:
            record.approval_round = rounds.get(record._origin.id, 0)
            record.approval_can_approve = bool(record.approval_round)

    @api.depends("approval_state", "approval_requester_id")
    @api.depends_context("uid")
    def _compute_approval_can_cancel(self):
        """Say whether the reader may take the open request back; see ``action_cancel_approval``."""
        is_manager = self.env.user.has_group("customer_care.group_care_manager")
        for record in self:
            record.approval_can_cancel = record.approval_state == "pending" and (
                record.approval_requester_id == self.env.user
                or is_manager
                and record.sudo(False).has_access("write")
            )

    def _search_approval_can_approve(self, operator, value):
        if operator != "in":
            return NotImplemented
        Line = self.env["customer.approval.line"].sudo()
        lines = Line.search(Line._get_mine_domain() & Domain("res_model", "=", self._name))
        return Domain("id", "in", lines.mapped("res_id"))

    def _selection_approval_state(self):
        return [
            ("draft", self.env._("Not Requested")),
            ("pending", self.env._("Waiting for Approval")),
            ("approved", self.env._("Approved")),
            ("rejected", self.env._("Rejected")),
        ]

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su or self.env.user._is_internal():
            # Named values win over the defaults of a client's context or of a user, also as superuser.
            start = {"approval_state": "draft", "approval_requester_id": False}
            vals_list = [{**start, **vals} for vals in vals_list]
        records = super().create(vals_list)
        if not self.env.su:
            guarded = records.sudo()
            if any(record.approval_state != "draft" or record.approval_requester_id for record in guarded):
                raise self._approval_get_guard_error()
        return records

    def write(self, vals):
        if not self.env.su and not APPROVAL_FIELDS.isdisjoint(vals):
            raise self._approval_get_guard_error()
        watched = self._approval_get_watched(vals)
        watched._approval_get_changed(vals)._approval_check_unlocked()
        protected = self._approval_get_protected()
        names = {*protected, *self._approval_get_filter_fields()} if watched else ()
        before = watched._approval_get_snapshots(names)
        result = super().write(vals)
        if watched:
            after = watched._approval_get_snapshots(names)
            changed = watched.filtered(lambda record: before[record.id] != after[record.id])
            # What follows from other fields is known only now: the error undoes the whole write.
            changed.filtered(
                lambda record: any(before[record.id][name] != after[record.id][name] for name in protected)
            )._approval_check_unlocked()
            changed._approval_recheck()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approval_pending(self):
        if any(record.approval_state == "pending" for record in self.sudo()):
            raise UserError(
                self.env._(
                    "A document that waits for approval cannot be deleted: take the request back first."
                )
            )

    def action_request_approval(self):
        """Ask the people whom the rules name; without a rule the documents are approved at once.

        :raises AccessError: without the right to write the documents
        :raises UserError: when a document is pending or approved already, or nobody is left who may approve
        """
        if not self.env.su and not self.env.user._is_internal():
            raise AccessError(self.env._("Only employees can request an approval."))
        self.check_access("write")
        documents = self._approval_lock()
        if any(document.approval_state not in ("draft", "rejected") for document in documents):
            raise UserError(
                self.env._("Approval was requested already, reload the page to see where it stands.")
            )
        vals_list = documents._approval_prepare_lines()
        earlier = documents._approval_get_lines(Domain("state", "in", (*OPEN_STATES, "approved")))
        earlier.write({"state": "superseded"})
        keep_texts(earlier.browse().create(vals_list), "name", "rule_id")
        asked = documents.browse({vals["res_id"] for vals in vals_list})
        documents.write({"approval_requester_id": self.env.uid})
        asked.write({"approval_state": "pending"})
        asked._approval_sync_notices()
        asked._approval_log_timeline()
        (documents - asked)._approval_close("approved")
        self._approval_invalidate()
        return True

    def action_approve(self, comment=None):
        """Approve all documents, in the own name or as a deputy.

        :param comment: text kept with the answer
        :raises AccessError: when one of the documents does not wait for the current user
        :raises UserError: when somebody else answered before, or another request stands there than was seen
        """
        documents = self._approval_lock()
        self._approval_check_seen()
        documents._approval_answer("approved", comment)
        lines = documents._approval_get_lines(Domain("state", "in", OPEN_STATES)).grouped("res_id")
        done = documents.filtered(lambda document: document.id not in lines)
        next_lines = self.env["customer.approval.line"].sudo()
        for open_lines in lines.values():
            step = min(open_lines.mapped("sequence"))
            next_lines |= open_lines.filtered(
                lambda line, step=step: line.sequence == step and line.state == "waiting"
            )
        next_lines.write({"state": "pending"})
        documents._approval_sync_notices()
        done._approval_close("approved")
        self._approval_invalidate()
        return True

    def action_reject(self, comment=None):
        """Reject all documents, in the own name or as a deputy; the other open lines are superseded.

        :param comment: the reason, obligatory; kept with the answer and in the chatter
        :raises AccessError: when one of the documents does not wait for the current user
        :raises UserError: without reason, or when somebody else answered before
        """
        reason = str(comment or "").strip()
        if not reason:
            raise UserError(self.env._("Say why you reject."))
        documents = self._approval_lock()
        documents._approval_answer("rejected", reason)
        documents._approval_get_lines(Domain("state", "in", OPEN_STATES)).write({"state": "superseded"})
        documents._approval_sync_notices()
        documents._approval_close("rejected", reason)
        self._approval_invalidate()
        return True

    def action_cancel_approval(self):
        """Take open requests back: what the requester or a manager who may write the documents can do.

        This is also the way out when the approvers have left: a new request asks the present ones.

        :raises AccessError: for anybody else
        :raises UserError: when a document is not pending
        """
        documents = self._approval_lock()
        foreign = documents.filtered(lambda document: document.approval_requester_id != self.env.user)
        if foreign and not self.env.su:
            if not self.env.user.has_group("customer_care.group_care_manager"):
                raise AccessError(self.env._("Only the requester or a manager can take a request back."))
            self.browse(foreign.ids).check_access("write")
        if any(document.approval_state != "pending" for document in documents):
            raise UserError(
                self.env._("Only an open request can be taken back, reload the page to see where it stands.")
            )
        documents._approval_get_lines(Domain("state", "in", OPEN_STATES)).write({"state": "cancelled"})
        documents.write({"approval_state": "draft"})
        documents._approval_sync_notices()
        self._approval_invalidate()
        return True

    # --- What the documents call ---

    def _approval_check_approved(self):
        """Refuse what only approved documents may do.

        :raises UserError: when one is not approved
        """
        missing = self.sudo().filtered(lambda record: record.approval_state != "approved")
        if missing:
            raise UserError(
                self.env._(
                    "This has to be approved first: %(names)s",
                    names=", ".join(missing.mapped("display_name")),
                )
            )

    def _approval_check_unlocked(self):
        """Refuse to change what others are just asked to approve, also when they are asked at this moment.

        :raises UserError: when one is pending
        """
        take_turns(self)
        locked = self.sudo().filtered(lambda record: record.approval_state == "pending")
        if locked:
            raise UserError(
                self.env._(
                    "This waits for approval and cannot be changed, take the request back first: %(names)s",
                    names=", ".join(locked.mapped("display_name")),
                )
            )

    def _approval_recheck(self):
        """Send documents back to draft when their approvals do not cover what the rules ask now."""
        documents = self._approval_elevate().filtered(
            lambda record: record.approval_state in ("pending", "approved")
        )
        if not documents:
            return
        lines = documents._approval_get_lines(Domain("state", "in", (*OPEN_STATES, "approved")))
        lost = documents._approval_get_uncovered(lines)
        if not lost:
            return
        opened = lost.filtered(lambda record: record.approval_state == "approved")
        lines.filtered(lambda line: line.res_id in lost._ids).write({"state": "superseded"})
        lost.write({"approval_state": "draft"})
        lost._approval_sync_notices()
        lost._approval_log(self.env._("Changed after the request: approval has to be requested again."))
        self._approval_invalidate()
        opened._approval_on_reset()

    # --- Hooks ---

    def _approval_get_amount(self):
        """Return the amount of the document (singleton) in the currency of its company, at today's rate.

        Override for another amount than ``_approval_amount_field``. Called as superuser, without the
        client's context.

        :raises UserError: when the currency has no rate
        """
        self.ensure_one()
        if not self._approval_amount_field:
            return 0.0
        field = self._fields[self._approval_amount_field]
        amount = self[self._approval_amount_field] or 0.0
        company = self._approval_get_company()
        name = field.get_currency_field(self) if field.type == "monetary" else None
        currency = self[name] if name else company.currency_id
        if not amount or not currency or currency == company.currency_id:
            return amount
        self._approval_check_rate(currency, company)
        return currency._convert(amount, company.currency_id, company, fields.Date.today())

    def _approval_get_company(self):
        """Return the company whose rules hold for the document (singleton). Override for another one."""
        self.ensure_one()
        company = self.company_id if "company_id" in self._fields else None
        return company or self.env.user.company_id

    def _approval_get_responsible(self):
        """Return the users responsible for the document (singleton). Override to name them."""
        self.ensure_one()
        return self.user_id if "user_id" in self._fields else self.env["res.users"]

    def _approval_on_approved(self):
        """Do what the approval opens (recordset, as superuser). Override, calling super."""

    def _approval_on_rejected(self):
        """Do what follows a rejection (recordset, as superuser). Override, calling super."""

    def _approval_on_reset(self):
        """Take back what a lost approval had opened (recordset, as superuser). Override, calling super."""
