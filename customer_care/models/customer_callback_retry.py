from datetime import time, timedelta

import pytz
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.callback import SLOTS, get_slot
from ..tools.worktime import to_local, to_utc

# Attempts of a callback that has neither policy nor rule.
DEFAULT_ATTEMPTS = 3
DEFAULT_RETRY_DAYS = 1
# How long a line is taken for busy.
BUSY_MINUTES = 30
MOVE_DAYS = 366


class CustomerCallback(models.Model):
    """When an unanswered call is tried again, and when the customer wants to be called.

    A wish of the customer moves the same callback and is no attempt; an unanswered call ends and is followed by
    the next attempt, in the time of day that was tried least often.
    """

    _inherit = "customer.callback"

    time_slot = fields.Selection(
        [("morning", "Morning"), ("midday", "Midday"), ("afternoon", "Afternoon"), ("evening", "Evening")],
        string="Time of Day",
        copy=False,
        group_expand=True,
        help="When this attempt is made, by the clock of the retry policy.",
    )
    preferred_datetime = fields.Datetime(
        string="Customer Wants the Call at", copy=False, help="The callback comes first from this moment on."
    )
    not_before_datetime = fields.Datetime(
        string="Not before",
        compute="_compute_not_before_datetime",
        store=True,
        precompute=True,
        copy=False,
        help="The work list shows the callback from this moment on.",
    )

    @api.depends("date_planned", "time_slot", "preferred_datetime", "partner_id")
    def _compute_not_before_datetime(self):
        for callback in self:
            callback.not_before_datetime = callback.preferred_datetime or callback._get_slot_begin()

    def _get_slot_begin(self):
        """Return the moment (naive UTC) at which the time of day begins on the planned day; False without one."""
        self.ensure_one()
        if not self.time_slot or not self.date_planned:
            return False
        begin = SLOTS[self.time_slot][0]
        return to_utc(self.date_planned, self._get_zone(), time(int(begin), int(begin % 1 * 60)))

    def _get_zone(self):
        """Return the zone whose clock says what morning is: the customer's, else the company's."""
        self.ensure_one()
        callback = self.sudo()
        company = callback.company_id or self.env.company
        name = None
        if callback._get_policy().zone != "company":
            partner, family = callback.partner_id, callback.partner_id.commercial_partner_id
            row = {"tz": partner.tz or family.tz, "country": (partner.country_id or family.country_id).code}
            name = partner._care_gate_tz(row)
        return pytz.timezone(name or company._care_get_tz())

    def _get_policy(self):
        """Return the retry policy: the rule's; without a rule the company's; may be empty."""
        self.ensure_one()
        callback = self.sudo()
        return callback.rule_id.policy_id if callback.rule_id else callback.company_id.care_callback_policy_id

    # Next attempt

    def _has_next_attempt(self):
        """Whether another attempt follows an unanswered call."""
        self.ensure_one()
        policy = self._get_policy()
        attempts = policy.max_attempts or self.sudo().rule_id.max_attempts or DEFAULT_ATTEMPTS
        return self.attempt < attempts and not self.is_do_not_call

    def _prepare_next_attempt_vals(self):
        """Return the values of the next attempt. Override to add a key."""
        self.ensure_one()
        attempt = self.attempt + 1
        first_key = self.key.rpartition("#")[0] if self.previous_id else self.key or f"{self.id}"
        return {
            "subject": self.subject,
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "team_id": self.team_id.id,
            "user_id": self.user_id.id,
            "rule_id": self.rule_id.id,
            "script_id": self.script_id.id,
            "priority": self.priority,
            "res_model": self.res_model,
            "res_id": self.res_id,
            "date_planned": self._get_next_date(),
            "time_slot": self._get_next_slot(),
            "attempt": attempt,
            "previous_id": self.id,
            "key": f"{first_key}#{attempt}",
        }

    def _get_next_date(self):
        """Return the day of the next attempt: so many working days on, on a weekday of the policy."""
        policy, rule = self._get_policy(), self.rule_id
        days = policy.retry_days if policy else rule.retry_days if rule else DEFAULT_RETRY_DAYS
        weekdays = policy._get_weekdays() if policy else set()
        day = rule._get_date_planned(self.company_id, days)
        for more in range(1, 15):
            if not weekdays or day.weekday() in weekdays:
                break
            later = rule._get_date_planned(self.company_id, days + more)
            day = later if later > day else fields.Date.add(day, days=1)
        return day

    def _get_next_slot(self):
        policy = self._get_policy()
        return policy._get_next_slot(self._get_tried_slots()) if policy else False

    def _get_tried_slots(self):
        """Return the times of day at which the attempts were made, by the clock of the policy."""
        zone, slots, callback = self._get_zone(), [], self
        while callback:
            moment = callback.done_datetime or fields.Datetime.now()
            local = to_local(moment, zone)
            slots.append(get_slot(local.hour + local.minute / 60) or callback.time_slot)
            callback = callback.previous_id
        return slots

    # Wishes of the customer

    def action_busy(self):
        """The line is busy: the callback comes again in half an hour; that is no attempt."""
        return self.action_move(fields.Datetime.now() + timedelta(minutes=BUSY_MINUTES))

    def action_call_later(self):
        """Open a dialog that asks when the customer wants to be called."""
        return self._get_close_action("later")

    def action_move(self, moment):
        """Move planned callbacks to the moment the customer asks for; that is no attempt.

        :param moment: naive UTC datetime, or its text
        :raises UserError: not a moment, in the past or more than a year ahead, finished, called by somebody else
        """
        try:
            moment = fields.Datetime.to_datetime(moment)
        except (TypeError, ValueError):
            moment = None
        now = fields.Datetime.now()
        if not moment or not now <= moment <= now + timedelta(days=MOVE_DAYS):
            raise UserError(self.env._("Please enter a moment within the next twelve months."))
        self._lock_planned()
        for callback in self.sudo():
            day = to_local(moment, callback._get_user_zone()).date()
            callback.write(
                {
                    "preferred_datetime": moment,
                    "date_planned": day,
                    "time_slot": False,
                    "skipped_datetime": False,
                    **callback._prepare_release_vals(),
                }
            )
        self._log("callback_moved")
        return True

    def _get_user_zone(self):
        """Return the zone of the caller's day, else of the company's."""
        name = self.user_id.tz
        return pytz.timezone(name if name in pytz.all_timezones_set else self.company_id._care_get_tz())

    # Wrong numbers

    def _call_again_today(self):
        """Plan the next attempt of ended callbacks for today: the right number is known now."""
        today = fields.Date.context_today(self)
        callbacks = self.sudo()
        callbacks.create(
            [
                {**callback._prepare_next_attempt_vals(), "date_planned": today, "time_slot": False}
                for callback in callbacks
            ]
        )

    def _ask_for_number(self):
        """Ask who looks after the customers to verify the record, once."""
        kind = self.env.ref("customer_care.mail_activity_type_verify", raise_if_not_found=False)
        partners = self.partner_id.sudo()
        asked = kind and self.env["mail.activity"].sudo().search(
            [
                ("activity_type_id", "=", kind.id),
                ("res_model", "=", "res.partner"),
                ("res_id", "in", partners.ids),
            ]
        )
        rows = [
            (partner.id, (partner._care_get_responsible() or self.env.user).id)
            for partner in partners
            if kind and partner.id not in asked.mapped("res_id")
        ]
        if rows:
            partners.env["res.partner"]._care_ask_to_verify(rows)
