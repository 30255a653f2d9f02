from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class CustomerComplaintHandover(models.Model):
    """A complaint offered to somebody else: until it is accepted nothing changes. Written by the program alone."""

    _name = "customer.complaint.handover"
    _description = "Complaint Hand-Over"
    _inherit = "customer.program.mixin"
    _order = "id desc"
    _rec_name = "user_id"

    complaint_id = fields.Many2one(
        "customer.complaint", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="complaint_id.company_id")
    from_user_id = fields.Many2one("res.users", string="Handed Over by", readonly=True)
    offered_by_id = fields.Many2one("res.users", string="Offered by", readonly=True, required=True)
    user_id = fields.Many2one("res.users", string="Offered to", required=True, readonly=True, index=True)
    team_id = fields.Many2one("customer.complaint.team", string="New Team", readonly=True)
    note = fields.Text(readonly=True, required=True)
    state = fields.Selection(
        [
            ("open", "Waits for an Answer"),
            ("accepted", "Agreed"),
            ("declined", "Declined"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="open",
        index=True,
    )
    answer = fields.Text(readonly=True)
    offered_datetime = fields.Datetime(
        string="Offered on", readonly=True, required=True, default=fields.Datetime.now
    )
    answered_datetime = fields.Datetime(string="Answered on", readonly=True)

    _open_uniq = models.UniqueIndex(
        "(complaint_id) WHERE state = 'open'", "This complaint waits already for the answer to a hand-over."
    )

    def _get_program_error(self):
        return self.env._("Hand-overs are noted by the program alone.")


class CustomerComplaint(models.Model):
    """Handing over: with a note, to be accepted or declined; time limits go on."""

    _inherit = "customer.complaint"

    handover_user_id = fields.Many2one(
        "res.users",
        string="Offered for Hand-Over to",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
    )
    is_offered_to_me = fields.Boolean(compute="_compute_is_offered_to_me", groups="base.group_user")
    handover_ids = fields.One2many(
        "customer.complaint.handover",
        "complaint_id",
        string="Hand-Overs",
        readonly=True,
        groups="base.group_user",
    )

    @api.depends("handover_user_id")
    @api.depends_context("uid")
    def _compute_is_offered_to_me(self):
        for complaint in self:
            complaint.is_offered_to_me = complaint.handover_user_id == self.env.user

    def write(self, vals):
        if "user_id" in vals:
            # whoever gives the complaint to somebody directly ends the offer
            self.sudo().filtered("handover_user_id")._end_handover("withdrawn")
        return super().write(vals)

    def action_hand_over(self):
        """Open the dialog that offers the complaints to a colleague or another team."""
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_hand_over_action"
        )
        return {**action, "context": {"default_complaint_ids": self.ids}}

    def action_accept_handover(self):
        """Take over the complaints that were offered to the user.

        :raises AccessError: when one was not
        """
        complaints = self._get_offered()
        for handover in complaints._get_open_handovers():
            complaint = handover.complaint_id
            vals = {"user_id": self.env.uid, "handler_reason": "handover", "assign_rule_id": False}
            if handover.team_id and handover.team_id != complaint.team_id:
                vals["team_id"] = handover.team_id.id
                if not complaint.stage_id._is_open_to(handover.team_id):
                    vals["stage_id"] = complaint.stage_id._get_first(handover.team_id).id
            complaint._end_handover("accepted")
            complaint.write(vals)
        name = self.env.user.name
        complaints._tell_receivers(
            lambda env: env._("A complaint that you took first is now handled by %(name)s.", name=name)
        )

    def action_decline_handover(self, reason=None):
        """Decline what was offered to the user; without a reason, as from the button, ask for it."""
        complaints = self._get_offered()
        reason = str(reason or "").strip()
        if not reason:
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "customer_complaint.customer_complaint_decline_action"
            )
            return {**action, "context": {"default_complaint_ids": self.ids}}
        handovers = complaints._get_open_handovers()
        complaints._end_handover("declined", reason)
        for handover in handovers:
            user = handover.from_user_id or handover.offered_by_id
            if user.active:
                summary = handover.with_context(lang=user.lang).env._(
                    "%(name)s declined: %(reason)s", name=self.env.user.name, reason=reason
                )
                handover.complaint_id.with_context(mail_activity_quick_update=True).activity_schedule(
                    "mail.mail_activity_data_todo", user_id=user.id, summary=summary[:200]
                )
        # He may not see the complaint any more.
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_action_my"
        )
        return {**action, "target": "main"}

    def action_withdraw_handover(self):
        """Take back the offer."""
        self.check_access("write")
        self.sudo().filtered("handover_user_id")._end_handover("withdrawn")

    def _hand_over(self, user, team, note):
        """Offer the complaints to ``user``, in ``team`` (empty: the team stays); rights are the caller's affair.

        :raises UserError: when the user cannot handle complaints, or one is done or offered already
        """
        complaints = self.sudo()
        if user.share or not user.active or not user.has_group("customer_complaint.group_complaint_user"):
            raise UserError(self.env._("%(name)s does not handle complaints.", name=user.name))
        wrong = complaints.filtered(
            lambda complaint: (
                complaint.phase not in ("open", "waiting")
                or complaint.handover_user_id
                or complaint.user_id == user
                or complaint.company_id not in user.company_ids
                or (team and team.company_id != complaint.company_id)
                or complaint._is_hidden_from(user)
            )
        )
        if wrong:
            raise UserError(
                self.env._(
                    "These complaints are done, offered to somebody already, or cannot be offered to "
                    "%(name)s: %(complaints)s",
                    name=user.name,
                    complaints=", ".join(wrong.mapped("number")),
                )
            )
        self.env["customer.complaint.handover"].sudo().create(
            [
                {
                    "complaint_id": complaint.id,
                    "from_user_id": complaint.user_id.id,
                    "offered_by_id": self.env.uid,
                    "user_id": user.id,
                    "team_id": team.id,
                    "note": note,
                }
                for complaint in complaints
            ]
        )
        complaints.write({"handover_user_id": user.id})
        summary = self.with_context(lang=user.lang).env._("Accept or decline: %(note)s", note=note)
        complaints.with_context(mail_activity_quick_update=True).activity_schedule(
            "customer_complaint.mail_activity_type_handover", user_id=user.id, summary=summary[:200]
        )
        text = self.env._("Offered to %(name)s: %(note)s", name=user.name, note=note)
        complaints._message_log_batch(bodies=dict.fromkeys(complaints.ids, text))

    def _is_hidden_from(self, user):
        """Return whether ``user`` must not see the complaint (singleton), whoever offers it."""
        self.ensure_one()
        return False

    def _get_offered(self):
        """Return the complaints as superuser.

        :raises AccessError: unless all are offered to the user
        """
        complaints = self.sudo().exists()
        if not complaints or any(complaint.handover_user_id != self.env.user for complaint in complaints):
            raise AccessError(self.env._("This complaint is not offered to you."))
        return complaints

    def _get_open_handovers(self):
        return (
            self.env["customer.complaint.handover"]
            .sudo()
            .search([("complaint_id", "in", self.ids), ("state", "=", "open")])
        )

    def _end_handover(self, state, answer=None):
        """End the open offers of the complaints, as superuser."""
        if not self:
            return
        handovers = self._get_open_handovers()
        handovers.write({"state": state, "answer": answer, "answered_datetime": fields.Datetime.now()})
        self.write({"handover_user_id": False})
        self.activity_unlink(["customer_complaint.mail_activity_type_handover"])
        texts = {
            "accepted": self.env._("Hand-over accepted."),
            "declined": self.env._("Hand-over declined: %(reason)s", reason=answer),
            "withdrawn": self.env._("Hand-over withdrawn."),
        }
        self._message_log_batch(bodies=dict.fromkeys(self.ids, texts[state]))

    def _complaint_on_ended(self):
        result = super()._complaint_on_ended()
        self.filtered("handover_user_id")._end_handover("withdrawn")
        return result
