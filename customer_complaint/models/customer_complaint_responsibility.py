from odoo import api, fields, models
from odoo.addons.customer_care.tools.turns import take_turns
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import float_compare

from .customer_complaint_part import PART

PARTIES = [
    ("department", "Department"),
    ("person", "Individual Person"),
    ("supplier", "Supplier"),
    ("customer", "The Customer Himself"),
]
STATES = [
    ("draft", "Draft"),
    ("asked", "Waits for an Answer"),
    ("stated", "Nobody to Ask"),
    ("accepted", "Agreed"),
    ("disputed", "Disputed"),
    ("decided", "Decided by the Manager"),
]
SETTLED = ("stated", "accepted", "decided")
ACTIVITY = "customer_complaint.mail_activity_type_responsibility"
GUARDED = {
    "state": "draft",
    "answer": False,
    "answered_by_id": False,
    "answered_datetime": False,
    "decision": False,
    "decided_by_id": False,
    "decided_datetime": False,
}


class CustomerComplaintResponsibility(models.Model):
    """Who answers for how much of what went wrong.

    The shares of a complaint are put to those named together, when they are 100 percent: a person answers himself, a
    department by its responsible. What is disputed a complaint manager decides. From then on it is locked.
    """

    _name = "customer.complaint.responsibility"
    _description = "Responsibility for a Complaint"
    _inherit = [PART, "mail.thread", "mail.activity.mixin"]
    _order = "percent desc, id"
    _guarded_fields = GUARDED
    _computed_fields = ("answer_user_id",)

    party = fields.Selection(PARTIES, string="Who Is Responsible", required=True, default="department")
    department_id = fields.Many2one(
        "customer.complaint.department", ondelete="restrict", index="btree_not_null"
    )
    user_id = fields.Many2one(
        "res.users", string="Employee", domain=[("share", "=", False)], index="btree_not_null"
    )
    partner_id = fields.Many2one("res.partner", string="Supplier", index="btree_not_null")
    percent = fields.Float(string="Share in Percent", required=True, digits=(5, 2), tracking=True)
    reason = fields.Text(string="Why")
    answer_user_id = fields.Many2one(
        "res.users",
        string="Answers for It",
        compute="_compute_answer_user_id",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    state = fields.Selection(STATES, required=True, readonly=True, copy=False, tracking=True, index=True)
    answer = fields.Text(readonly=True, copy=False)
    answered_by_id = fields.Many2one("res.users", string="Answered by", readonly=True, copy=False)
    answered_datetime = fields.Datetime(string="Answered on", readonly=True, copy=False)
    decision = fields.Text(string="Decision of the Manager", readonly=True, copy=False)
    decided_by_id = fields.Many2one("res.users", string="Decided by", readonly=True, copy=False)
    decided_datetime = fields.Datetime(string="Decided on", readonly=True, copy=False)
    number = fields.Char(related="complaint_id.number", string="Complaint Number")
    is_mine = fields.Boolean(compute="_compute_is_mine", string="I Answer for It")

    _check_percent = models.Constraint(
        "CHECK(percent > 0 AND percent <= 100)", "A share of responsibility lies between 0 and 100 percent."
    )
    _party_uniq = models.UniqueIndex(
        "(complaint_id, party, COALESCE(department_id, user_id, partner_id, 0))",
        "The same is named twice in this split of responsibility.",
    )

    @api.depends("party", "department_id", "user_id", "partner_id", "percent")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for share in self:
            share.display_name = f"{share._get_party_name()} {share.percent:g} %"

    @api.depends("party", "user_id", "department_id.user_id", "state")
    def _compute_answer_user_id(self):
        """A department answers by its responsible; a later one takes over what is not answered."""
        for share in self:
            if share.party == "person":
                share.answer_user_id = share.user_id
            elif share.party != "department":
                share.answer_user_id = False
            elif share.state in ("draft", "asked", False):
                share.answer_user_id = share.department_id.user_id
            else:
                share.answer_user_id = share.answer_user_id

    @api.depends("answer_user_id", "state")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        for share in self:
            share.is_mine = share.state == "asked" and share.answer_user_id == self.env.user

    @api.constrains("party", "department_id", "user_id", "partner_id", "complaint_id")
    def _check_party(self):
        self.user_id._care_check_employees()
        for share in self.sudo():
            named = {"department": share.department_id, "person": share.user_id, "supplier": share.partner_id}
            if share.party in named and not named[share.party]:
                raise ValidationError(
                    self.env._("Please say who is responsible for %(percent)g %%.", percent=share.percent)
                )
            company = share.department_id.company_id
            if company and company != share.complaint_id.company_id:
                raise ValidationError(
                    self.env._(
                        "The department %(name)s belongs to another company.", name=share.department_id.name
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        shares = super().create([self._clear_others(vals) for vals in vals_list])
        if not self.env.su:
            shares._check_split_open()
        return shares

    def _clear_others(self, vals):
        """Return the values without what belongs to another kind of party."""
        names = {"department": "department_id", "person": "user_id", "supplier": "partner_id"}
        if "party" not in vals:
            return vals
        return {**vals, **{name: False for party, name in names.items() if party != vals["party"]}}

    def write(self, vals):
        return super().write(self._clear_others(vals))

    def _tell_answerers(self):
        """Give those who answer a to-do, as superuser; who must not know of the complaint is not told."""
        for share in self.with_context(mail_activity_quick_update=True).filtered("answer_user_id"):
            user = share.answer_user_id
            if share.with_user(user).has_access("read"):
                env = share.with_context(lang=user.lang or self.env.lang).env
                share.activity_schedule(
                    ACTIVITY,
                    user_id=user.id,
                    summary=env._("Accept or dispute: %(share)s", share=share.display_name)[:200],
                )

    @api.model
    def _limit_parts(self, domain, mode):
        """Show their share to those who answer for it, unless the complaint is confidential.

        They may be any employees, of whom the rules of complaints say nothing.
        """
        domain = super()._limit_parts(domain, mode)
        if mode != "read":
            return domain
        public = Domain("complaint_id", "any!", [("is_confidential", "=", False)])
        mine = public & Domain("answer_user_id", "=", self.env.uid) & Domain("state", "!=", "draft")
        return domain | mine if self.env["customer.complaint"].has_access("read") else mine

    def _check_change(self, vals):
        result = super()._check_change(vals)
        self._check_split_open()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        if not self.env.su:
            self._check_split_open()

    def _check_split_open(self):
        """:raises UserError: when the split of one of the complaints was put to those named"""
        shares = self.search(
            [("complaint_id", "in", self.complaint_id.ids), ("state", "!=", "draft")], limit=1
        )
        if shares:
            raise UserError(
                self.env._(
                    "The split of responsibility was put to those named. Take it back with “Revise the Split” "
                    "before you change it."
                )
            )

    def _get_party_name(self):
        self.ensure_one()
        share = self.sudo()
        label = dict(self._fields["party"]._description_selection(self.env)).get(share.party, "")
        return (share.department_id or share.user_id or share.partner_id).display_name or label

    # Answers

    def action_accept(self):
        """Accept the shares, by whom they were put to."""
        self._check_answering()
        self.sudo().write(self._prepare_answer_vals("accepted", False))
        self.sudo().activity_unlink([ACTIVITY])

    def action_open_dispute(self):
        """Open the dialog that asks for the reason."""
        return self._open_dialog("dispute")

    def action_open_decide(self):
        """Open the dialog in which a manager decides."""
        return self._open_dialog("decide")

    def _open_dialog(self, kind):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_responsibility_answer_action"
        )
        return {**action, "context": {"default_responsibility_id": self.id, "default_kind": kind}}

    def action_dispute(self, reason):
        """Dispute the shares, by whom they were put to.

        :raises UserError: without a reason
        """
        self._check_answering()
        reason = str(reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please say why."))
        self.sudo().write(self._prepare_answer_vals("disputed", reason))
        self.sudo().activity_unlink([ACTIVITY])
        for share in self.sudo():
            complaint = share.complaint_id
            user = complaint.team_id.manager_id or complaint.team_id.user_id
            if user and complaint.with_user(user).has_access("read"):
                env = self.with_context(lang=user.lang or self.env.lang).env
                share.activity_schedule(
                    ACTIVITY,
                    user_id=user.id,
                    summary=env._("Disputed: %(reason)s", reason=reason)[:200],
                )

    def action_decide(self, reason):
        """Decide shares that are disputed or not answered: they stay as they are. Managers only.

        :raises AccessError: for others, and for whom they are about
        :raises UserError: without a reason
        """
        self.check_access("write")
        user = self.env.user
        if (
            not user.has_group("customer_complaint.group_complaint_manager")
            or user in self.sudo().answer_user_id
        ):
            raise AccessError(self.env._("A complaint manager decides, not about himself."))
        self._check_states("asked", "disputed")
        reason = str(reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please say why."))
        self.sudo().write(
            {
                "state": "decided",
                "decision": reason,
                "decided_by_id": self.env.uid,
                "decided_datetime": fields.Datetime.now(),
            }
        )
        self.sudo().activity_unlink([ACTIVITY])

    def _check_answering(self):
        """:raises AccessError: unless all were put to the user"""
        self.check_access("read")
        if not self or any(share.answer_user_id != self.env.user for share in self.sudo()):
            raise AccessError(self.env._("Only whoever answers for it accepts or disputes it."))
        self._check_states("asked")

    def _check_states(self, *states):
        wrong = self.sudo().filtered(lambda share: share.state not in states)
        if wrong:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Not possible now (%(state)s): %(names)s",
                    state=labels[wrong[0].state],
                    names=", ".join(wrong.mapped("display_name")),
                )
            )

    @api.model
    def _prepare_revised_vals(self):
        """Return the values of shares that are taken back to be changed."""
        return dict(GUARDED)

    def _prepare_answer_vals(self, state, answer):
        return {
            "state": state,
            "answer": answer,
            "answered_by_id": self.env.uid,
            "answered_datetime": fields.Datetime.now(),
        }


class CustomerComplaint(models.Model):
    """The split of responsibility as a whole."""

    _inherit = "customer.complaint"

    responsibility_ids = fields.One2many(
        "customer.complaint.responsibility",
        "complaint_id",
        string="Split of Responsibility",
        groups="base.group_user",
    )
    has_draft_shares = fields.Boolean(compute="_compute_has_draft_shares", groups="base.group_user")

    @api.depends("responsibility_ids.state")
    def _compute_has_draft_shares(self):
        for complaint in self:
            complaint.has_draft_shares = "draft" in complaint.responsibility_ids.mapped("state")

    def action_propose_split(self):
        """Put the shares to those named.

        :raises UserError: unless they are 100 percent together
        """
        self.check_access("write")
        take_turns(self)
        for complaint in self:
            shares = complaint.sudo().responsibility_ids.filtered(lambda share: share.state == "draft")
            if not shares:
                raise UserError(self.env._("There is nothing to put to anybody."))
            total = sum(complaint.sudo().responsibility_ids.mapped("percent"))
            if not self._is_whole(total):
                raise UserError(
                    self.env._("The shares are %(total)g %% together; they must be 100 %%.", total=total)
                )
            for share in shares:
                share.state = "asked" if share.answer_user_id else "stated"
            shares._tell_answerers()

    def action_revise_split(self):
        """Take the split back to change it; answers are asked for again.

        :raises AccessError: when a manager decided and the user is none
        """
        self.check_access("write")
        shares = self.sudo().responsibility_ids
        if "decided" in shares.mapped("state") and not self.env.user.has_group(
            "customer_complaint.group_complaint_manager"
        ):
            raise AccessError(
                self.env._("A manager has decided on this split; only a manager takes it back.")
            )
        shares._check_investigation_open()
        shares.write(shares._prepare_revised_vals())
        shares.activity_unlink([ACTIVITY])
        body = self.env._("The split of responsibility was taken back.")
        self._message_log_batch(bodies=dict.fromkeys(self.ids, body))

    @api.model
    def _is_whole(self, total):
        return float_compare(total, 100, precision_digits=2) == 0

    def _count_parts(self):
        groups = (
            self.env["customer.complaint.responsibility"]
            .sudo()
            ._read_group(
                [("complaint_id", "in", self.ids)],
                ["complaint_id"],
                ["percent:sum", "state:array_agg_distinct"],
            )
        )
        splits = {complaint.id: (total, set(states)) for complaint, total, states in groups}
        return {**super()._count_parts(), "splits": splits}

    def _get_gap_texts(self, counts):
        gaps = super()._get_gap_texts(counts)
        total, states = counts["splits"].get(self.id, (0, set()))
        needs = self.env["customer.complaint.depth"]._match(self).needs
        if not states and "responsibility" in needs:
            gaps.append(self.env._("the split of responsibility"))
        elif states and not self._is_whole(total):
            gaps.append(self.env._("responsibility for %(total)g %% instead of 100 %%", total=total))
        elif "draft" in states:
            gaps.append(self.env._("the split of responsibility is not put to those named"))
        elif not states.issubset(SETTLED):
            gaps.append(self.env._("an answer or decision on the split of responsibility"))
        return gaps
