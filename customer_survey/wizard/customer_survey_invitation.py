from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_care.tools.answers import RELOAD, notify
from odoo.exceptions import UserError
from odoo.tools import email_normalize

EXTENSION_DAYS = 14


class CustomerSurveyInvitation(models.TransientModel):
    """What is asked before invitations are cancelled, extended or sent to another address."""

    _name = "customer.survey.invitation"
    _description = "Change of Survey Invitations"

    answer_ids = fields.Many2many("survey.user_input", string="Invitations", required=True)
    count = fields.Integer(string="Number of Invitations", compute="_compute_count")
    reason = fields.Char()
    date = fields.Date(string="Answers Until", default=lambda self: self._default_date())
    partner_id = fields.Many2one("res.partner", string="Contact", compute="_compute_partner_id")
    address = fields.Char(
        string="E-mail Address", compute="_compute_address", store=True, readonly=False, precompute=True
    )
    is_contact_corrected = fields.Boolean(
        string="Correct the Contact", default=True, help="The contact gets this address, too."
    )
    bounce_reason = fields.Char(string="Why Not Delivered", compute="_compute_partner_id")

    def _default_date(self):
        return fields.Date.context_today(self) + timedelta(days=EXTENSION_DAYS)

    @api.depends("answer_ids")
    def _compute_count(self):
        for wizard in self:
            wizard.count = len(wizard.answer_ids)

    @api.depends("answer_ids")
    def _compute_partner_id(self):
        for wizard in self:
            answer = wizard.answer_ids._origin[:1]
            wizard.partner_id = answer.partner_id
            wizard.bounce_reason = answer.care_bounce_reason

    @api.depends("answer_ids")
    def _compute_address(self):
        for wizard in self:
            answer = wizard.answer_ids._origin[:1]
            wizard.address = answer._care_get_own_address() or answer.partner_id.email

    def action_cancel(self):
        """Cancel the invitations.

        :raises UserError: no reason, or nothing to cancel
        """
        self.ensure_one()
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(self.env._("Enter why the customers are not asked any more."))
        cancelled = self.answer_ids._care_check_managed()._care_cancel(reason)
        if not cancelled:
            raise UserError(self.env._("None of these invitations is open."))
        return notify(self.env._("Invitations cancelled: %(count)s", count=len(cancelled)), "success", RELOAD)

    def action_extend(self):
        """Let the invitations be answered until the end of the day.

        :raises UserError: no day, one that has passed, or nothing to extend
        """
        self.ensure_one()
        if not self.date:
            raise UserError(self.env._("Enter until when the customers may answer."))
        extended = self.answer_ids._care_extend(self.date)
        return notify(self.env._("Invitations extended: %(count)s", count=len(extended)), "success", RELOAD)

    def action_resend(self):
        """Send one invitation again, to the address entered.

        :raises UserError: more than one, no address, or one that cannot be sent any more
        """
        self.ensure_one()
        answer = self.answer_ids._care_check_managed()
        address = (self.address or "").strip()
        if len(answer) != 1:
            raise UserError(self.env._("Send invitations to another address one by one."))
        if not email_normalize(address):
            raise UserError(self.env._("This is not an e-mail address: %(address)s", address=address))
        if answer.care_status not in ("to_send", "sent", "bounced", "partial") or not answer.partner_id:
            raise UserError(
                self.env._("This invitation was answered, has expired, was cancelled or is anonymous.")
            )
        if self.is_contact_corrected:
            # with the user's own rights: who may not change the contact does not do it here
            answer.partner_id.with_env(self.env).email = address
        outcome = answer.care_rule_id._get_outcomes(answer.partner_id, "email")[answer.partner_id.id]
        blacklist = self.env["mail.blacklist"].sudo()
        if blacklist.search_count([("email", "=", email_normalize(address))], limit=1):
            outcome = "blacklisted"
        elif not self.is_contact_corrected and outcome == "blacklisted":
            # that is the contact's address, to which this mail does not go
            outcome = "asked"
        if outcome in ("do_not_contact", "blacklisted", "unusable"):
            labels = dict(
                self.env["customer.survey.request"]._fields["outcome"]._description_selection(self.env)
            )
            raise UserError(labels[outcome])
        if not answer._care_resend(address, self.is_contact_corrected):
            raise UserError(self.env._("The mail could not be made. See whether its template is right."))
        return notify(
            self.env._("The invitation is on its way to %(address)s.", address=address), "success", RELOAD
        )
