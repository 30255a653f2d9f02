from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools.answers import RELOAD, notify


class CustomerDetailProposal(models.Model):
    """One value a customer proposed. Values are kept as texts: ids of records, ISO dates, keys."""

    _name = "customer.detail.proposal"
    _description = "Proposed Detail"
    _inherit = ["customer.care.mixin"]
    _order = "id desc"
    _rec_name = "field_label"

    request_id = fields.Many2one(
        "customer.detail.request", required=True, index=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        related="request_id.partner_id",
        store=True,
        index=True,
        precompute=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="request_id.company_id", store=True, index=True, precompute=True)
    field_id = fields.Many2one(
        "ir.model.fields",
        string="Technical Field",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    field_label = fields.Char(string="Field", compute="_compute_texts", compute_sudo=True)
    old_value = fields.Char(readonly=True)
    new_value = fields.Char(readonly=True)
    old_text = fields.Char(string="When Asked", compute="_compute_texts", compute_sudo=True)
    new_text = fields.Char(string="Proposed", compute="_compute_texts", compute_sudo=True)
    current_text = fields.Char(string="Present", compute="_compute_texts", compute_sudo=True)
    is_conflict = fields.Boolean(
        string="Changed Meanwhile",
        compute="_compute_texts",
        compute_sudo=True,
        help="The value was changed after the customer saw it.",
    )
    state = fields.Selection(
        [
            ("open", "Waiting"),
            ("accepted", "Accepted"),
            ("rejected", "Rejected"),
            ("replaced", "Replaced"),
        ],
        required=True,
        readonly=True,
        default="open",
    )
    date = fields.Datetime(string="Proposed on", readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", string="Decided by", readonly=True, index="btree_not_null")
    date_decided = fields.Datetime(string="Decided on", readonly=True)

    _open_idx = models.Index("(partner_id) WHERE state = 'open'")

    @api.depends("field_id", "old_value", "new_value", "state", "partner_id")
    @api.depends_context("lang")
    def _compute_texts(self):
        Partner = self.env["res.partner"]
        for proposal in self:
            name = proposal.field_id.name
            field = Partner._fields.get(name)
            if field is None:
                proposal.update({"field_label": name, "old_text": "", "new_text": "", "current_text": ""})
                proposal.is_conflict = False
                continue
            current = self._get_raw(proposal.partner_id, name)
            proposal.field_label = field._description_string(self.env)
            proposal.old_text = self._get_text(name, proposal.old_value)
            proposal.new_text = self._get_text(name, proposal.new_value)
            proposal.current_text = self._get_text(name, current)
            proposal.is_conflict = proposal.state == "open" and current not in (
                proposal.old_value or "",
                proposal.new_value or "",
            )

    @api.depends("field_label", "new_text")
    def _compute_display_name(self):
        for proposal in self:
            proposal.display_name = f"{proposal.field_label}: {proposal.new_text or '-'}"

    def action_accept(self):
        """Write the proposed values with the rights of the user.

        Of several, those whose present value changed meanwhile are left to be decided one by one.

        :raises UserError: when one cannot be written, or nothing is waiting
        """
        self._check_open()
        changed = self.filtered("is_conflict") if len(self) > 1 else self.browse()
        failed = []
        for partner, group in (self - changed).grouped("partner_id").items():
            try:
                with self.env.cr.savepoint():
                    group._accept(partner)
            except (UserError, ValidationError) as error:
                failed.append(f"{partner.display_name}: {error.args[0] if error.args else error}")
        if failed and len(failed) == len((self - changed).grouped("partner_id")):
            raise UserError("\n".join(failed))
        return self._get_notification(changed, failed)

    def action_reject(self):
        """Leave the present values as they are."""
        self._check_open()
        self.sudo()._close("rejected")
        self.request_id.sudo()._finish()
        return True

    def _accept(self, partner):
        """Write the values of one customer."""
        # the customer's postal address is written in one go: a state belongs to its country
        partner.write({p.field_id.name: self._get_value(p.field_id.name, p.new_value) for p in self.sudo()})
        proposals = self.sudo()
        proposals._close("accepted")
        labels = ", ".join(name for name in proposals.mapped("new_text") if name)
        self.env["customer.care.event"]._log(
            [partner._prepare_care_event_vals("details_accepted", labels[:250])]
        )
        self.request_id.sudo()._finish()

    def _close(self, state):
        self.write({"state": state, "user_id": self.env.uid, "date_decided": fields.Datetime.now()})

    def _check_open(self):
        """:raises UserError: when a proposal is decided already"""
        self.request_id._check_may_handle()
        if not self or self.filtered(lambda proposal: proposal.state != "open"):
            raise UserError(self.env._("These proposals are decided already; please look at the list again."))

    def _get_notification(self, changed, failed):
        if not changed and not failed:
            return True
        messages = list(failed)
        if changed:
            messages.append(
                self.env._(
                    "%(count)s proposals still wait, because the present value changed meanwhile: please look"
                    " at each.",
                    count=len(changed),
                )
            )
        return notify("\n".join(messages), "warning", RELOAD, sticky=True)

    # Values as texts

    @api.model
    def _get_raw(self, partner, name):
        """Return the present value of a field as text: the id of a record, an ISO date, a key."""
        value = partner[name]
        if isinstance(value, models.BaseModel):
            return str(value.id or "")
        return str(value or "").strip()

    @api.model
    def _get_value(self, name, raw):
        """Return the value to write for a text."""
        field = self.env["res.partner"]._fields[name]
        if not raw:
            return False
        return int(raw) if field.type == "many2one" else raw

    @api.model
    def _get_text(self, name, raw):
        """Return a text for readers: the name of a record, the date in the reader's format, the label."""
        field = self.env["res.partner"]._fields[name]
        if not raw:
            return ""
        if field.type == "many2one":
            record = self.env[field.comodel_name].browse(int(raw)).exists()
            return record.display_name or ""
        if field.type == "date":
            return self.env["ir.qweb.field.date"].value_to_html(fields.Date.to_date(raw), {})
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(raw, raw)
        return raw

    def _search_display_name(self, operator, value):
        return Domain("partner_id", operator, value) | Domain("new_value", operator, value)

    # What the timeline asks

    def _care_get_responsible(self):
        return self.partner_id._care_get_responsible()
