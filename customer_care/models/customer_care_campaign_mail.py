from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from psycopg2.errors import SerializationFailure

from ..tools.answers import RELOAD, notify
from ..tools.ics import get_event

ROWS_AT_ONCE = 100
# What could not be sent is tried again after so many hours.
RETRY_HOURS = 20
TEMPLATES = {
    "reminder": "customer_care.mail_template_campaign_reminder",
    "confirmation": "customer_care.mail_template_campaign_confirmation",
    "waiting": "customer_care.mail_template_campaign_waiting",
    "seat": "customer_care.mail_template_campaign_seat",
    "change": "customer_care.mail_template_campaign_change",
    "cancellation": "customer_care.mail_template_campaign_cancellation",
}
# Mails that ask for something go through the contact gate; the others answer what the customer did.
ASKING = {"invitation": "target", "reminder": "invited"}
# These carry the appointment for the customer's calendar.
WITH_CALENDAR = ("confirmation", "seat", "change", "cancellation")
# Who is told when the campaign changes or is cancelled.
NOTICE_STATES = ("invited", "accepted", "waiting")


class CustomerCareCampaign(models.Model):
    """Mails of campaigns: queued by one statement, sent in batches, each one transaction with its mark."""

    _inherit = "customer.care.campaign"

    template_id = fields.Many2one(
        "mail.template",
        string="Invitation",
        domain="[('model', '=', 'customer.care.campaign.participant')]",
        default=lambda self: self._default_template_id(),
        ondelete="restrict",
    )
    reminder_days = fields.Integer(
        string="Remind Before (Days)",
        default=3,
        aggregator=None,
        help="So many days before answers end, who has not answered is reminded once. 0: no reminder by itself.",
    )

    _check_reminder_days = models.Constraint(
        "CHECK(reminder_days BETWEEN 0 AND 365)", "The days of a reminder go from 0 to 365."
    )

    @api.constrains("template_id")
    def _check_template(self):
        # Rendered for the participants, another one would tell of other records with the same ids.
        for campaign in self:
            campaign.template_id._care_check_model("customer.care.campaign.participant")

    def _default_template_id(self):
        return self.env.ref("customer_care.mail_template_campaign_invitation", raise_if_not_found=False)

    def action_remind(self):
        """Queue the reminder of all who have not answered, once for each."""
        self._check_may_run("inviting", "running")
        if any(not campaign._is_answerable() for campaign in self):
            raise UserError(self.env._("Answers are not taken any more: there is nothing to remind of."))
        self.sudo()._queue_reminders()
        return notify(self.env._("The reminders are being sent in the background."), "success", RELOAD)

    def action_preview_mail(self):
        """Open the preview of the invitation for one customer."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview of the Invitation"),
            "res_model": "customer.care.campaign.preview",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_campaign_id": self.id},
        }

    # Queueing

    def _queue_invitations(self):
        self._queue_by(SQL("state = 'target'"), "invitation")

    def _queue_reminders(self):
        self._queue_by(SQL("state = 'invited' AND NOT COALESCE(is_reminded, FALSE)"), "reminder")

    def _queue_notice(self, kind):
        """Queue the notice of a change or cancellation for those who know of the campaign, and drop what waited."""
        told = self.filtered(
            lambda campaign: (
                campaign.state in ("inviting", "running") and campaign.date_end > fields.Datetime.now()
            )
        )
        told._queue_by(SQL("state = ANY(%s)", list(NOTICE_STATES)), kind)
        if kind == "cancellation":
            self._clear_queue(kind)

    def _queue_by(self, condition, kind):
        if not self:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE customer_care_campaign_participant SET mail_due = %s, date_tried = NULL, blocked_reason = NULL"
                " WHERE campaign_id = ANY(%s) AND %s",
                kind,
                self.ids,
                condition,
            )
        )
        self.env["customer.care.campaign.participant"].invalidate_model(
            ["mail_due", "date_tried", "blocked_reason"]
        )
        self._trigger_mails()

    def _clear_queue(self, besides=""):
        """Forget the mails that wait, but those of one kind."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE customer_care_campaign_participant SET mail_due = NULL"
                " WHERE campaign_id = ANY(%s) AND mail_due <> %s",
                self.ids,
                besides,
            )
        )
        self.env["customer.care.campaign.participant"].invalidate_model(["mail_due"])

    def _trigger_mails(self):
        self.env.ref("customer_care.ir_cron_campaign_mail").sudo()._trigger()

    # Sending

    @api.model
    def _cron_send(self):
        """Send what waits, batch by batch; a batch is committed with its marks, or not at all."""
        cron = self.env["ir.cron"]
        self._queue_due_reminders()
        Participant = self.env["customer.care.campaign.participant"].sudo()
        while True:
            try:
                batch = Participant._take_batch()
            except SerializationFailure:
                # another worker was faster with one of these rows
                self.env.cr.rollback()
                continue
            batch._send_due()
            if not cron._commit_progress(len(batch), remaining=Participant._count_due()) or not batch:
                return

    @api.model
    def _queue_due_reminders(self):
        now = fields.Datetime.now()
        open_ones = self.sudo().search([("state", "=", "inviting"), ("reminder_days", ">", 0)])
        due = open_ones.filtered(
            lambda campaign: (
                campaign._is_answerable()
                and now
                >= (campaign.date_deadline or campaign.date_begin) - timedelta(days=campaign.reminder_days)
            )
        )
        if due:
            due._queue_by(
                SQL(
                    "state = 'invited' AND NOT COALESCE(is_reminded, FALSE) AND mail_due IS NULL"
                    " AND date_invited < %s",
                    now - timedelta(days=1),
                ),
                "reminder",
            )

    def _get_mail_template(self, kind):
        """Return the template of a kind of mail, as superuser (singleton)."""
        self.ensure_one()
        if kind == "invitation" and self.template_id:
            return self.sudo().template_id
        xmlid = TEMPLATES.get(kind, "customer_care.mail_template_campaign_invitation")
        return self.env.ref(xmlid).sudo()

    def _get_calendar_file(self, kind, lang):
        """Return the attachment with the appointment (singleton); one for each language is kept and renewed."""
        self.ensure_one()
        campaign = self.sudo().with_context(lang=lang or self.env.lang)
        raw = get_event(
            uid=f"campaign-{campaign.id}-{self.env['ir.config_parameter'].sudo().get_param('database.uuid')}",
            begin=campaign.date_begin,
            end=campaign.date_end,
            stamp=campaign.write_date,
            title=campaign.name,
            place=campaign.location or campaign.online_url or "",
            url=campaign.online_url or "",
            is_cancelled=kind == "cancellation",
        )
        name = f"{'cancelled' if kind == 'cancellation' else 'invitation'}-{lang or 'en_US'}.ics"
        Attachment = self.env["ir.attachment"].sudo()
        found = Attachment.search(
            [("res_model", "=", self._name), ("res_id", "=", self.id), ("name", "=", name)], limit=1
        )
        if not found:
            return Attachment.create(
                {
                    "name": name,
                    "raw": raw,
                    "mimetype": "text/calendar",
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        if found.raw != raw:
            found.raw = raw
        return found


class CustomerCareCampaignParticipant(models.Model):
    """The mails to single participants."""

    _inherit = "customer.care.campaign.participant"

    def _queue(self, kind, states):
        """Queue a mail for those in one of the states."""
        rows = self.sudo().filtered(lambda one: one.state in states)
        rows.write({"mail_due": kind, "date_tried": False, "blocked_reason": False})
        if rows:
            self.env["customer.care.campaign"]._trigger_mails()

    @api.model
    def _get_due_condition(self):
        return SQL(
            "mail_due IS NOT NULL AND (date_tried IS NULL OR date_tried < %s)",
            fields.Datetime.now() - timedelta(hours=RETRY_HOURS),
        )

    @api.model
    def _count_due(self):
        self.env.flush_all()
        query = SQL(
            "SELECT COUNT(*) FROM customer_care_campaign_participant WHERE %s", self._get_due_condition()
        )
        return self.env.execute_query(query)[0][0]

    @api.model
    def _take_batch(self):
        """Return the next rows with a mail to send, locked; those that another worker holds are passed over."""
        self.env.flush_all()
        query = SQL(
            "SELECT id FROM customer_care_campaign_participant WHERE %s ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
            self._get_due_condition(),
            ROWS_AT_ONCE,
        )
        batch = self.browse([row[0] for row in self.env.execute_query(query)])
        batch.invalidate_recordset()
        return batch

    def _send_due(self):
        """Make the mails that wait for these rows and mark them, in the same transaction."""
        groups = self.grouped(lambda one: (one.campaign_id, one.mail_due))
        for (campaign, kind), group in groups.items():
            if kind in ASKING:
                group._send_asking(campaign, kind)
            else:
                if kind == "cancellation" or campaign.state != "cancelled":
                    group._filter_reachable(kind)._send(kind)
                group.write({"mail_due": False})

    def _send_asking(self, campaign, kind):
        """Send an invitation or reminder to those who may be asked now; the others stay, and say why."""
        if not campaign._is_answerable() or campaign.approval_state != "approved":
            self.write({"mail_due": False} if campaign.state in ("done", "evaluated", "cancelled") else {})
            self.write({"date_tried": fields.Datetime.now()})
            return
        wanted = self.filtered(
            lambda one: one.state == ASKING[kind] and not (kind == "reminder" and one.is_reminded)
        )
        (self - wanted).write({"mail_due": False})
        reasons = wanted._get_obstacles()
        for texts, group in wanted.grouped(lambda one: " ".join(reasons[one.id])).items():
            if texts:
                group.write({"date_tried": fields.Datetime.now(), "blocked_reason": texts})
        ready = wanted.filtered(lambda one: not reasons[one.id])
        ready._send(kind)
        if kind == "reminder":
            ready.write({"mail_due": False, "is_reminded": True, "blocked_reason": False})
        else:
            ready.write({"mail_due": False, "date_invited": fields.Datetime.now(), "blocked_reason": False})
            ready._set_state("invited")

    def _get_obstacles(self):
        """Return ``{participant id: [reasons]}`` why these must not be invited now; of one campaign."""
        people = self.env["res.partner"].browse([one._get_addressee().id for one in self])
        code = self.campaign_id.purpose_id.code or ""
        reasons = people._care_gate_map(code, "email", fields.Datetime.now())
        anonymous = self.env._("The personal data of the customer were erased.")
        archived = self.env._("The customer is archived.")
        result = {}
        for one in self:
            why = list(reasons[one._get_addressee().id])
            if one.partner_id.care_is_anonymous:
                why.append(anonymous)
            if not one.partner_id.active and archived not in why:
                why.append(archived)
            result[one.id] = why
        return result

    def _filter_reachable(self, kind):
        """Return those who can be told: a customer who is gone, or who never answered and wants no mail, is not."""
        people = self.env["res.partner"].browse([one._get_addressee().id for one in self])
        reasons = people._care_gate_map(self.campaign_id.purpose_id.code or "", "email")
        return self.filtered(
            lambda one: (
                one._get_addressee().active
                and one._get_addressee().email_normalized
                and not one.partner_id.care_is_anonymous
                and (one.state != "invited" or not reasons[one._get_addressee().id])
            )
        )

    def _send(self, kind):
        """Make the mails of one kind in the languages of those who get them; the mail queue sends them.

        :return: the ``mail.mail`` records, as superuser
        """
        mails = self.env["mail.mail"].sudo()
        reachable = self.sudo().filtered(lambda one: one._get_addressee().email_normalized)
        for (campaign, lang), group in reachable.grouped(
            lambda one: (one.campaign_id, one._get_addressee().lang)
        ).items():
            values = {}
            if kind in WITH_CALENDAR:
                values["attachment_ids"] = [(4, campaign._get_calendar_file(kind, lang).id)]
            template = campaign._get_mail_template(kind).with_company(campaign.company_id)
            mails |= template.send_mail_batch(
                group.ids, email_values=values, email_layout_xmlid="mail.mail_notification_light"
            )
        return mails
