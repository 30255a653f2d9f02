from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

CONFIDENTIAL_FIELDS = {"is_confidential", "accused_ids"}
# A change of one of these may take the complaint out of somebody's sight.
SIGHT_FIELDS = {
    *CONFIDENTIAL_FIELDS,
    "user_id",
    "helper_ids",
    "handover_user_id",
    "receiver_id",
    "team_id",
    "investigator_id",
}


class CustomerComplaint(models.Model):
    """Confidential complaints: who may see them.

    The handler, the helpers, whom it is offered to, the investigator, the service manager of the team, and as far as
    they are no colleagues of the accused (members of the same complaint team) the complaint managers, directors and
    auditors. Directors see it also as colleagues. The accused never does, whatever the role. ``ir_rule`` applies the
    domain to the complaint, to all that belongs to it, and to the timeline.
    """

    _inherit = "customer.complaint"

    is_confidential = fields.Boolean(
        string="Confidential",
        default=False,
        copy=False,
        tracking=True,
        groups="base.group_user",
        help="Seen by the handler, the helpers, the service manager, managers and directors only, never by the "
        "accused and their colleagues.",
    )
    accused_ids = fields.Many2many(
        "res.users",
        "customer_complaint_accused_rel",
        "complaint_id",
        "user_id",
        string="Employees Complained of",
        copy=False,
        context={"active_test": False},
        domain=[("share", "=", False)],
        groups="base.group_user",
        help="Do not see this complaint while it is confidential, whatever their role; nor do their colleagues.",
    )
    access_ids = fields.One2many(
        "customer.complaint.access",
        "complaint_id",
        string="Accesses",
        readonly=True,
        groups="customer_complaint.group_complaint_manager,customer_care.group_care_director,customer_care.group_care_auditor",
    )

    _confidential_idx = models.Index("(id) WHERE is_confidential IS TRUE")

    @api.depends("is_confidential")
    @api.depends_context("lang", "uid")
    def _compute_display_name(self):
        """Tell nothing to who may not see the complaint: names are read as superuser wherever it is linked."""
        result = super()._compute_display_name()
        secret = self.sudo().filtered("is_confidential")
        if secret and self.env.user._is_internal() and not self.env.user._is_superuser():
            hidden = secret - secret.filtered_domain(self._get_confidential_domain())
            hidden.with_env(self.env).display_name = self.env._("Confidential complaint")
        return result

    @api.constrains("is_confidential", "accused_ids", "user_id", "helper_ids")
    def _check_accused(self):
        for complaint in self.sudo().filtered("is_confidential"):
            both = complaint.accused_ids & (complaint.user_id | complaint.helper_ids)
            if both:
                raise ValidationError(
                    self.env._(
                        "%(names)s cannot handle a confidential complaint about themselves.",
                        names=", ".join(both.mapped("name")),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        if any(vals.get("is_confidential") for vals in vals_list):
            complaints.sudo().filtered("is_confidential")._take_out_of_sight()
        return complaints

    def write(self, vals):
        self._check_confidential_change(vals)
        result = super().write(vals)
        if not SIGHT_FIELDS.isdisjoint(vals):
            self.sudo().filtered("is_confidential")._take_out_of_sight()
        return result

    def _check_confidential_change(self, vals):
        """Leave making a confidential complaint public, or changing the accused, to managers.

        :raises AccessError: for others
        """
        if self.env.su or CONFIDENTIAL_FIELDS.isdisjoint(vals):
            return
        if self.env.user.has_group("customer_complaint.group_complaint_manager"):
            return
        if self.sudo().filtered("is_confidential") and (
            not vals.get("is_confidential", True) or "accused_ids" in vals
        ):
            raise AccessError(
                self.env._(
                    "Only a manager can change of whom a confidential complaint is, or make it public."
                )
            )

    def _determine_fields_to_fetch(self, field_names=None, ignore_when_in_cache=False):
        # the log of accesses asks for it with each reading: no query of its own
        if field_names is not None and not self.env.su and self.env.user._is_internal():
            field_names = [*field_names, "is_confidential"]
        return super()._determine_fields_to_fetch(field_names, ignore_when_in_cache)

    def _read_format(self, fnames, load="_classic_read"):
        self._note_accesses()
        return super()._read_format(fnames, load)

    def export_data(self, fields_to_export):
        result = super().export_data(fields_to_export)
        self._note_accesses()
        return result

    def _note_accesses(self):
        """Note who looks at confidential complaints; the program itself is not noted."""
        if self.env.su or not self.env.user._is_internal():
            return
        seen = self.sudo().filtered(lambda complaint: complaint.id and complaint.is_confidential)
        if seen:
            self.env["customer.complaint.access"].sudo(False)._note(seen)

    # Who may see

    @api.model
    def _get_confidential_domain(self):
        """Return the domain of the complaints whose confidentiality lets the user see them."""
        return self._get_confidential_domain_of(self.env.uid)

    @api.model
    @tools.ormcache("uid")
    def _get_confidential_domain_of(self, uid):
        user = self.env["res.users"].sudo().browse(uid)
        if user.share:
            # colleagues of who is protected do not learn of it from their portal either
            shown = Domain("is_confidential", "=", False) & Domain("is_identity_protected", "=", False)
            return shown | Domain("partner_id", "=", user.partner_id.id)
        own = Domain("is_confidential", "=", True) & self._get_own_confidential_domain(user)
        # The few there are, as a subquery that depends on no row: an index alone answers how many are in a stage.
        few = self.sudo().with_context(active_test=False)._search(own).subselect()
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "(%s IS NOT TRUE OR %s IN %s)",
                model._field_to_sql(alias, "is_confidential", query),
                SQL.identifier(alias, "id"),
                few,
            ),
            predicate=lambda complaint: not complaint.is_confidential or bool(complaint.filtered_domain(own)),
        )

    @api.model
    def _get_own_confidential_domain(self, user):
        """Return the domain of the confidential complaints that an employee may see."""
        named = (
            Domain("user_id", "=", user.id)
            | Domain("helper_ids", "in", user.ids)
            | Domain("handover_user_id", "=", user.id)
            | Domain("investigator_id", "=", user.id)
            | Domain("team_id.manager_id", "=", user.id)
        )
        if user.has_group("customer_care.group_care_director"):
            named = Domain.TRUE
        elif (
            user.has_group("customer_complaint.group_complaint_manager")
            or user.has_group("customer_care.group_care_auditor")
            or user.has_group("customer_care.group_care_admin")
        ):
            colleagues = self._get_colleagues(user)
            named |= ~Domain("accused_ids", "in", colleagues.ids)
        return ~Domain("accused_ids", "in", user.ids) & named

    @api.model
    def _get_colleagues(self, user):
        """Return who is in a complaint team with ``user``, as member or leader, without the user."""
        Team = self.env["customer.complaint.team"].sudo()
        teams = Team.search(Domain("member_ids", "in", user.ids) | Domain("user_id", "=", user.id))
        return (teams.member_ids | teams.user_id) - user

    def _is_hidden_from(self, user):
        self.ensure_one()
        if super()._is_hidden_from(user):
            return True
        return self.is_confidential and user in self.accused_ids

    def _get_seeing_users(self, users):
        """Return those of ``users`` whom confidentiality and roles let see the complaint (singleton)."""
        self.ensure_one()
        return users.filtered(lambda user: self.with_user(user).has_access("read"))

    # Nothing goes out to those who may not see it

    def _take_out_of_sight(self):
        """Remove from followers, messages and to-dos who may not see the complaints any more, as superuser."""
        self.env.flush_all()
        self._move_callbacks()
        for complaint in self:
            messages = complaint.message_ids
            partners = (
                complaint.message_partner_ids
                | messages.partner_ids
                | messages.notified_partner_ids
                | complaint.activity_ids.user_id.partner_id
            )
            users = partners.with_context(active_test=False).user_ids.filtered(lambda user: not user.share)
            hidden = users - complaint._get_seeing_users(users)
            if not hidden:
                continue
            lost = hidden.partner_id
            complaint.message_unsubscribe(lost.ids)
            messages.notification_ids.filtered(
                lambda notification, lost=lost: notification.res_partner_id in lost
            ).unlink()
            addressed = messages.filtered(lambda message, lost=lost: message.partner_ids & lost)
            addressed.write({"partner_ids": [fields.Command.unlink(partner.id) for partner in lost]})
            complaint.activity_ids.filtered(
                lambda activity, hidden=hidden: activity.user_id in hidden
            ).unlink()

    def _move_callbacks(self):
        """Take open callbacks from who may not know of them any more, as superuser; their subject tells nothing."""
        callbacks = self.env["customer.callback"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids), ("state", "=", "planned")]
        )
        for callback in callbacks:
            vals = {"subject": self.env._("Callback about a protected matter")}
            complaint = self.browse(callback.res_id)
            if not complaint._is_known_to(callback.user_id):
                told = complaint._get_told_user()
                vals["user_id"] = told.id if complaint._is_known_to(told) else False
            callback.write(vals)

    def _is_known_to(self, user):
        """Return whether a user, may be empty, sees the complaint and who complained (singleton)."""
        complaint = self.with_user(user).sudo(False)
        return bool(user) and complaint.has_access("read") and not complaint._hides_identity()

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        """Keep those out who may not see the complaint."""
        confidential = self.sudo().filtered("is_confidential") if partner_ids else self.browse()
        if not confidential:
            return super()._message_subscribe(partner_ids, subtype_ids, customer_ids)
        public = self - confidential.with_env(self.env)
        if public:
            super(CustomerComplaint, public)._message_subscribe(partner_ids, subtype_ids, customer_ids)
        for complaint in confidential:
            allowed = complaint._get_allowed_partners(partner_ids)
            super(CustomerComplaint, complaint.with_env(self.env))._message_subscribe(
                allowed, subtype_ids, customer_ids
            )
        return True

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Leave out who may not see the complaint, also when somebody mentions him."""
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if not recipients or len(self) != 1 or not self.sudo().is_confidential:
            return recipients
        allowed = set(self._get_allowed_partners([recipient["id"] for recipient in recipients]))
        return [recipient for recipient in recipients if recipient["id"] in allowed or not recipient["id"]]

    def _get_allowed_partners(self, partner_ids):
        """Return those of the ids that are no employee, or one who may see the complaint (singleton)."""
        partners = self.env["res.partner"].sudo().with_context(active_test=False).browse(partner_ids)
        employees = partners.user_ids.filtered(lambda user: not user.share)
        hidden = employees - self._get_seeing_users(employees)
        return (partners - hidden.partner_id).ids

    def _get_told_user(self):
        """Have the service manager told where nobody handles it: the leader of the team does not see it."""
        if not self.is_confidential or self.user_id:
            return super()._get_told_user()
        manager = self.team_id.manager_id
        return manager.browse() if manager in self.accused_ids else manager

    def _complaint_remind(self, type_xmlid, summary):
        secret = self.filtered("is_confidential")
        for complaint in secret:
            user = complaint._get_told_user()
            if user:
                complaint.with_context(mail_activity_quick_update=True).activity_schedule(
                    type_xmlid, summary=summary, user_id=user.id
                )
        return super(CustomerComplaint, self - secret)._complaint_remind(type_xmlid, summary)

    def _plan_follow_up(self, trigger):
        """Have no callbacks made by people who may not know of the complaint."""
        return super(
            CustomerComplaint, self.filtered(lambda complaint: not complaint.is_confidential)
        )._plan_follow_up(trigger)
