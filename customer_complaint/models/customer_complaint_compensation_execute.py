from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.addons.customer_care.tools.batches import work_in_batches
from odoo.addons.customer_care.tools.turns import take_turns
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from . import identity_fields as masked
from .customer_complaint_compensation import CustomerComplaintCompensation

DOCUMENT_FIELDS = frozenset(("document_model", "document_id", "document_name"))
EVIDENCE_FIELDS = ("evidence", "evidence_file_ids")
CARRIED_OUT = ("ready", "done")
FOLLOWED_DAYS = 90


class CustomerComplaintCompensationExecute(models.Model):
    """How a compensation is carried out: by a document of another application, else by recorded evidence.

    A document executes its compensation when it is done, and opens it again when it is cancelled, deleted or
    taken back. Which models can do that is said by bridges in ``_get_document_models``.
    """

    _name = "customer.complaint.compensation"
    _inherit = ["customer.complaint.compensation", "complaint.identity.mixin"]
    _guarded_fields = {
        **CustomerComplaintCompensation._guarded_fields,
        **dict.fromkeys(DOCUMENT_FIELDS, False),
    }

    document_model = fields.Char(readonly=True, copy=False)
    document_id = masked.Many2oneReference(
        model_field="document_model", string="Document Number", readonly=True, copy=False
    )
    document_name = masked.Char(
        string="Carried out by",
        readonly=True,
        copy=False,
        tracking=True,
        help="The document of another application by which the customer gets it.",
    )
    is_document_kind = fields.Boolean(compute="_compute_is_document_kind")
    evidence = fields.Text(
        string="Evidence of Execution",
        copy=False,
        help="How one can see that the customer got it: number of the transfer, who handed it over, when.",
    )
    evidence_file_ids = masked.Many2many(
        "ir.attachment",
        "customer_complaint_compensation_file_rel",
        "compensation_id",
        "attachment_id",
        string="Evidence Files",
        copy=False,
    )

    _document_uniq = models.UniqueIndex(
        "(document_model, document_id) WHERE document_id IS NOT NULL",
        "This document carries out another compensation already.",
    )

    @api.model
    def _get_document_models(self):
        """Return {kind: names of the models whose documents can carry out a compensation of that kind}.

        Override to add models; each inherits ``customer.complaint.document.mixin``.
        """
        return {}

    @api.depends("kind")
    def _compute_is_document_kind(self):
        kinds = self._get_document_models()
        for compensation in self:
            compensation.is_document_kind = bool(kinds.get(compensation.kind))

    @api.model_create_multi
    def create(self, vals_list):
        compensations = super().create(vals_list)
        if any("evidence_file_ids" in vals for vals in vals_list):
            compensations._own_evidence()
        return compensations

    def write(self, vals):
        if not set(vals).isdisjoint(EVIDENCE_FIELDS) and not self.env.su:
            if self.sudo().filtered(lambda compensation: compensation.state == "executed"):
                raise UserError(self.env._("The evidence of an executed compensation cannot be changed."))
        result = super().write(vals)
        if "evidence_file_ids" in vals:
            self._own_evidence()
        return result

    def _check_guarded(self, names):
        if not DOCUMENT_FIELDS.isdisjoint(names):
            raise AccessError(self.env._("The document of a compensation is set with its buttons only."))
        return super()._check_guarded(names)

    def _own_evidence(self):
        """Bind uploaded files to the compensation; with the user's rights, so that nobody takes another's file."""
        for compensation in self.sudo():
            fresh = compensation.evidence_file_ids.filtered(lambda file: not file.res_id)
            fresh.with_env(self.env).write({"res_model": self._name, "res_id": compensation.id})

    # Execution

    def action_execute(self):
        """Note that the customer got it: by its document when there is one, else by evidence that is asked for.

        :return: the dialog that asks for the evidence when some have none
        :raises UserError: not approved, or the document is not done or gives more than was approved
        """
        self.check_access("write")
        bare = self.filtered(lambda compensation: not compensation._has_proof())
        if bare and not self._get_not_executable():
            return bare._ask_evidence(self)
        self._check_documents_done()
        return super().action_execute()

    def _has_proof(self):
        """Whether there is a document or evidence (singleton), also one that the user may not see."""
        proven = self.ensure_one().sudo()
        return bool(proven.document_id or (proven.evidence or "").strip() or proven.evidence_file_ids)

    def _ask_evidence(self, compensations):
        """Return the dialog that asks how these were carried out, and then executes ``compensations``."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_compensation_execute_action"
        )
        return {**action, "context": {"default_compensation_ids": [Command.set(compensations.ids)]}}

    def action_cancel(self):
        """The document of what is not given any more is free for something else."""
        result = super().action_cancel()
        self.sudo().write(dict.fromkeys(DOCUMENT_FIELDS, False))
        return result

    def _check_documents_done(self):
        """:raises UserError: when the document of one is not done or gives more than was approved"""
        for compensation, document in self.sudo()._get_documents().items():
            if not document:
                continue
            if document._complaint_get_state() not in CARRIED_OUT:
                raise UserError(
                    self.env._("%(document)s is not done yet.", document=compensation.document_name)
                )
            excess = compensation._get_excess(document)
            if excess:
                raise UserError(excess)

    def _get_excess(self, document):
        """Return in words that the document gives more than was approved (singleton), else an empty text."""
        self.ensure_one()
        given = document._complaint_get_amount()
        if not given:
            return ""
        amount, currency, date = given
        amount = currency._convert(amount, self.currency_id, self.company_id, date)
        if self.currency_id.compare_amounts(amount, self.amount) <= 0:
            return ""
        return self.env._(
            "%(document)s gives %(given)s, approved are %(approved)s.",
            document=document._complaint_get_name(),
            given=self.currency_id.format(amount),
            approved=self.currency_id.format(self.amount),
        )

    # Documents

    def _get_documents(self):
        """Return {compensation: its document as superuser, None when it does not exist} for those with a document."""
        documents = {}
        for model, compensations in self.filtered("document_id").grouped("document_model").items():
            found = self.env["customer.complaint"].browse()
            if model in self.env:
                found = self.env[model].sudo().browse(compensations.mapped("document_id")).exists()
            by_id = {document.id: document for document in found}
            documents.update({each: by_id.get(each.document_id) for each in compensations})
        return documents

    def action_open_document(self):
        """Open the document that carries out the compensation, with the rights of the user."""
        self.ensure_one()
        self.check_access("read")
        document = self._get_documents().get(self)
        if document is None:
            raise UserError(self.env._("No document carries out this compensation."))
        document = document.sudo(False)
        document.check_access("read")
        return document._get_records_action(name=self.document_name)

    def action_link_document(self):
        """Open the dialog that chooses an existing document of the customer."""
        self.ensure_one()
        self._check_ready_for_document()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_compensation_link_action"
        )
        return {**action, "context": {"default_compensation_id": self.id}}

    def action_unlink_document(self):
        """Take the document off a compensation that is not executed."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "proposed":
            raise UserError(self.env._("An executed or cancelled compensation cannot be changed."))
        self.sudo().write(dict.fromkeys(DOCUMENT_FIELDS, False))

    def _check_ready_for_document(self):
        """:raises UserError: unless the compensation is approved, open and without document"""
        self.ensure_one()
        self.check_access("write")
        self._approval_check_approved()
        if self.state != "proposed":
            raise UserError(self.env._("An executed or cancelled compensation cannot be changed."))
        if self.document_id:
            raise UserError(
                self.env._("%(document)s carries out this compensation already.", document=self.document_name)
            )

    def _link_document(self, document):
        """Have a document carry out the compensation (singleton), with the rights of the user to both.

        :raises UserError: not approved, another customer or company, or the document serves another one
        """
        self._check_ready_for_document()
        document.ensure_one()
        document.check_access("read")
        self._check_document(document.sudo())
        self.sudo().write(
            {
                "document_model": document._name,
                "document_id": document.id,
                "document_name": document.sudo()._complaint_get_name(),
            }
        )
        self.sudo()._follow_documents()

    def _check_document(self, document):
        """:raises UserError: naming why the document (as superuser) cannot carry out the compensation"""
        name = document._complaint_get_name()
        if document._name not in self._get_document_models().get(self.kind, ()):
            raise UserError(
                self.env._("%(document)s cannot carry out a compensation of this kind.", document=name)
            )
        customer = self.complaint_id.sudo().commercial_partner_id
        if not customer or document._complaint_get_partner().commercial_partner_id != customer:
            raise UserError(self.env._("%(document)s belongs to another customer.", document=name))
        company = document.company_id if "company_id" in document._fields else None
        if company and company != self.company_id:
            raise UserError(self.env._("%(document)s belongs to another company.", document=name))
        if document._complaint_get_state() == "cancelled":
            raise UserError(self.env._("%(document)s is cancelled.", document=name))
        if document._complaint_get_compensations():
            raise UserError(self.env._("This document carries out another compensation already."))

    def _follow_documents(self, *, quiet=False):
        """Execute what its document has carried out, open again what it has not any more. As superuser.

        :param quiet: nobody is told anew of a document that cannot execute its compensation
        """
        for compensation, document in self._get_documents().items():
            state = document._complaint_get_state() if document else "cancelled"
            if state == "cancelled":
                compensation._lose_document()
            elif state == "open":
                compensation._reopen_execution(
                    self.env._("%(document)s was taken back.", document=compensation.document_name)
                )
            elif state == "done":
                compensation._execute_by_document(document, quiet)

    def _execute_by_document(self, document, quiet):
        """Execute the compensation (singleton) when it is approved, else tell the handler what is wrong."""
        if self.state != "proposed":
            return
        excess = self._get_excess(document)
        if self.approval_state != "approved":
            excess = self.env._(
                "%(document)s is done, the compensation is not approved.", document=self.document_name
            )
        if excess:
            if not quiet:
                self._tell_handler(excess)
            return
        self.document_name = document._complaint_get_name()
        self._set_executed()

    def _lose_document(self):
        """Open the compensations again whose documents are cancelled or deleted. As superuser."""
        for compensation in self:
            name = compensation.document_name
            compensation._reopen_execution(
                self.env._("%(document)s was cancelled or deleted.", document=name), told=True
            )
            compensation.write(dict.fromkeys(DOCUMENT_FIELDS, False))

    def _reopen_execution(self, reason, *, told=False):
        """Set executed ones back to be executed and tell the handler; ``told`` tells him of open ones too."""
        executed = self.filtered(lambda compensation: compensation.state == "executed")
        take_turns(executed.complaint_id)
        executed.write({"state": "proposed", "executed_datetime": False, "executed_user_id": False})
        for compensation in self if told else executed:
            if compensation.state == "proposed":
                compensation._tell_handler(reason)

    def _tell_handler(self, reason):
        """Note on the compensation and remind the handler of the complaint (singleton)."""
        self._message_log(body=reason)
        self.complaint_id._complaint_remind(
            "mail.mail_activity_data_todo",
            self.env._("Compensation to execute: %(reason)s", reason=reason),
        )

    @api.model
    def _cron_follow_documents(self, batch=200):
        """Have compensations follow documents that were changed in a way that tells nobody."""
        since = fields.Datetime.now() - timedelta(days=FOLLOWED_DAYS)
        domain = Domain("document_id", "!=", False) & (
            Domain("state", "=", "proposed") | Domain("executed_datetime", ">=", since)
        )
        work_in_batches(self, domain, lambda found: found._follow_documents(quiet=True), batch)
