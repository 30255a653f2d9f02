from datetime import timedelta

import pytz
from odoo import api, fields, models
from odoo.addons.customer_care.tools.worktime import WorkTime, to_local, to_utc

TEMPLATES = {
    "invitation": ("customer_survey.mail_template_survey_invite", "survey.mail_template_user_input_invite"),
    "reminder": ("customer_survey.mail_template_survey_reminder",),
}


class CustomerSurveyRule(models.Model):
    """When who has not answered is reminded, and with which mails the rule writes."""

    _inherit = "customer.survey.rule"

    reminder_max = fields.Integer(
        string="Reminders", help="Who has not answered is reminded so many times at most. 0: never."
    )
    reminder_gap = fields.Integer(
        string="Remind After",
        default=5,
        help="So much time lies between the invitation and the reminder, and between two reminders.",
    )
    reminder_unit = fields.Selection(
        [("working_days", "Working days"), ("days", "Days")],
        string="Unit of the Gap",
        required=True,
        default="working_days",
        help="Working days are those of the customer care of the company; reminders go out when its work has begun.",
    )
    reminder_template_id = fields.Many2one(
        "mail.template",
        string="Template of the Reminder",
        domain=[("model", "=", "survey.user_input")],
        help="Empty: the reminder that comes with the application.",
    )
    is_reminder_paused = fields.Boolean(
        string="No Reminder in Trouble",
        default=True,
        help="Nobody is reminded while a problem of the customer is open.",
    )
    is_anonymous = fields.Boolean(related="survey_id.care_is_anonymous", string="Anonymous Survey")
    bounce_count = fields.Integer(string="Not Delivered", compute="_compute_bounce_count")

    _reminder_check = models.Constraint(
        "CHECK(reminder_max BETWEEN 0 AND 10 AND reminder_gap BETWEEN 1 AND 365)",
        "At most 10 reminders, 1 to 365 days apart.",
    )

    def _compute_bounce_count(self):
        groups = (
            self.env["customer.survey.request"]
            .sudo()
            ._read_group([("rule_id", "in", self.ids), ("is_bounced", "=", True)], ["rule_id"], ["__count"])
        )
        counts = {rule.id: count for rule, count in groups}
        for rule in self:
            rule.bounce_count = counts.get(rule.id, 0)

    @api.constrains("reminder_template_id")
    def _check_reminder_template_id(self):
        for rule in self:
            rule.reminder_template_id._care_check_model("survey.user_input")

    def action_view_bounced(self):
        """Show whom the rule's mails did not reach."""
        action = self.action_view_requests()
        action["domain"] = [("rule_id", "in", self.ids), ("is_bounced", "=", True)]
        return action

    def _get_mail_template(self, kind="invitation"):
        """Return the template of a kind of mail (singleton), empty when all were deleted."""
        self.ensure_one()
        template = self.reminder_template_id if kind == "reminder" else self.mail_template_id
        for xmlid in TEMPLATES[kind]:
            template = template or self.env.ref(xmlid, raise_if_not_found=False)
        return template or self.env["mail.template"]

    def _get_reminder_limit(self, company, now):
        """Return the moment at or before which a customer must have been written to last (singleton).

        None: now nobody is reminded, because work has not begun today.

        :param now: naive UTC datetime
        """
        if self.reminder_unit == "days":
            return now - timedelta(days=self.reminder_gap)
        calendar = company._care_calendar()
        # a week has a working day; two weeks more for the longest holidays
        begin = now - timedelta(days=7 * self.reminder_gap + 14)
        work = calendar._care_worktime(begin, now)
        if work == WorkTime.ALWAYS:
            return now - timedelta(days=self.reminder_gap)
        zone = pytz.timezone(calendar.tz or company._care_get_tz())
        days = list(work.days(begin.date(), zone))
        if len(days) < self.reminder_gap or days[-1] != to_local(now, zone).date():
            return None
        return to_utc(days[-self.reminder_gap], zone)
