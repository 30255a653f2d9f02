from operator import methodcaller

from odoo import api, fields, models
from odoo.addons.customer_care.tools.batches import work_in_batches
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

BATCH_SIZE = 1000
# The customer may still answer.
OPEN_STATUSES = ("to_send", "to_call", "to_hand_over", "sent", "bounced", "partial")


class SurveyUserInput(models.Model):
    """How far an invitation is: sent, answered, expired or cancelled."""

    _inherit = "survey.user_input"

    care_status = fields.Selection(
        [
            ("to_send", "To Send"),
            ("to_call", "To Ask by Phone"),
            ("to_hand_over", "Link to Hand Over"),
            ("sent", "Sent"),
            ("bounced", "Not Delivered"),
            ("partial", "Partly Answered"),
            ("answered", "Answered"),
            ("expired", "Expired"),
            ("cancelled", "Cancelled"),
        ],
        string="Invitation",
        compute="_compute_care_status",
        store=True,
        precompute=True,
        readonly=True,
        copy=False,
        help="How far the invitation is. Whether a mail was opened is not watched.",
    )
    care_is_expired = fields.Boolean(
        string="Expired Unanswered", readonly=True, copy=False, help="The deadline passed without an answer."
    )
    care_cancelled_datetime = fields.Datetime(string="Cancelled On", readonly=True, copy=False)
    care_cancel_reason = fields.Char(string="Reason of the Cancellation", readonly=True, copy=False)

    _care_open_idx = models.Index(
        "(care_rule_id, care_status) WHERE care_status IN "
        "('to_send', 'to_call', 'to_hand_over', 'sent', 'bounced', 'partial')"
    )
    _care_deadline_idx = models.Index(
        "(deadline) WHERE care_status IN ('to_send', 'to_call', 'to_hand_over', 'sent', 'bounced', 'partial')"
    )

    @api.depends(
        "state",
        "test_entry",
        "care_rule_id",
        "care_channel",
        "care_sent_datetime",
        "care_is_bounced",
        "care_is_expired",
        "care_cancelled_datetime",
    )
    def _compute_care_status(self):
        for answer in self:
            answer.care_status = answer._care_get_status()

    def _care_get_status(self):
        """Return the status of one invitation or answer (singleton)."""
        if self.test_entry:
            return False
        if self.state == "done":
            return "answered"
        for status, is_reached in (
            ("cancelled", self.care_cancelled_datetime),
            ("expired", self.care_is_expired),
            ("partial", self.state == "in_progress"),
            ("bounced", self.care_is_bounced),
            ("sent", self.care_sent_datetime),
        ):
            if is_reached:
                return status
        waiting = {"phone": "to_call", "link": "to_hand_over"}
        return waiting.get(self.care_channel, "to_send") if self.care_rule_id else False

    # Expiry

    @api.model
    def _care_expire(self):
        """Note the invitations whose deadline passed without an answer.

        :return: whether there is time left for more
        """
        expire = methodcaller("write", {"care_is_expired": True})
        return work_in_batches(self, self._care_get_expired_domain(), expire, BATCH_SIZE)

    @api.model
    def _care_get_expired_domain(self):
        return Domain("care_status", "in", OPEN_STATUSES) & Domain("deadline", "<=", fields.Datetime.now())

    @api.model_create_multi
    def create(self, vals_list):
        answers = super().create(vals_list)
        if not self.env.su:
            # neither values nor defaults of a client say how far it is
            self.env.add_to_compute(self._fields["care_status"], answers)
        return answers

    def write(self, vals):
        """A deadline moved into the future opens an expired invitation again, whoever moves it."""
        if not self.env.su and "care_status" in vals:
            raise AccessError(self.env._("What a survey rule has set cannot be changed."))
        result = super().write(vals)
        if vals.get("deadline"):
            self._care_reopen_extended()
        return result

    def _care_reopen_extended(self):
        now = fields.Datetime.now()
        self.sudo().filtered(
            lambda answer: answer.care_is_expired and answer.deadline > now
        ).care_is_expired = False

    def _care_extend(self, day):
        """Let some invitations be answered until the end of a day; those answered or cancelled stay as they are.

        :return: the invitations extended
        :raises UserError: the day has passed, or there is nothing to extend
        """
        answers = self._care_check_managed().filtered(
            lambda answer: answer.care_rule_id and answer.care_status in (*OPEN_STATUSES, "expired")
        )
        if not answers:
            raise UserError(self.env._("Invitations that were answered or cancelled cannot be extended."))
        now = fields.Datetime.now()
        for company, group in answers.grouped("care_company_id").items():
            deadline = (company or self.env.company)._care_get_end_of_day(day)
            if deadline <= now:
                raise UserError(self.env._("The new deadline must lie in the future."))
            group.deadline = deadline
        return answers

    # Cancelling

    def _care_cancel(self, reason):
        """Take back invitations (superuser): nothing more is sent and the link works no longer.

        What was answered, or is over already, stays as it is.

        :return: the invitations cancelled
        """
        now = fields.Datetime.now()
        answers = self.filtered(lambda answer: answer.care_rule_id and answer.care_status in OPEN_STATUSES)
        answers.write(
            {
                "care_cancelled_datetime": now,
                "care_cancel_reason": reason,
                "care_send_date": False,
                # the pages go by the deadline
                "deadline": now,
            }
        )
        return answers

    # Who may act

    def _care_check_managed(self):
        """Return the invitations as superuser, for supervisors who may see them.

        :raises AccessError: for all others
        """
        if not self.env.su and not self.env.user.has_group("customer_care.group_care_supervisor"):
            raise AccessError(self.env._("Only supervisors of the customer care work on sent surveys."))
        self.check_access("read")
        return self.sudo()

    def action_care_cancel(self):
        """Ask for the reason and cancel the invitations."""
        self._care_check_managed()
        return self._care_open_wizard("customer_survey.customer_survey_invitation_action_cancel")

    def action_care_extend(self):
        """Ask until when the invitations may be answered."""
        self._care_check_managed()
        return self._care_open_wizard("customer_survey.customer_survey_invitation_action_extend")

    def action_care_resend(self):
        """Ask for the right address and send the invitation there."""
        self._care_check_managed()
        return self._care_open_wizard("customer_survey.customer_survey_invitation_action_resend")

    def _care_open_wizard(self, xmlid):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["context"] = {"default_answer_ids": self.ids}
        return action
