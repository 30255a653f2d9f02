import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_care.tools.batches import work_in_batches
from odoo.exceptions import UserError

from .customer_complaint_responsibility import ACTIVITY, GUARDED

TEMPLATE = "customer_complaint.mail_template_complaint_supplier"
# A supplier who has not answered is reminded once, so many days after he was asked.
REMIND_AFTER = timedelta(days=7)
LINK_GUARDED = {"asked_datetime": False, "reminded_datetime": False, "answered_by": False}


class CustomerComplaintResponsibility(models.Model):
    """Suppliers accept or dispute their share by a link with a secret, without login.

    The page shows the share and why, nothing else of the complaint and nothing of the customer. The link is open from
    the asking on, also afterwards to read one's own answer, until the split is taken back.
    """

    _name = "customer.complaint.responsibility"
    _inherit = ["customer.complaint.responsibility", "customer.link.mixin"]
    _guarded_fields = {**GUARDED, **LINK_GUARDED}
    _link_path = "/complaint/share"

    token = fields.Char(groups=fields.NO_ACCESS, copy=False, readonly=True)
    asked_datetime = fields.Datetime(string="Asked on", copy=False, readonly=True)
    reminded_datetime = fields.Datetime(string="Reminded on", copy=False, readonly=True)
    answered_by = fields.Char(string="Answered by (Name)", copy=False, readonly=True)

    def action_ask_supplier(self):
        """Mail the supplier the link to his share, again if need be.

        :raises UserError: when it is no supplier's, not put to those named, has no reason, or there is no address
        """
        self.check_access("write")
        self.complaint_id.check_access("write")
        self._check_investigation_open()
        shares = self.sudo()
        for share in shares:
            if share.party != "supplier" or share.state not in ("stated", "asked"):
                raise UserError(
                    self.env._("Only suppliers are asked, once the split was put to those named.")
                )
            if not share.partner_id.email_normalized:
                raise UserError(self.env._("%(name)s has no e-mail address.", name=share.partner_id.name))
            if not (share.reason or "").strip():
                raise UserError(
                    self.env._("Please write under “Why” what the supplier answers for: he reads it.")
                )
        now = fields.Datetime.now()
        for share in shares:
            share.write(
                {
                    "state": "asked",
                    "token": share.token or secrets.token_urlsafe(32),
                    "asked_datetime": now,
                    "reminded_datetime": False,
                }
            )
            share.complaint_id._message_log(
                body=self.env._(
                    "Asked about the share of responsibility: %(share)s", share=share.display_name
                )
            )
        shares._mail_link(TEMPLATE)

    def _is_link_open(self):
        return bool(self.asked_datetime) and self.state in ("asked", "accepted", "disputed", "decided")

    def _answer_by_link(self, answer, text, name, files):
        """Take the answer from the page of the link, where the visitor was checked by its secret.

        :param str answer: accept or dispute
        :param str text: plain text, needed to dispute
        :param files: [(name, content)]
        """
        self.ensure_one()
        share = self.sudo()
        share.lock_for_update()
        if share.state != "asked":
            return
        name = name or share.partner_id.name
        if files:
            share.message_post(
                body=self.env._("Files of %(name)s", name=name),
                attachments=files,
                subtype_xmlid="mail.mt_note",
            )
        share.write(
            {
                "state": "accepted" if answer == "accept" else "disputed",
                "answer": text or False,
                "answered_by": name,
                "answered_datetime": fields.Datetime.now(),
            }
        )
        share._tell_answered()

    def _tell_answered(self):
        """Tell who looks into the complaint, of what is disputed also who decides (singleton, as superuser)."""
        complaint = self.complaint_id
        people = complaint.investigator_id or complaint._get_told_user()
        if self.state == "disputed":
            people |= complaint.team_id.manager_id or complaint.team_id.user_id
        for user in people.filtered("active"):
            if not complaint.with_user(user).has_access("read"):
                continue
            env = self.with_context(lang=user.lang or self.env.lang).env
            summary = (
                env._("Disputed: %(reason)s", reason=self.answer or "")
                if self.state == "disputed"
                else env._("Accepted: %(share)s", share=self.display_name)
            )
            self.with_context(mail_activity_quick_update=True).activity_schedule(
                ACTIVITY, user_id=user.id, summary=summary[:200]
            )

    @api.model
    def _cron_remind_suppliers(self, batch=100):
        """Remind suppliers once who have not answered."""
        domain = [
            ("state", "=", "asked"),
            ("party", "=", "supplier"),
            ("asked_datetime", "<", fields.Datetime.now() - REMIND_AFTER),
            ("reminded_datetime", "=", False),
        ]
        work_in_batches(self.sudo(), domain, lambda some: some._remind_supplier(), batch)

    def _remind_supplier(self):
        self.write({"reminded_datetime": fields.Datetime.now()})
        self.filtered(lambda share: share.partner_id.email_normalized)._mail_link(TEMPLATE)

    def _prepare_revised_vals(self):
        """A link that was sent leads nowhere once the split is taken back."""
        return {**super()._prepare_revised_vals(), **LINK_GUARDED, "token": False}
