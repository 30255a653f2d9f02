from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_care.tools.batches import work_in_batches

from .customer_complaint import STAFF
from .customer_complaint_move import MoveRefused

WARNING = "customer_complaint.mail_template_complaint_waiting"
HORIZON = timedelta(days=800)


class CustomerComplaintWaitingClose(models.Model):
    """Complaints whose customer does not answer: warned of, then closed; his answer opens them again."""

    _inherit = "customer.complaint"

    waiting_warned_datetime = fields.Datetime(
        string="Warned of Closing on", readonly=True, copy=False, groups=STAFF
    )
    is_closed_unanswered = fields.Boolean(
        string="Closed without Answer", readonly=True, copy=False, groups=STAFF
    )

    @api.model
    def _cron_close_waiting(self, batch=100):
        """Warn the customers who do not answer and close what stays without answer, by the rules."""
        if not self.env["customer.complaint.waiting.rule"]._get_waiting_facts():
            return
        domain = [("phase", "=", "waiting"), ("waiting_reason_id.waits_for", "=", "customer")]
        work_in_batches(self, domain, lambda some: some._follow_waiting(), batch)

    def _follow_waiting(self):
        """Warn or close those of the complaints (as superuser) that are due."""
        now = fields.Datetime.now()
        answered = self._get_answered_ids()
        to_warn = to_close = self.browse()
        for complaint in self:
            days = self.env["customer.complaint.waiting.rule"]._match(complaint)
            if not days or complaint.id in answered:
                continue
            since = complaint.stage_datetime
            warned = complaint.waiting_warned_datetime
            if not warned or warned < since:
                if complaint._is_past(since, days[0], now):
                    to_warn += complaint
            elif complaint._is_past(warned, days[1], now):
                to_close += complaint
        to_warn._write_dates({"waiting_warned_datetime": now})
        to_warn._send_waiting_warning()
        for complaint in to_close:
            complaint._close_unanswered(now)

    def _get_answered_ids(self):
        """Return the ids of those whose customer wrote since they wait."""
        rows = self.env["mail.message"]._read_group(
            [
                ("model", "=", self._name),
                ("res_id", "in", self.ids),
                ("message_type", "in", ("email", "comment")),
                "|",
                ("author_id", "=", False),
                ("author_id.partner_share", "=", True),
            ],
            ["res_id"],
            ["date:max"],
        )
        last = dict(rows)
        return {one.id for one in self if last.get(one.id) and last[one.id] >= one.stage_datetime}

    def _is_past(self, start, days, now):
        """Return whether so many working days have passed since ``start`` (singleton)."""
        calendar = self.team_id._get_calendar() or self.company_id._care_calendar()
        first = start.date() - timedelta(days=1)
        worktime = calendar._get_complaint_worktime(self.company_id.id, first, first + HORIZON)
        moment = worktime.day_after(start, days, calendar.tz or "UTC") or start + timedelta(days=days)
        return moment <= now

    def _send_waiting_warning(self):
        """Tell the customers that their complaint will be closed when they do not answer."""
        template = self.env.ref(WARNING, raise_if_not_found=False)
        if not template:
            return
        for complaint in self.filtered(lambda one: one._complaint_get_email()):
            complaint.with_context(mail_post_autofollow=False).message_post_with_source(
                template, message_type="auto_comment", subtype_xmlid="mail.mt_comment"
            )

    def _close_unanswered(self, now):
        """Close one complaint, or tell its handler what keeps it open; it is tried again later."""
        flow = self.env["customer.complaint.stage"]._get_flow(self.team_id)
        stage = next((stage for stage in flow if stage._get_phase() == "closed"), None)
        if not stage:
            return
        try:
            with self.env.cr.savepoint():
                self._write_dates({"is_closed_unanswered": True})
                self.write({"stage_id": stage.id})
                self._message_log(body=self.env._("Closed because the customer did not answer."))
        except MoveRefused as refusal:
            self._write_dates({"waiting_warned_datetime": now})
            summary = self.env._(
                "The customer does not answer; it cannot be closed: %(why)s", why=refusal.args[0]
            )
            self._complaint_remind("mail.mail_activity_data_todo", summary[:200])

    def _get_closed_reply(self):
        """Open again, whatever the team says otherwise, what was closed because no answer came."""
        if self.sudo().is_closed_unanswered and self.phase == "closed":
            return "reopen"
        return super()._get_closed_reply()

    def _complaint_on_reopened(self):
        result = super()._complaint_on_reopened()
        self.filtered("is_closed_unanswered")._write_dates(
            {"is_closed_unanswered": False, "waiting_warned_datetime": False}
        )
        return result
