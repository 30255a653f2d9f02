from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .customer_complaint_assign_rule import STAFF_CHANNELS
from .customer_complaint_stage import OPEN_PHASES

# A change of one of these may make a complaint one that the service manager joins.
WEIGHT_FIELDS = {"severity", "urgency", "is_major", "partner_id", "team_id"}


class CustomerComplaint(models.Model):
    """Who took a complaint first and stays responsible, who helps, and the service manager who joins."""

    _inherit = "customer.complaint"

    receiver_id = fields.Many2one(
        "res.users",
        string="First Receiver",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
        help="Who registered the complaint, else its first handler. Is kept for ever.",
    )
    helper_ids = fields.Many2many(
        "res.users",
        "customer_complaint_helper_rel",
        "complaint_id",
        "user_id",
        string="Helpers",
        copy=False,
        domain=[("share", "=", False)],
        groups="base.group_user",
        help="See and write the complaint as its handler does.",
    )
    is_manager_joined = fields.Boolean(
        string="Service Manager Joined", readonly=True, copy=False, groups="base.group_user"
    )

    @api.constrains("helper_ids")
    def _check_helpers(self):
        if any(self.sudo().helper_ids.mapped("share")):
            raise ValidationError(self.env._("Only employees can help with complaints."))

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        for vals, complaint in zip(vals_list, complaints, strict=True):
            if vals.get("helper_ids"):
                complaint._subscribe_helpers({})
        complaints._join_manager()
        return complaints

    def write(self, vals):
        before = (
            {complaint: complaint.helper_ids for complaint in self.sudo()} if "helper_ids" in vals else None
        )
        result = super().write(vals)
        if before is not None:
            self._subscribe_helpers(before)
        if vals.get("user_id"):
            self._note_receiver(vals["user_id"])
        if not WEIGHT_FIELDS.isdisjoint(vals):
            self._join_manager()
        return result

    @api.model
    def _fill_receivers(self, vals_list):
        """Note who took new complaints first: the member of staff who registers, else the first handler."""
        is_staff = not self.env.su and self.env.user._is_internal()
        for vals in vals_list:
            if vals.get("receiver_id"):
                continue
            registers = is_staff and vals.get("channel", "phone") in (*STAFF_CHANNELS, "callback")
            vals["receiver_id"] = self.env.uid if registers else vals.get("user_id") or False

    def _note_receiver(self, user_id):
        missing = self.sudo().filtered(lambda complaint: not complaint.receiver_id)
        missing._write_dates({"receiver_id": user_id})

    def _stays_responsible(self):
        """Return those whose first receiver stays responsible."""
        facts = self.env["customer.complaint.team"]._get_people_facts()
        return self.sudo().filtered(
            lambda complaint: (
                complaint.receiver_id.active and facts.get(complaint.team_id.id, {}).get("receiver_stays")
            )
        )

    def message_unsubscribe(self, partner_ids=None):
        """Keep the first receiver among the followers where he stays responsible.

        :raises UserError: when somebody else would remove him
        """
        if partner_ids and not self.env.su:
            kept = self._stays_responsible().receiver_id.partner_id.filtered(
                lambda partner: partner.id in partner_ids
            )
            if kept and kept != self.env.user.partner_id:
                raise UserError(
                    self.env._(
                        "%(name)s took this complaint first, stays responsible and keeps following it.",
                        name=kept[0].name,
                    )
                )
        return super().message_unsubscribe(partner_ids)

    def _tell_receivers(self, text):
        """Tell first receivers who stay responsible what became of their complaints, one message for each of them.

        :param text: function of an environment, gives the sentence in its language
        """
        for user, complaints in self._stays_responsible().grouped("receiver_id").items():
            others = complaints.filtered(lambda complaint, user=user: complaint.user_id != user)
            if not others or user == self.env.user:
                continue
            others._message_subscribe(user.partner_id.ids)
            env = others.with_context(lang=user.lang).env
            for complaint in others:
                complaint.with_context(lang=user.lang).message_notify(
                    partner_ids=user.partner_id.ids,
                    subject=complaint.display_name,
                    body=text(env),
                    email_layout_xmlid="mail.mail_notification_light",
                )

    def _complaint_on_closed(self):
        result = super()._complaint_on_closed()
        self._tell_receivers(lambda env: env._("A complaint that you took first was closed."))
        return result

    # Helpers

    def _subscribe_helpers(self, before):
        """Let new helpers follow.

        :param before: {complaint: helpers} before the change
        """
        for complaint in self.sudo():
            added = complaint.helper_ids - before.get(complaint, complaint.helper_ids.browse())
            if added:
                complaint._message_subscribe(added.partner_id.ids)

    # The service manager

    def _join_manager(self):
        """Let the service manager of the team help with major complaints and those of key customers, once."""
        facts = self.env["customer.complaint.team"]._get_people_facts()
        if not any(fact["manager_id"] for fact in facts.values()):
            return
        for team_id, complaints in self.sudo().grouped(lambda complaint: complaint.team_id.id).items():
            manager_id = facts.get(team_id, {}).get("manager_id")
            if not manager_id:
                continue
            manager = self.env["res.users"].sudo().browse(manager_id)
            joined = complaints.filtered(
                lambda complaint, manager=manager: (
                    not complaint.is_manager_joined
                    and complaint._is_weighty()
                    and not complaint._is_hidden_from(manager)
                )
            )
            if joined and manager.active:
                joined._add_manager(manager)

    def _is_weighty(self):
        """Return whether the service manager joins the complaint (singleton, superuser). Override for more."""
        self.ensure_one()
        if self.stage_id._get_phase() not in OPEN_PHASES:
            return False
        if self.is_major or self.severity == "major" or self.priority == "3":
            return True
        keys = self.env["customer.grade"]._get_key_grades()
        return bool(keys) and self.partner_id.care_grade_id.id in keys

    def _add_manager(self, manager):
        self._write_dates({"is_manager_joined": True})
        others = self.filtered(lambda complaint: complaint.user_id != manager)
        others.write({"helper_ids": [fields.Command.link(manager.id)]})
        summary = self.with_context(lang=manager.lang).env._(
            "Look at a complaint that is major or of a key customer"
        )
        others.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_todo", user_id=manager.id, summary=summary
        )
