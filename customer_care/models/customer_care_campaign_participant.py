from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

# Only the methods of this model set these, from these values on; the token has a default of its own.
GUARDED_FIELDS = {
    "state": "target",
    "date_invited": False,
    "date_answered": False,
    "is_reminded": False,
    "is_walk_in": False,
    "mail_due": False,
    "date_tried": False,
    "blocked_reason": False,
    "res_model": False,
    "res_id": False,
}
# Follow from other fields, or are nobody's to set.
CLOSED_FIELDS = ("token", "commercial_partner_id", "company_id")
# Who is it, once the list stands.
KEY_FIELDS = ("campaign_id", "partner_id")
EVENT_KINDS = {
    "invited": "campaign_invited",
    "accepted": "campaign_accepted",
    "waiting": "campaign_waiting",
    "declined": "campaign_declined",
    "attended": "campaign_attended",
    "absent": "campaign_absent",
}


class CustomerCareCampaignParticipant(models.Model):
    """One customer on the list of a campaign, from target to attendance.

    How answers and seats work is in ``customer_care_campaign_answer``, mails in ``customer_care_campaign_mail``.
    """

    _name = "customer.care.campaign.participant"
    _description = "Participant of a Campaign"
    _inherit = [
        "customer.guard.mixin",
        "customer.link.mixin",
        "customer.care.mixin",
        "customer.care.link.mixin",
    ]
    _link_path = "/care/event"
    _order = "campaign_id desc, id"
    _rec_name = "partner_id"
    _rec_names_search = ["partner_id", "contact_id"]
    _check_company_auto = True
    _guarded_fields = GUARDED_FIELDS
    _computed_fields = CLOSED_FIELDS

    campaign_id = fields.Many2one(
        "customer.care.campaign", required=True, ondelete="cascade", check_company=True, index=True
    )
    company_id = fields.Many2one(
        "res.company", related="campaign_id.company_id", store=True, precompute=True, index=True
    )
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
    contact_id = fields.Many2one(
        "res.partner",
        string="Contact Person",
        ondelete="set null",
        index="btree_not_null",
        domain="[('commercial_partner_id', '=', commercial_partner_id), ('id', '!=', partner_id)]",
        help="Gets the invitation instead of the customer's general address.",
    )
    email = fields.Char(compute="_compute_address")
    phone = fields.Char(compute="_compute_address")
    care_user_id = fields.Many2one(
        related="partner_id.care_user_id", string="Responsible Specialist", groups="base.group_user"
    )
    grade_id = fields.Many2one(related="partner_id.care_grade_id", string="Grade", groups="base.group_user")
    campaign_state = fields.Selection(related="campaign_id.state", string="State of the Campaign")
    date_begin = fields.Datetime(related="campaign_id.date_begin", string="Begin")

    state = fields.Selection(
        [
            ("target", "On the list"),
            ("invited", "Invited"),
            ("accepted", "Will Come"),
            ("waiting", "On the waiting list"),
            ("declined", "Declined"),
            ("attended", "Attended"),
            ("absent", "Absent"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="target",
        group_expand=True,
    )
    date_invited = fields.Datetime(string="Invited On", readonly=True, copy=False)
    date_answered = fields.Datetime(string="Answered On", readonly=True, copy=False)
    companions = fields.Integer(copy=False)
    remark = fields.Text(copy=False)
    is_reminded = fields.Boolean(string="Reminded", readonly=True, copy=False)
    is_walk_in = fields.Boolean(string="Walk-in", readonly=True, copy=False, help="Came without invitation.")
    token = fields.Char(groups=fields.NO_ACCESS, copy=False, readonly=True)

    # Mails
    mail_due = fields.Selection(
        [
            ("invitation", "Invitation"),
            ("reminder", "Reminder"),
            ("confirmation", "Confirmation"),
            ("waiting", "Waiting list"),
            ("seat", "Seat became free"),
            ("change", "Change notice"),
            ("cancellation", "Cancellation"),
        ],
        string="Mail to Send",
        readonly=True,
        copy=False,
    )
    date_tried = fields.Datetime(string="Last Try", readonly=True, copy=False)
    blocked_reason = fields.Char(string="Not Sent Because", readonly=True, copy=False)

    # The measure of a care plan that put the customer on the list
    res_model = fields.Char(string="Document Model", readonly=True, copy=False)
    res_id = fields.Many2oneReference(string="Document", model_field="res_model", readonly=True, copy=False)

    _partner_uniq = models.Constraint(
        "UNIQUE(campaign_id, partner_id)", "This customer is on the list of the campaign already."
    )
    _check_companions = models.Constraint(
        "CHECK(companions BETWEEN 0 AND 50)", "A guest brings from 0 to 50 companions."
    )
    _order_idx = models.Index("(campaign_id DESC, id)")
    _state_idx = models.Index("(campaign_id, state)")
    _mail_idx = models.Index("(id) WHERE mail_due IS NOT NULL")

    def _renew_token(self):
        """Give each row another secret; links sent before do not open any more."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE customer_care_campaign_participant SET token = %s WHERE id = ANY(%s)",
                self._get_token_sql(),
                self.ids,
            )
        )
        self.invalidate_recordset(["token"])

    @api.model
    def _get_token_sql(self):
        """Return SQL of a new secret of 244 random bits, another one for each row."""
        return SQL("replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')")

    @api.depends("partner_id", "campaign_id")
    def _compute_display_name(self):
        for participant in self:
            names = (participant.partner_id.display_name, participant.campaign_id.name)
            participant.display_name = " · ".join(name for name in names if name)

    @api.depends("contact_id.email", "contact_id.phone", "partner_id.email", "partner_id.phone")
    def _compute_address(self):
        for participant in self:
            person = participant._get_addressee()
            participant.email = person.email
            participant.phone = person.phone or participant.partner_id.phone

    @api.constrains("partner_id", "contact_id")
    def _check_contact(self):
        """:raises ValidationError: the invitation would go to somebody who does not belong to the customer"""
        for one in self.sudo().filtered("contact_id"):
            if one.contact_id.commercial_partner_id != one.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s does not belong to %(customer)s.",
                        contact=one.contact_id.name,
                        customer=one.partner_id.display_name,
                    )
                )

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """The list holds customers; a contact chosen becomes the contact person."""
        customer = self.partner_id.commercial_partner_id
        if customer and customer != self.partner_id:
            self.contact_id = self.partner_id
            self.partner_id = customer

    @api.model_create_multi
    def create(self, vals_list):
        participants = super().create([self._clean(vals) for vals in vals_list])
        participants._check_open()
        participants._renew_token()
        return participants

    def write(self, vals):
        if "companions" in vals:
            self.campaign_id._lock_seats()
        result = super().write(vals)
        if "companions" in vals:
            self.campaign_id._check_seats()
            self.campaign_id._promote_waiting()
        return result

    def _check_change(self, vals):
        self._check_open()
        if any(name in vals for name in KEY_FIELDS):
            raise UserError(self.env._("Campaign and customer stay: remove the row and add another one."))
        return super()._check_change(vals)

    @api.model
    def _clean(self, vals):
        """Return the values with the customer on the list, and a contact given in its place as contact person."""
        partner = self.env["res.partner"].browse(vals.get("partner_id"))
        customer = partner.sudo().commercial_partner_id
        if not customer or customer == partner:
            return vals
        return {**vals, "partner_id": customer.id, "contact_id": vals.get("contact_id") or partner.id}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_invited(self):
        if not self.env.su and any(one.state != "target" for one in self):
            raise UserError(
                self.env._("Only who was not invited yet can be removed: the others are part of the history.")
            )

    # What the buttons do, for one or many

    def action_invite(self):
        """Queue the invitation of those on the list who were not invited yet.

        :raises UserError: the campaign takes no answers (any more), or is not approved
        """
        self._check_may_handle()
        campaigns = self.campaign_id
        campaigns._approval_check_approved()
        if any(not campaign._is_answerable() for campaign in campaigns):
            raise UserError(
                self.env._("Invitations go out while the campaign is inviting and answers are still taken.")
            )
        self._queue("invitation", ("target",))
        return True

    def action_remind(self):
        """Queue a reminder, once for each of those who have not answered."""
        self._check_may_handle()
        if any(not campaign._is_answerable() for campaign in self.campaign_id):
            raise UserError(
                self.env._("Invitations go out while the campaign is inviting and answers are still taken.")
            )
        self.filtered(lambda one: not one.is_reminded)._queue("reminder", ("invited",))
        return True

    def action_accept(self):
        """Note that the customers said yes, e.g. by phone."""
        return self._answer_by_staff("yes")

    def action_decline(self):
        """Note that the customers said no, e.g. by phone."""
        return self._answer_by_staff("no")

    def action_attend(self):
        """Note that the customers are here."""
        self._check_may_check_in()
        self.filtered(lambda one: one.state != "attended")._set_state("attended")
        return True

    def action_absent(self):
        """Note that the customers did not come."""
        self._check_may_check_in()
        self.filtered(lambda one: one.state not in ("absent", "target"))._set_state("absent")
        return True

    def action_undo_attendance(self):
        """Take back an attendance or absence noted by mistake; what was there before counts again."""
        self._check_may_check_in()
        ended = self.sudo().filtered(lambda one: one.state in ("attended", "absent"))
        for state, group in ended.grouped(
            lambda one: "accepted" if one.date_answered else "invited" if one.date_invited else "target"
        ).items():
            group.write({"state": state})
        return True

    def _answer_by_staff(self, choice):
        self._check_may_handle()
        for one in self.filtered(lambda row: row.state not in ("attended", "absent")):
            one._answer(choice, one.companions, one.remark)
        return True

    # Rules

    def _set_state(self, state):
        """Change the state as superuser, with a row in the timeline, and a contact where they met.

        Two statements, whatever their number: a campaign may end with tens of thousands of guests who stayed away.
        """
        if not self:
            return
        self.env.flush_all()
        now, campaigns = fields.Datetime.now(), self.sudo().campaign_id
        self.env.cr.execute(
            SQL(
                "UPDATE customer_care_campaign_participant SET state = %s, write_uid = %s, write_date = %s"
                " WHERE id = ANY(%s)",
                state,
                self.env.uid,
                now,
                self.ids,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_care_event
                       (partner_id, commercial_partner_id, company_id, date, kind, summary, user_id, res_model, res_id)
                SELECT p.partner_id, c.commercial_partner_id, p.company_id, %(now)s, %(kind)s, names.name, %(uid)s,
                       %(model)s, p.id
                  FROM customer_care_campaign_participant p
                  JOIN res_partner c ON c.id = p.partner_id
                  JOIN unnest(%(campaigns)s::int[], %(names)s::varchar[]) AS names(id, name) ON names.id = p.campaign_id
                 WHERE p.id = ANY(%(ids)s)
                 ORDER BY p.id
                """,
                now=now,
                kind=EVENT_KINDS[state],
                uid=self.env.uid,
                model=self._name,
                campaigns=campaigns.ids,
                names=campaigns.mapped("name"),
                ids=self.ids,
            )
        )
        self.invalidate_model(["state", "write_uid", "write_date"])
        campaigns.invalidate_recordset()
        if state == "attended":
            self._log_contacts()
            self._call_document_hook()

    def _log_contacts(self):
        Log = self.env["customer.contact.log"]
        Log._log_contacts(
            [
                {
                    "partner_id": (one.contact_id or one.partner_id).id,
                    "kind": "event",
                    "direction": "in",
                    "date_start": one.campaign_id.date_begin,
                    "date_end": one.campaign_id.date_end,
                    "user_id": one.campaign_id.user_id.id,
                    "subject": one.campaign_id.name,
                    "res_model": one._name,
                    "res_id": one.id,
                    "company_id": one.company_id.id,
                    "source": "campaign",
                }
                for one in self.sudo()
            ]
        )

    def _call_document_hook(self):
        """Tell the measures of care plans that put these customers on the list."""
        for one in self.sudo().filtered("res_model"):
            model = self.env.get(one.res_model)
            if model is not None and hasattr(model, "_care_campaign_attended"):
                model.sudo().browse(one.res_id).exists()._care_campaign_attended(one)

    def _get_addressee(self):
        """Return who is written to: the contact person, else the customer (singleton)."""
        self.ensure_one()
        return self.contact_id or self.partner_id

    def _check_open(self):
        """:raises UserError: the campaign is evaluated or cancelled"""
        if any(one.campaign_id.state in ("evaluated", "cancelled") for one in self.sudo()):
            raise UserError(self.env._("The list of an evaluated or cancelled campaign stays as it is."))

    def _check_may_handle(self):
        """:raises AccessError: no right to write; :raises UserError: the campaign is closed"""
        self.check_access("write")
        self._check_open()

    def _check_may_check_in(self):
        """:raises UserError: the campaign was not started, or is closed already"""
        self._check_may_handle()
        if any(one.campaign_id.state not in ("inviting", "running", "done") for one in self):
            raise UserError(self.env._("Attendance is noted from the start of a campaign to its evaluation."))

    # Contract of documents about a customer

    def _care_get_responsible(self):
        return self.campaign_id.user_id

    def _care_get_summary(self):
        return self.sudo().campaign_id.name
