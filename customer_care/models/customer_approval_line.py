from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools.misc import formatLang


class CustomerApprovalLine(models.Model):
    """Keep what one rule asked of whom about one document, and the answer.

    Rows are made and changed by ``customer.approval.mixin`` alone: no user has more than the right to
    read them, and they are never deleted. What is repeated here from the document and the rule is
    frozen at the moment of the request.

    When nobody is left who could answer (``has_active_approver`` is not set), the requester or a manager
    takes the request back and requests again: the new round asks the people whom the rules name then.
    """

    _name = "customer.approval.line"
    _description = "Approval"
    _inherit = ["customer.care.link.mixin"]
    _order = "id desc"

    name = fields.Char(string="Rule", required=True, readonly=True, translate=True)
    rule_id = fields.Many2one(
        "customer.approval.rule",
        string="Configured Rule",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    sequence = fields.Integer(string="Step", readonly=True)
    round = fields.Integer(
        readonly=True,
        default=1,
        aggregator=None,
        help="Counts how often approval was requested for the document.",
    )
    res_model = fields.Char(string="Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Document", required=True, readonly=True, index=True, model_field="res_model"
    )
    res_model_name = fields.Char(string="Kind of Document", compute="_compute_res_model_name")
    record_name = fields.Char(string="Document Name", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True, help="The amount at the request, in the company's currency.")
    snapshot = fields.Json(
        readonly=True, groups="base.group_system", help="Protected values of the document at the request."
    )

    state = fields.Selection(
        selection="_selection_state", required=True, readonly=True, default="waiting", index=True
    )
    requester_id = fields.Many2one(
        "res.users", string="Requested By", required=True, readonly=True, index=True
    )
    approver_ids = fields.Many2many(
        "res.users",
        "customer_approval_line_user_rel",
        "line_id",
        "user_id",
        string="Approvers",
        readonly=True,
        context={"active_test": False},
    )
    group_id = fields.Many2one(
        "res.groups",
        string="Asked as Members of",
        readonly=True,
        ondelete="set null",
        help="When only members of a group are asked: who does not belong to it any more has no vote.",
    )
    done_by_id = fields.Many2one("res.users", string="Answered By", readonly=True, index="btree_not_null")
    done_for_id = fields.Many2one("res.users", string="In Place Of", readonly=True)
    done_datetime = fields.Datetime(string="Answered On", readonly=True)
    comment = fields.Text(readonly=True)

    is_mine = fields.Boolean(string="I Can Answer", compute="_compute_is_mine", search="_search_is_mine")
    is_deputised = fields.Boolean(
        string="I Am a Deputy", compute="_compute_is_deputised", search="_search_is_deputised"
    )
    has_active_approver = fields.Boolean(
        string="Somebody Can Answer",
        compute="_compute_has_active_approver",
        search="_search_has_active_approver",
        help="Not set when all approvers have left: take the request back and request again.",
    )

    _open_idx = models.Index("(id DESC) WHERE state = 'pending'")
    _rule_uniq = models.UniqueIndex(
        "(res_model, res_id, round, rule_id) WHERE rule_id IS NOT NULL",
        "This approval has been requested already.",
    )

    @api.depends("record_name", "name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.record_name or ''} - {line.name or ''}"

    @api.depends("res_model")
    @api.depends_context("lang")
    def _compute_res_model_name(self):
        for line in self:
            model = self.env.get(line.res_model)
            line.res_model_name = (
                self.env["ir.model"]._get(line.res_model).name if model is not None else line.res_model
            )

    @api.depends("state", "approver_ids", "requester_id")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        mine = self.sudo().filtered_domain(self._get_mine_domain())
        for line in self:
            line.is_mine = line in mine

    def _search_is_mine(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_mine_domain()

    @api.depends("approver_ids")
    @api.depends_context("uid")
    def _compute_is_deputised(self):
        deputised = self.sudo().filtered_domain(self._search_is_deputised("in", [True]))
        for line in self:
            line.is_deputised = line in deputised

    def _search_is_deputised(self, operator, value):
        if operator != "in":
            return NotImplemented
        principals = self.env["customer.approval.deputy"]._get_principals(self.env.user)
        return Domain("approver_ids", "in", principals.ids)

    @api.depends("approver_ids.active", "group_id")
    def _compute_has_active_approver(self):
        for line in self:
            line.has_active_approver = bool(line.sudo()._get_voters())

    def _search_has_active_approver(self, operator, value):
        if operator != "in":
            return NotImplemented
        lines = self.sudo().search([("state", "in", ("waiting", "pending"))])
        return Domain("state", "not in", ("waiting", "pending")) | Domain(
            "id", "in", lines.filtered("has_active_approver").ids
        )

    def _selection_state(self):
        return [
            ("waiting", self.env._("Waiting for Earlier Steps")),
            ("pending", self.env._("To Approve")),
            ("approved", self.env._("Approved")),
            ("rejected", self.env._("Rejected")),
            ("superseded", self.env._("Superseded")),
            ("cancelled", self.env._("Taken Back")),
        ]

    def action_approve(self):
        """Approve the documents of the lines that wait for the current user."""
        for documents in self._get_own_documents():
            documents.action_approve()
        return True

    def action_reject_ask(self):
        """Open the dialogue that asks for the reason and rejects."""
        self._get_own_documents()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_approval_reject_action"),
            "context": {"active_model": self._name, "active_ids": self.ids},
        }

    def _get_notice(self, user):
        """Return the sentence that tells ``user`` what the line (singleton) asks, in that user's language."""
        self.ensure_one()
        env = self.with_context(lang=user.lang).env
        if not self.amount:
            return env._("Approval asked by %(requester)s", requester=self.requester_id.name)
        return env._(
            "Approval of %(amount)s asked by %(requester)s",
            amount=formatLang(env, self.amount, currency_obj=self.currency_id),
            requester=self.requester_id.name,
        )

    def _get_mine_domain(self):
        """Return the domain of the lines that the current user may answer now, also as a deputy."""
        user = self.env.user
        if not user._is_internal() or not user.active:
            return Domain.FALSE
        voters = user | self.env["customer.approval.deputy"]._get_principals(user)
        return (
            Domain("state", "=", "pending")
            & Domain("requester_id", "!=", user.id)
            & Domain.OR(
                Domain("approver_ids", "in", voter.ids)
                & Domain("group_id", "in", [False, *voter.sudo().all_group_ids.ids])
                for voter in voters
            )
            & Domain("company_id", "in", [False, *user.sudo().company_ids.ids])
        )

    def _get_voters(self):
        """Return who can answer the line (singleton, superuser): asked, still here, and still of the group."""
        users = self.approver_ids.filtered("active")
        group = self.group_id
        return users.filtered(lambda user: group in user.all_group_ids) if group else users

    @api.model
    def _leave(self, users):
        """Tell who requested what nobody can answer any more because ``users`` have left."""
        asked = Domain("state", "in", ("waiting", "pending")) & Domain("approver_ids", "in", users.ids)
        lines = self.sudo().search(asked).filtered(lambda line: line.res_model in self.env)
        for model, left in lines.grouped("res_model").items():
            documents = self.env[model].sudo().browse(left.mapped("res_id")).exists()
            documents._approval_sync_notices()
            alone = left.filtered(lambda line: not line._get_voters())
            documents.browse(alone.mapped("res_id")).exists()._approval_tell_abandoned()

    def _get_own_documents(self):
        """Return the documents of the lines, one recordset for each model.

        Lines whose document was removed by the database together with another one are taken back.

        :raises AccessError: when one of the lines does not wait for the current user
        """
        self.check_access("read")
        if any(not line.is_mine for line in self):
            raise AccessError(self.env._("Only approvals that wait for you can be answered."))
        models_known = self.env["customer.approval.rule"]._get_approval_models()
        batches = []
        orphans = self.browse()
        for model, lines in self.grouped("res_model").items():
            if model not in models_known:
                orphans |= lines
                continue
            documents = self.env[model].browse(set(lines.mapped("res_id"))).exists()
            orphans |= lines.filtered(lambda line, ids=frozenset(documents.ids): line.res_id not in ids)
            batches.append(documents)
        orphans.sudo().write({"state": "cancelled"})
        return batches
