from datetime import timedelta
from operator import methodcaller

from odoo import api, fields, models
from odoo.addons.customer_care.tools.answers import RELOAD, notify
from odoo.addons.customer_care.tools.batches import work_in_batches
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize

BATCH_SIZE = 100
# By hand nobody is reminded twice a day.
PAUSE = timedelta(days=1)


class SurveyUserInput(models.Model):
    """Reminders of invitations that were not answered, or only in part."""

    _inherit = "survey.user_input"

    care_remind_from = fields.Datetime(
        string="Gap Counts From",
        readonly=True,
        copy=False,
        help="The gap to the next reminder counts from here: the last mail, or when it was found that now is "
        "not the time for one.",
    )
    care_reminder_count = fields.Integer(string="Reminders Sent", readonly=True, copy=False)
    care_reminded_datetime = fields.Datetime(string="Reminded On", readonly=True, copy=False)

    @api.model
    def _cron_care_remind(self):
        """Note what has expired, then remind who has not answered, each when his time has come."""
        domains = self._care_get_reminder_domains()
        remaining = sum(map(self.search_count, [self._care_get_expired_domain(), *domains]))
        self.env["ir.cron"]._commit_progress(remaining=remaining)
        go_on = self._care_expire()
        for domain in domains:
            go_on = go_on and work_in_batches(self, domain, methodcaller("_care_remind"), BATCH_SIZE)

    @api.model
    def _care_get_reminder_domains(self):
        """Return the domains of who is due for a reminder now: one for each rule and company that works now."""
        domains = []
        for rule in self.env["customer.survey.rule"].search([("reminder_max", ">", 0)]):
            for company in self._care_get_companies_to_remind(rule):
                limit = rule._get_reminder_limit(company, fields.Datetime.now())
                if limit:
                    domains.append(self._care_get_reminder_domain(rule, company, limit))
        return domains

    @api.model
    def _care_get_companies_to_remind(self, rule):
        """Return the companies in whose name invitations of the rule are open."""
        domain = Domain("care_rule_id", "=", rule.id) & Domain("care_status", "in", ("sent", "partial"))
        groups = self._read_group(domain, ["care_company_id"])
        return self.env["res.company"].union(*(company or self.env.company for (company,) in groups))

    @api.model
    def _care_get_reminder_domain(self, rule, company, limit):
        """Return the domain of those of a rule and company who were last written to at or before a moment."""
        return (
            Domain("care_rule_id", "=", rule.id)
            & Domain("care_company_id", "in", (company.id, False))
            & Domain("care_status", "in", ("sent", "partial"))
            & Domain("care_channel", "in", self._care_get_reminding_channels())
            & Domain("care_remind_from", "<=", limit)
            & Domain("care_reminder_count", "<", rule.reminder_max)
            & Domain("partner_id", "!=", False)
            & Domain("survey_id.active", "=", True)
            & (Domain("deadline", "=", False) | Domain("deadline", ">", fields.Datetime.now()))
        )

    @api.model
    def _care_get_reminding_channels(self):
        """Return the channels by which reminders are sent. Override to add one."""
        return ["email"]

    def _care_remind(self):
        """Remind of some invitations; who may not be written to now is looked at again after the next gap.

        :return: those reminded
        """
        reachable = self._care_filter_remindable()
        (self - reachable).care_remind_from = fields.Datetime.now()
        reminded = self.browse()
        for channel, answers in reachable.grouped("care_channel").items():
            reminded |= answers._care_send_by(channel, "reminder")
        return reminded

    def _care_filter_remindable(self):
        """Return those whose customer may be written to now: the gate is open, no trouble, no bounce."""
        result, blocked = self.browse(), self._care_get_blocked_addresses()
        for (rule, channel), answers in self.grouped(
            lambda one: (one.care_rule_id, one.care_channel)
        ).items():
            outcomes = rule._get_outcomes(answers.partner_id, channel)
            troubled = set()
            if rule.is_reminder_paused:
                troubled = answers.partner_id.commercial_partner_id._care_get_problem_ids()
            result |= answers.filtered(
                lambda one, outcomes=outcomes, troubled=troubled: (
                    outcomes.get(one.partner_id.id) == "asked"
                    and one.partner_id.commercial_partner_id.id not in troubled
                    and email_normalize(one.care_address or "") not in blocked
                )
            )
        return result

    def action_care_remind_now(self):
        """Remind of invitations now, whatever the gap; nobody twice a day.

        :raises UserError: none can be reminded
        """
        late = fields.Datetime.now() - PAUSE
        found = self._care_check_managed().filtered(
            lambda one: (
                one.care_status in ("sent", "partial")
                and one.care_channel in self._care_get_reminding_channels()
                and one.partner_id
                and (one.care_remind_from or one.care_sent_datetime) <= late
            )
        )
        reminded = found.try_lock_for_update()._care_filter_remindable()
        sent = self.browse().sudo()
        for channel, answers in reminded.grouped("care_channel").items():
            sent |= answers._care_send_by(channel, "reminder")
        if not sent:
            raise UserError(
                self.env._(
                    "None of these can be reminded: not sent, answered, expired, not delivered, anonymous, written "
                    "to less than a day ago, or contact is not wanted."
                )
            )
        return notify(
            self.env._("Reminded: %(sent)s of %(all)s", sent=len(sent), all=len(self)), "success", RELOAD
        )
