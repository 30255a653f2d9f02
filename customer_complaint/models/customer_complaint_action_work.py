import secrets

from markupsafe import Markup
from odoo import Command, api, fields, models
from odoo.addons.customer_care.tools.answers import notify
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize, format_date, is_html_empty, plaintext2html

TEMPLATE = "customer_complaint.mail_template_complaint_action"
MY_PATH = "/my/complaint-actions"
LINK_STATES = ("open", "done", "effective", "not_effective")


class CustomerComplaintAction(models.Model):
    """Owners who handle no complaints: they read their own actions and report on them by a link.

    The page shows what the action says, nothing of its complaints. The to-do and the mail lead there; who is logged in
    finds all of his at ``MY_PATH``. An action of a confidential complaint is only for owners who may know of it.
    """

    _name = "customer.complaint.action"
    _inherit = ["customer.complaint.action", "customer.link.mixin"]
    _link_path = "/complaint/action"

    token = fields.Char(groups=fields.NO_ACCESS, copy=False, readonly=True)
    is_owner_by_link = fields.Boolean(string="Owner Reports by Link", compute="_compute_is_owner_by_link")

    @api.depends("user_id", "state")
    def _compute_is_owner_by_link(self):
        for action in self:
            owner = action.user_id
            action.is_owner_by_link = bool(action._origin and owner and not action._origin._is_seen_by(owner))

    def action_send_link(self):
        """Mail the owners who do not see their action the link once more.

        :raises UserError: not in progress, or without an address
        """
        self.check_access("write")
        self._check_step(("open",), self.env._("Only owners of actions in progress get a link."))
        self._check_owners()
        for action in self.sudo():
            if not action._get_addressee_email():
                raise UserError(self.env._("%(name)s has no e-mail address.", name=action.user_id.name))
        self._tell_owners()
        return notify(self.env._("The link is on its way."), "success")

    def write(self, vals):
        before = {action.id: action.sudo().user_id for action in self} if "user_id" in vals else {}
        result = super().write(vals)
        given = self.filtered(lambda action: before and action.sudo().user_id != before[action.id])
        if given:
            # the link of who had it before leads nowhere
            given.sudo().write({"token": False})
            given = given.filtered(lambda action: action.state == "open")
            given._check_owners()
            given._tell_owners()
        return result

    def _set(self, vals):
        begins = vals.get("state") == "open"
        if begins:
            self._check_owners()
        result = super()._set(vals)
        if begins:
            self._tell_owners()
        return result

    # Who sees what

    def _is_seen_by(self, user):
        """Whether a user may read the actions here, without their links."""
        own = self.with_user(user).with_context(allowed_company_ids=user.sudo().company_ids.ids)
        return own.has_access("read")

    def _is_secret_to(self, user):
        """Whether the action (singleton) names a confidential complaint of which the user may not know."""
        complaints = self.sudo().with_context(active_test=False).complaint_ids
        secret = complaints.filtered("is_confidential").with_user(user)
        secret = secret.with_context(allowed_company_ids=user.sudo().company_ids.ids)
        return bool(secret) and not secret.has_access("read")

    def _check_owners(self):
        """:raises UserError: an owner may not know of the confidential complaint of the action"""
        for action in self.sudo():
            if action._is_secret_to(action.user_id):
                raise UserError(
                    self.env._(
                        "%(action)s belongs to a confidential complaint that %(user)s may not see: choose another "
                        "owner.",
                        action=action.display_name,
                        user=action.user_id.name,
                    )
                )

    def _is_link_open(self):
        owner = self.user_id
        return self.active and owner.active and self.state in LINK_STATES and not self._is_secret_to(owner)

    @api.model
    def _get_own_by_link(self):
        """Return the open and finished actions of the user that he may see by their links, as superuser."""
        actions = self.sudo().search(
            Domain("user_id", "=", self.env.uid) & Domain("state", "in", LINK_STATES),
            order="date_done DESC, date_due, id",
        )
        return actions.filtered(lambda action: action._is_link_open())

    def _get_own_url(self):
        """Return the page of the action (singleton, superuser) of a logged-in owner."""
        if not self.token:
            self.token = secrets.token_urlsafe(32)
        return f"{self._link_path}/{self.id}-{self.token}"

    # Owners without rights follow nothing: what colleagues write to each other there may name the customer

    def _message_auto_subscribe_followers(self, updated_values, default_subtype_ids):
        followers = super()._message_auto_subscribe_followers(updated_values, default_subtype_ids)
        blind = self._get_blind_owners()
        return [follower for follower in followers if follower[0] not in blind]

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        blind = self._get_blind_owners() if partner_ids else ()
        partner_ids = [partner_id for partner_id in partner_ids or () if partner_id not in blind]
        return super()._message_subscribe(partner_ids, subtype_ids, customer_ids=customer_ids)

    def _get_blind_owners(self):
        """Return the set of ids of the partners of owners who do not see their action."""
        blind = self.sudo().filtered(lambda action: not action._is_seen_by(action.user_id))
        return set(blind.user_id.partner_id.ids)

    # What they are told

    def _prepare_todo_vals(self, user, summary, day):
        vals = super()._prepare_todo_vals(user, summary, day)
        if user == self.user_id and not self._is_seen_by(user):
            text = self._in_lang_of(user).env._("Open the action and report on it")
            vals["note"] = Markup('<p><a href="%s/%s">%s</a></p>') % (MY_PATH, self.id, text)
        return vals

    def _tell_owners(self):
        """Mail owners who do not see their action the link to its page."""
        mailed = self.sudo().filtered(
            lambda action: not action._is_seen_by(action.user_id) and action._get_addressee_email()
        )
        for action in mailed.filtered(lambda action: not action.token):
            action.token = secrets.token_urlsafe(32)
        mailed._mail_link(TEMPLATE)

    def _get_addressee_email(self):
        """Return the normalized address of the owner (singleton, superuser), False without one."""
        return email_normalize(self.user_id.email or "")

    def _get_lang(self):
        """Return the language of the owner."""
        return self.user_id.lang or self.company_id.partner_id.lang or self.env.lang

    def _get_due_text(self):
        """Return until when it is due in words of the owner's language; '' without a date."""
        return format_date(self.env, self.date_due, lang_code=self._get_lang()) if self.date_due else ""

    # What they report

    def _answer_by_link(self, answer, text, files):
        """Take a report from the page of the link, where the visitor was checked by its secret.

        Reports are added to what was done, one below the other; followers are told.

        :param str answer: ``progress`` or ``done``
        :param str text: plain text, may be empty when reports came before
        :param files: [(name, content)], evidence
        :raises UserError: it is to be marked done, and nothing says what was done
        """
        self.ensure_one()
        action = self.sudo()
        action.lock_for_update()
        if action.state != "open":
            return
        if answer == "done" and not text and is_html_empty(action.result):
            raise UserError(self.env._("Say what was done before you mark the action done."))
        owner = action.user_id
        action._add_report(owner, text, files)
        if answer == "done":
            action.with_user(owner).sudo().action_done()

    def _add_report(self, owner, text, files):
        """Add a report to what was done, and its files to the evidence (singleton, as superuser)."""
        attachments = self.env["ir.attachment"].create(
            [
                {"name": name, "raw": content, "res_model": self._name, "res_id": self.id}
                for name, content in files
            ]
        )
        vals = {"attachment_ids": [Command.link(attachment.id) for attachment in attachments]}
        body = plaintext2html(text) if text else Markup()
        if text:
            day = format_date(self.env, self._get_today(self.company_id), lang_code=self._get_lang())
            report = Markup("<p><strong>%s, %s</strong></p>%s") % (day, owner.name, body)
            vals["result"] = report if is_html_empty(self.result) else self.result + report
        self.write(vals)
        if text or files:
            # said in words of those who read it, who are many
            names = ", ".join(name for name, _content in files)
            note = self.env._("Report of the owner")
            self.message_post(
                body=Markup("<p>%s</p>%s%s") % (note, body, Markup("<p>%s</p>") % names if names else ""),
                author_id=owner.partner_id.id,
                subtype_xmlid="mail.mt_comment",
            )
