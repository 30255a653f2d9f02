import logging
from datetime import timedelta

import dateutil.parser
import pytz
from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import AccessError, MissingError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import email_normalize, html_sanitize, plaintext2html

from ..tools import rawmail
from .customer_complaint_stage import DONE_PHASES

_logger = logging.getLogger(__name__)

NAME_LENGTH = 250
# an older date in a mail is a wrong clock rather than a mail that was under way for so long
MAIL_AGE_DAYS = 14
# only the program sets these; with the values of a new complaint
MAIL_FIELDS = {"acknowledge_state": "todo", "is_sender_doubtful": False}
ACKNOWLEDGE_AT_ONCE = ("portal", "web")


class CustomerComplaintMail(models.Model):
    _inherit = "customer.complaint"

    acknowledge_state = fields.Selection(
        [
            ("todo", "To Acknowledge"),
            ("sent", "Acknowledgement Sent"),
            ("call", "To Acknowledge by Phone"),
            ("skipped", "Not Acknowledged"),
        ],
        string="Acknowledgement",
        default="todo",
        required=True,
        readonly=True,
        copy=False,
        index="btree",
        groups="base.group_user",
        help="The acknowledgement names the number and the promised time. It goes out by itself where an "
        "address is known; nobody is answered who wrote automatically.",
    )
    is_sender_doubtful = fields.Boolean(
        "Doubtful Sender",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The receiving mail server could not confirm that the mail comes from the address it names.",
    )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._check_mail_fields(name for vals in vals_list for name in vals)
        # given for each, so that no default of the context takes their place
        complaints = super().create([{**MAIL_FIELDS, **vals} for vals in vals_list])
        complaints.sudo().filtered(lambda c: c.channel in ACKNOWLEDGE_AT_ONCE)._acknowledge()
        return complaints

    def write(self, vals):
        self._check_mail_fields(vals)
        return super().write(vals)

    def _check_mail_fields(self, names):
        """Refuse values for what only the program knows about mails.

        :raises AccessError: unless called as superuser
        """
        if not self.env.su and not MAIL_FIELDS.keys().isdisjoint(names):
            raise AccessError(
                self.env._("The acknowledgement of a complaint is recorded by the program alone.")
            )

    # ------------------------------------------------------------
    # Mail intake
    # ------------------------------------------------------------

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Register a mail as a complaint; the sender becomes its customer only if there is no doubt."""
        self = self.with_context(default_user_id=False)
        self._message_strip_nulls(msg_dict)
        custom_values = self._message_filter_values(custom_values or {})
        team = self.env["customer.complaint.team"].browse(custom_values.get("team_id") or [])
        values = self._prepare_mail_vals(msg_dict, team)
        # the gateway guesses an author among all contacts of that address: show the address instead
        author = self.env["res.partner"].browse(msg_dict.get("author_id") or [])
        if author.partner_share or not author:
            msg_dict["author_id"] = values.get("partner_id", False)
        try:
            with self.env.cr.savepoint():
                complaint = super().message_new(msg_dict, {**custom_values, **values})
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            _logger.exception("The default values of alias of team %s are not valid", team.id)
            complaint = super().message_new(msg_dict, {"team_id": team.id, **values} if team else values)
        return complaint

    @api.model
    def _message_filter_values(self, values):
        """Leave out what nobody may give to a complaint that comes by mail, which the superuser creates.

        The values come from the alias, or from whoever hands in the mail: any employee may.
        """
        return {
            name: value
            for name, value in values.items()
            if name not in self._fields
            or not (self._fields[name].readonly or self._fields[name].type == "one2many")
        }

    @api.model
    def _message_keep_unreadable(self, source, mail, alias):
        """Make a complaint, or a message on the one answered, of a mail the gateway could not process.

        :param bytes source: the mail, attached as it came
        :param dict mail: what `rawmail.read` got out of it
        :param mail.alias alias: the address it was sent to, may be empty
        :return: the complaint
        """
        self = self.with_context(
            mail_create_nosubscribe=True,
            mail_create_nolog=True,
            mail_post_autofollow_author_skip=True,
            customer_complaint_mail_automatic=rawmail.is_automatic(mail["headers"]),
            customer_complaint_mail_doubtful=rawmail.is_doubtful(mail["headers"]),
        )
        messages = self.env["mail.message"].sudo()
        same = messages.search([("message_id", "=", mail["message_id"]), ("model", "=", self._name)], limit=1)
        if same:
            return self.browse(same.res_id)
        body = html_sanitize(mail["body"]) if mail["is_html"] else plaintext2html(mail["body"])
        msg_dict = {
            "subject": mail["subject"],
            "email_from": mail["email_from"],
            "body": body,
            "date": mail["date"],
        }
        answered = messages.search(
            [("message_id", "in", mail["references"]), ("model", "=", self._name)], order="id desc", limit=1
        )
        complaint = self.browse(answered.res_id).exists()
        complaint = complaint.sudo().merged_into_id.with_env(self.env) or complaint
        if not complaint:
            team = alias.alias_parent_thread_id if alias else False
            complaint = self.message_new(msg_dict, {"team_id": team} if team else {})
        complaint.with_user(self.env.ref("base.user_root")).message_post(
            body=Markup("%s<p>%s</p>")
            % (
                body,
                self.env._("This mail could only be read in part. The attached file is how it arrived."),
            ),
            subject=mail["subject"] or False,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            message_id=mail["message_id"],
            author_id=msg_dict.get("author_id") or False,
            email_from=mail["email_from"] or False,
            attachments=[("original_email.eml", source)],
        )
        return complaint

    @api.model
    def _message_strip_nulls(self, msg_dict):
        """Remove the null bytes that the database cannot store from what the gateway decoded."""
        for key, value in msg_dict.items():
            if isinstance(value, str) and "\0" in value:
                msg_dict[key] = type(value)(value.replace("\0", ""))
        if msg_dict.get("attachments"):
            msg_dict["attachments"] = [
                (str(attachment[0]).replace("\0", ""), *attachment[1:])
                for attachment in msg_dict["attachments"]
            ]

    @api.model
    def _prepare_mail_vals(self, msg_dict, team):
        """Give the values a mail brings to a new complaint. Override to read more out of it."""
        company = team.company_id or self.env.company
        context = self.env.context
        email = email_normalize(msg_dict.get("email_from") or "")
        doubtful = context.get("customer_complaint_mail_doubtful", False)
        automatic = context.get("customer_complaint_mail_automatic", False)
        customer = self.env["res.partner"] if doubtful else self._complaint_find_customer(email, company)
        subject = " ".join((msg_dict.get("subject") or "").split())
        lang = customer.lang or company.partner_id.lang
        values = {
            "name": subject[:NAME_LENGTH]
            or self.with_context(lang=lang).env._("Complaint without a subject"),
            "description": msg_dict.get("body") or False,
            "email_from": msg_dict.get("email_from") or False,
            "channel": "mail",
            "company_id": company.id,
            "received_datetime": self._complaint_received_datetime(msg_dict.get("date")),
            "partner_id": customer.id,
        }
        if doubtful:
            values["is_sender_doubtful"] = True
        # the gateway takes nobody with an address of our own for the author
        if automatic or (not msg_dict.get("author_id") and self._complaint_is_own_address(email)):
            values["acknowledge_state"] = "skipped"
        return values

    @api.model
    def _complaint_find_customer(self, email, company):
        """Give the contact an address surely stands for, else an empty recordset.

        The only contact of the address, or the only person among several: a person goes before his company,
        and a contact before a mere delivery or invoice address. Employees and our own addresses are no
        customers.

        :param str email: normalized address or False
        :param res.company company: contacts of other companies are left out
        """
        partners = self.env["res.partner"]
        if not email:
            return partners
        found = partners.search(
            [("email_normalized", "=", email), ("company_id", "in", (False, company.id))],
            limit=50,
            order="id",
        )
        if any(not partner.partner_share for partner in found):
            return partners
        found -= self.env["res.company"].sudo().search([("partner_id", "in", found.ids)]).partner_id
        contacts = found.filtered(lambda partner: partner.type == "contact") or found
        persons = contacts.filtered(lambda partner: not partner.is_company)
        for candidates in (contacts, persons):
            if len(candidates) == 1:
                return candidates
        return partners

    @api.model
    def _complaint_is_own_address(self, email):
        """Tell whether a mail comes from an address this database itself receives or sends by."""
        domains = self.env["mail.alias.domain"].sudo()
        return bool(email and domains._find_aliases([email]))

    @api.model
    def _complaint_received_datetime(self, date):
        """Give the date of a mail if it can be true, else now (naive UTC).

        :param str date: as the gateway or the header has it
        """
        now = fields.Datetime.now()
        try:
            received = dateutil.parser.parse(date)
            if received.tzinfo:
                received = received.astimezone(pytz.utc).replace(tzinfo=None)
        except (TypeError, ValueError, OverflowError):
            return now
        received = received.replace(microsecond=0)
        return received if now - timedelta(days=MAIL_AGE_DAYS) <= received <= now else now

    @api.model
    def _detect_loop_sender_domain(self, email_from_normalized):
        """Count only what the address sent by mail: staff may register many complaints of one customer."""
        if not email_from_normalized:
            return []
        return [("email_normalized", "=", email_from_normalized), ("channel", "=", "mail")]

    def _notify_get_reply_to(self, default=None, author_id=False):
        """Let answers go to the address of the team."""
        teams = self.team_id.sudo()._notify_get_reply_to(default=default, author_id=author_id)
        replies = {complaint.id: teams.get(complaint.team_id.id) for complaint in self if complaint.team_id}
        others = self.filtered(lambda complaint: not complaint.team_id)
        if others or not self:
            replies.update(super(CustomerComplaintMail, others)._notify_get_reply_to(default, author_id))
        return replies

    def _message_post_after_hook(self, message, msg_values):
        """Keep the pictures of a mail; tell staff what a customer adds to a finished case."""
        result = super()._message_post_after_hook(message, msg_values)
        # pictures of a mail get an address of their own only now
        if message.message_type == "email" and "cid:" in (self.description or ""):
            self.sudo().description = message.body
        if self._complaint_is_from_customer(message):
            self.sudo()._complaint_on_customer_message(message)
        return result

    def _complaint_is_from_customer(self, message):
        """Tell whether somebody outside the company wrote a message, and not a program of his."""
        return (
            message.message_type in ("email", "comment")
            and not message.is_internal
            and (not message.author_id or message.author_id.partner_share)
            and not self.env.context.get("customer_complaint_mail_automatic")
        )

    def _complaint_on_customer_message(self, message):
        """Ask the responsible person to look at a finished complaint to which the customer added something.

        Override to do more when a customer writes; called on one complaint as superuser.
        """
        if self.phase not in DONE_PHASES:
            return
        summary = self.env._("The customer wrote again")
        if summary not in self.activity_ids.mapped("summary"):
            self._complaint_remind("mail.mail_activity_data_todo", summary)

    def _complaint_remind(self, type_xmlid, summary):
        """Plan one activity of today on each complaint for its handler, else the head or manager of its team.

        Handlers of complaints that are done may have left.
        """
        # no mail for each: activities are on the user's list, and he gets the messages of his complaints
        quiet = self.with_context(mail_activity_quick_update=True)
        for user, complaints in quiet.grouped(lambda complaint: complaint._get_reminded()).items():
            complaints.activity_schedule(type_xmlid, summary=summary, user_id=user.id or False)

    def _get_reminded(self):
        """Return who looks after the complaint now (singleton), may be nobody."""
        team = self.team_id
        people = (self.user_id, team.user_id, team.manager_id)
        return next((user for user in people if user.active), self.env["res.users"])

    def _message_track_post_template(self, changes):
        """Send to a bare address without making a contact of it."""
        if not changes or not self._has_template(changes):
            return True
        complaints = self.with_context(mail_composer_force_partners=False)
        return super(CustomerComplaintMail, complaints)._message_track_post_template(changes)

    def _has_template(self, changes):
        """Return whether something is told at all: mostly not, and each new complaint asks."""
        try:
            return bool(self._track_template(changes))
        except MissingError:
            # core looks whether it was deleted in the meantime
            return True

    def _get_stage_template(self):
        """Return what the stage of the first complaint has to say to the customer, may be empty."""
        stage = self[:1].stage_id
        has_template = stage and stage._get_facts()[stage.id]["has_template"]
        return stage.mail_template_id if has_template else self.env["mail.template"]

    def _track_template(self, changes):
        """Tell the customer what the entered stage has to say."""
        result = super()._track_template(changes)
        template = self._get_stage_template()
        if "stage_id" in changes and template:
            result["stage_id"] = (
                template,
                {
                    # nobody waits for the mail server
                    "composition_mode": "mass_mail",
                    "force_send": False,
                    "auto_delete_keep_log": True,
                },
            )
        return result
