from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..tools.keywords import to_text
from .customer_complaint import STAFF
from .customer_complaint_keyword import FLAGS, PROPOSED

# What comes in by itself is sorted by itself; whoever registers a complaint is asked.
SELF_SORTED = ("mail", "portal", "web")
TRIAGE_FIELDS = {"matched_words": False, "is_keyword_settled": False}


class CustomerComplaintTriage(models.Model):
    """Words of the complaint propose how it is sorted, with the reason."""

    _inherit = "customer.complaint"

    matched_words = fields.Char(
        readonly=True,
        copy=False,
        groups=STAFF,
        help="By these words of the complaint it was sorted: category, severity, urgency, team, flags.",
    )
    is_keyword_settled = fields.Boolean(readonly=True, copy=False, groups=STAFF)
    keyword_proposal = fields.Char(compute="_compute_keyword_proposal", groups=STAFF)
    apply_keywords = fields.Boolean(string="Apply", store=False, groups=STAFF)

    @api.depends("name", "description", "company_id", "is_keyword_settled", *PROPOSED, *FLAGS)
    @api.depends_context("lang")
    def _compute_keyword_proposal(self):
        for complaint in self:
            vals, words = complaint._get_keyword_proposal()
            text = vals and self.env._(
                "Proposed: %(values)s because of %(words)s",
                values=", ".join(complaint._describe_proposal(vals)),
                words=self._quote(words),
            )
            complaint.keyword_proposal = text or False

    @api.onchange("apply_keywords")
    def _onchange_apply_keywords(self):
        if self.apply_keywords:
            vals, words = self._get_keyword_proposal()
            self.update(vals)
            self.apply_keywords = False

    @api.model_create_multi
    def create(self, vals_list):
        self._check_triage_fields(name for vals in vals_list for name in vals)
        # given for each, so that no default of the context takes their place
        return super().create([{**TRIAGE_FIELDS, **vals} for vals in vals_list])

    def write(self, vals):
        self._check_triage_fields(vals)
        return super().write(vals)

    def _check_triage_fields(self, names):
        """:raises AccessError: unless called as superuser"""
        if not self.env.su and not TRIAGE_FIELDS.keys().isdisjoint(names):
            raise AccessError(self.env._("Which words were found is recorded by the program alone."))

    def action_apply_keywords(self):
        """Sort the complaints as their words propose, and note the words."""
        self.check_access("write")
        for complaint in self:
            vals, words = complaint._get_keyword_proposal()
            if vals:
                complaint.write(vals)
                complaint.sudo().write({"matched_words": self._quote(words), "is_keyword_settled": True})

    def action_dismiss_keywords(self):
        """Leave the complaints as they are: the proposal is not shown any more."""
        self.check_access("write")
        self.sudo().write({"is_keyword_settled": True})

    def _fill_defaults(self, vals_list):
        return super()._fill_defaults([self._fill_keywords(vals) for vals in vals_list])

    @api.model
    def _fill_keywords(self, vals):
        """Return the values of a new complaint with what its words propose for all that was not given."""
        if vals.get("channel", self.env.context.get("default_channel")) not in SELF_SORTED:
            return vals
        company_id = vals.get("company_id") or self.env.company.id
        proposal = self.env["customer.complaint.keyword"]._propose(
            company_id, vals.get("name"), to_text(vals.get("description"))
        )
        if not proposal:
            return vals
        added = {
            name: value
            for name, value in proposal.vals.items()
            if not vals.get(name) and f"default_{name}" not in self.env.context
        }
        if not added:
            return vals
        return {**vals, **added, "matched_words": self._quote(proposal.get_words(added))}

    def _get_keyword_proposal(self):
        """Return ({field: value} that the words propose and the complaint (singleton) has not, words)."""
        self.ensure_one()
        if self.is_keyword_settled:
            return {}, ()
        company = self.company_id or self.env.company
        proposal = self.env["customer.complaint.keyword"]._propose(
            company.id, self.name, to_text(self.description)
        )
        if not proposal:
            return {}, ()
        vals = {
            name: value
            for name, value in proposal.vals.items()
            if value != (self[name].id if self._fields[name].relational else self[name])
        }
        return vals, proposal.get_words(vals)

    def _describe_proposal(self, vals):
        """Return the proposed values in words of the reader's language."""
        labels = self.fields_get([*PROPOSED, *FLAGS], attributes=("string", "selection"))
        texts = []
        for name in (*PROPOSED, *FLAGS):
            if name not in vals:
                continue
            value = vals[name]
            if name in FLAGS:
                texts.append(labels[name]["string"])
                continue
            if self._fields[name].relational:
                value = self.env[self._fields[name].comodel_name].sudo().browse(value).display_name
            else:
                value = dict(labels[name]["selection"])[value]
            texts.append(f"{labels[name]['string']} {value}")
        return texts

    @api.model
    def _quote(self, words, limit=8):
        """Return the first words in quotation marks, e.g. “refund”, “lawyer”, …"""
        quoted = [f"“{word}”" for word in words[:limit]]
        return ", ".join(quoted + ["…"] * (len(words) > limit))
