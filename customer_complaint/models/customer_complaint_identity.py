from odoo import api, fields, models, tools
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from . import identity_fields as masked
from .customer_complaint import STAFF

CALLER_IS_CLIENT = "message_post_store"


class CustomerComplaintIdentity(models.Model):
    """Who complained is known to those alone who answer for the complaint; others work on the matter.

    The handler, the first receiver, who registered it, the service manager of the team, complaint managers, directors
    and auditors know it. The fields are those of ``identity_fields``. Correspondence with the customer, his files and
    the customer among the followers are hidden by ``ir_rule``.
    """

    _name = "customer.complaint"
    _inherit = ["customer.complaint", "complaint.identity.mixin"]

    is_identity_protected = fields.Boolean(
        string="Protect the Complainant's Identity",
        default=False,
        tracking=True,
        groups=STAFF,
        help="Who complained, his letters and his files are shown to the handler, the first receiver, the service "
        "manager, managers and directors only. Others work on the matter.",
    )
    is_identity_hidden = fields.Boolean(
        string="Identity Hidden from Me", compute="_compute_is_identity_hidden", groups=STAFF
    )
    # Of the mixins; what is found by them tells who complained.
    access_token = masked.Char()
    message_main_attachment_id = masked.Many2one()
    email_cc = masked.Char()
    message_ids = masked.SearchMaskedOne2many()
    website_message_ids = masked.SearchMaskedOne2many()
    rating_ids = masked.SearchMaskedOne2many()
    rating_last_feedback = masked.Text()

    _identity_idx = models.Index("(id) WHERE is_identity_protected IS TRUE")

    @api.depends("is_identity_protected", "user_id", "receiver_id", "team_id")
    @api.depends_context("uid")
    def _compute_is_identity_hidden(self):
        for complaint in self:
            complaint.is_identity_hidden = complaint._hides_identity()

    @api.onchange("category_id")
    def _onchange_category_identity(self):
        if self.category_id.id in self.category_id._get_protecting_ids():
            self.is_identity_protected = True

    # Create, write

    @api.model
    def _fill_protection(self, vals_list):
        """Protect the new complaints of the categories that ask for it, where nothing else was said."""
        protecting = self.env["customer.complaint.category"]._get_protecting_ids()
        for vals in vals_list:
            if vals.get("category_id") in protecting:
                vals.setdefault("is_identity_protected", True)

    def write(self, vals):
        self._check_identity_change(vals)
        protecting = self.env["customer.complaint.category"]._get_protecting_ids()
        if vals.get("category_id") in protecting and "is_identity_protected" not in vals:
            vals = {**vals, "is_identity_protected": True}
        result = super().write(vals)
        if vals.get("is_identity_protected"):
            self.env.flush_all()
            self.sudo()._move_callbacks()
        return result

    def _check_identity_change(self, vals):
        """Leave the identity, and whether it is protected, to those who know it.

        Nobody makes himself one of them: who takes a complaint from its handler is given it by him or a superior.

        :raises AccessError: for others
        """
        if self.env.su or self._sees_identities():
            return
        names = {name for name in vals if isinstance(self._fields.get(name), masked.Masked)}
        if not vals.get("is_identity_protected", True):
            names.add("is_identity_protected")
        if "user_id" in vals and vals["user_id"] in (False, self.env.uid) and self.sudo().user_id:
            names.add("user_id")
        if vals.get("team_id") in self._get_managed_team_ids(self.env.uid):
            names.add("team_id")
        if names and any(complaint._hides_identity() for complaint in self):
            raise AccessError(self._get_identity_refusal())

    def _get_identity_refusal(self):
        return self.env._("The complainant's identity is protected: only those who know it can do this.")

    # Who knows

    @api.model
    def _sees_identities(self):
        """Return whether the user knows all identities; customers see their own complaints alone."""
        return self._sees_identities_of(self.env.uid)

    @api.model
    @tools.ormcache("uid")
    def _sees_identities_of(self, uid):
        user = self.env["res.users"].sudo().browse(uid)
        return (
            user._is_superuser()
            or user.share
            or user.has_group("customer_complaint.group_complaint_manager")
            or user.has_group("customer_care.group_care_director")
            or user.has_group("customer_care.group_care_auditor")
        )

    @api.model
    @tools.ormcache("uid")
    def _get_managed_team_ids(self, uid):
        facts = self.env["customer.complaint.team"]._get_people_facts()
        return tuple(team_id for team_id, fact in facts.items() if fact["manager_id"] == uid)

    def _hides_identity(self):
        """Return whether the user does not know who complained (singleton)."""
        if self.env.su or self._sees_identities():
            return False
        return self._hides_identity_from(self.env.uid)

    def _hides_identity_from(self, uid):
        """Return whether the identity is hidden from a user who does not know all of them (singleton)."""
        complaint = self._origin.sudo()
        if not complaint.is_identity_protected:
            return False
        knowing = (complaint.user_id.id, complaint.receiver_id.id, complaint.create_uid.id)
        return uid not in knowing and complaint.team_id.id not in self._get_managed_team_ids(uid)

    @api.model
    def _get_hidden_identity_domain(self):
        """Return the domain of the complaints whose complainant the user does not know."""
        uid = self.env.uid
        return (
            Domain("is_identity_protected", "=", True)
            & Domain("user_id", "!=", uid)
            & Domain("receiver_id", "!=", uid)
            & Domain("create_uid", "!=", uid)
            & Domain("team_id", "not in", self._get_managed_team_ids(uid))
        )

    @api.model
    def _search_hidden_identities(self):
        """Return the query of the complaints, also archived ones, whose complainant the user does not know."""
        complaints = self.env["customer.complaint"].sudo().with_context(active_test=False)
        return complaints._search(self._get_hidden_identity_domain(), order="id")

    @api.model
    def _get_identity_sql(self, alias):
        """Return the condition that the user knows who complained, of the rows of ``alias``."""

        def column(name):
            return SQL.identifier(alias, name, to_flush=self._fields[name])

        uid = self.env.uid
        terms = [
            SQL("%s IS NOT TRUE", column("is_identity_protected")),
            *(SQL("%s = %s", column(name), uid) for name in ("user_id", "receiver_id", "create_uid")),
        ]
        managed = self._get_managed_team_ids(uid)
        if managed:
            terms.append(SQL("%s IN %s", column("team_id"), managed))
        return SQL("(%s)", SQL(" OR ").join(terms))

    def _determine_fields_to_fetch(self, field_names=None, ignore_when_in_cache=False):
        # each masked field asks for them: no query of its own
        if field_names is not None and not self.env.su and not self._sees_identities():
            field_names = [
                *field_names,
                "is_identity_protected",
                "user_id",
                "receiver_id",
                "create_uid",
                "team_id",
            ]
        return super()._determine_fields_to_fetch(field_names, ignore_when_in_cache)

    # What the program does in the name of somebody who does not know the complainant

    def _care_get_partner(self):
        return super(CustomerComplaintIdentity, self.sudo())._care_get_partner().with_env(self.env)

    def _message_track_post_template(self, changes):
        """Tell the customer what his stage says, whoever moves the complaint."""
        complaints = self.sudo() if self._hides_any_identity() else self
        return super(CustomerComplaintIdentity, complaints)._message_track_post_template(changes)

    def _portal_ensure_token(self):
        return super(CustomerComplaintIdentity, self.sudo())._portal_ensure_token()

    def _plan_follow_up(self, trigger):
        """Have no callbacks made by people who may not know the complainant."""
        return super(
            CustomerComplaintIdentity, self.filtered(lambda one: not one.sudo().is_identity_protected)
        )._plan_follow_up(trigger)

    def _hides_any_identity(self):
        return not (self.env.su or self._sees_identities()) and any(one._hides_identity() for one in self)

    # Ways to the customer's page

    def get_portal_url(self, *args, **kwargs):
        """Give the address without its secret to who does not know the complainant.

        :raises AccessError: for who must not read the complaint: who knows the secret needs no rights
        """
        self.check_access("read")
        return self.access_url if self._hides_identity() else super().get_portal_url(*args, **kwargs)

    def _get_share_url(self, *args, **kwargs):
        return self.access_url if self._hides_identity() else super()._get_share_url(*args, **kwargs)

    def _check_identity_known(self):
        """Refuse what tells, or needs to know, who complained.

        :raises AccessError: for those who do not know it
        """
        if self._hides_any_identity():
            raise AccessError(self._get_identity_refusal())

    def action_show_identity(self):
        """Open the dialog that shows who complained, after the reason was noted."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_complaint.customer_complaint_reveal_action"
            ),
            "context": {"default_complaint_id": self.id},
        }

    # Messages

    def message_post(self, **kwargs):
        """Leave writing to the customer to those who know him: the answer would name the addressees.

        The client posts as superuser in the user's name.

        :raises AccessError: for others
        """
        users = self.with_user(self.env.user)
        is_client = kwargs.get("message_type") == "comment" or CALLER_IS_CLIENT in self.env.context
        if is_client and users._hides_any_identity() and not self._is_note(kwargs):
            raise AccessError(
                self.env._("The complainant's identity is protected: log a note, his handler writes to him.")
            )
        return super().message_post(**kwargs)

    def _is_note(self, kwargs):
        Subtype = self.env["mail.message.subtype"].sudo()
        if kwargs.get("subtype_xmlid"):
            subtype = self.env.ref(kwargs["subtype_xmlid"], raise_if_not_found=False) or Subtype
        else:
            subtype = Subtype.browse(kwargs.get("subtype_id") or ()) or self.env.ref("mail.mt_note")
        return subtype.sudo().internal

    def _message_get_suggested_recipients_batch(self, *args, **kwargs):
        suggested = super()._message_get_suggested_recipients_batch(*args, **kwargs)
        users = self.with_user(self.env.user)
        if users._hides_any_identity():
            hidden = users.filtered(lambda one: one._hides_identity()).ids
            suggested = {key: [] if key in hidden else value for key, value in suggested.items()}
        return suggested

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Send correspondence with the customer to no colleague who does not know him."""
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        complaint = self.sudo()
        if len(self) != 1 or not recipients or not complaint.is_identity_protected:
            return recipients
        author = message.sudo().author_id
        if message.sudo().subtype_id.internal and author and not author.partner_share:
            return recipients
        return [entry for entry in recipients if not self._is_unknowing(entry)]

    def _is_unknowing(self, recipient):
        """Return whether a recipient, as core describes him, is a colleague who does not know the complainant."""
        uid = recipient.get("uid")
        if not uid or recipient.get("share"):
            return False
        return self.with_user(uid).sudo(False)._hides_identity()

    def _search_message_partner_ids(self, operator, operand):
        found = super()._search_message_partner_ids(operator, operand)
        if found is NotImplemented or self.env.su or self._sees_identities():
            return found
        return Domain(found) & ~self._get_hidden_identity_domain()


class CustomerComplaintCategory(models.Model):
    _inherit = "customer.complaint.category"

    protects_identity = fields.Boolean(
        string="Protects the Complainant",
        help="The identity of who complains about this, or about a category below it, is protected.",
    )

    @api.model
    @tools.ormcache()
    def _get_protecting_ids(self):
        """Return the ids of the categories that protect complainants, and of those below them."""
        categories = self.sudo().with_context(active_test=False)
        protecting = categories.search([("protects_identity", "=", True)])
        return frozenset(categories.search([("id", "child_of", protecting.ids)]).ids)

    @api.model
    def _get_cached_fields(self):
        return super()._get_cached_fields() | {"protects_identity"}
