from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.answers import RELOAD, notify


class CustomerCareCampaign(models.Model):
    """From the draft to the evaluation: what the buttons of a campaign do."""

    _inherit = "customer.care.campaign"

    def action_open_invitations(self):
        """Send the invitations to all on the list; a campaign with a budget has to be approved before.

        Without a rule that asks for an approval it is approved at once, otherwise the approval is requested.

        :raises UserError: nobody is on the list, the approval was rejected, or it began already
        """
        self._check_may_run("draft", "inviting", "running")
        for campaign in self:
            if campaign.date_begin <= fields.Datetime.now():
                raise UserError(self.env._("The campaign has begun already: nobody can be invited any more."))
            template = campaign._get_mail_template("invitation")
            if not template.active or template._care_is_empty():
                raise UserError(
                    self.env._("The template of the invitation is archived, or has no subject or no text.")
                )
            if not campaign.target_count:
                raise UserError(self.env._("Nobody is on the list yet: update the target list first."))
        if waiting := self._ask_approval():
            return waiting
        self.filtered(lambda campaign: campaign.state == "draft")._set_state("inviting")
        self._queue_invitations()
        return notify(self.env._("The invitations are being sent in the background."), "success", RELOAD)

    def action_run(self):
        """Note that the campaign takes place now."""
        self._check_may_run("draft", "inviting")
        if waiting := self._ask_approval():
            return waiting
        self._set_state("running")
        return True

    def action_done(self):
        """End the campaign; who accepted and did not come was absent."""
        self._check_may_run("running", "inviting")
        self._approval_check_approved()
        if any(campaign.date_begin > fields.Datetime.now() for campaign in self):
            raise UserError(self.env._("The campaign has not begun yet."))
        Participant = self.env["customer.care.campaign.participant"].sudo()
        Participant.search([("campaign_id", "in", self.ids), ("state", "=", "accepted")])._set_state("absent")
        self._clear_queue()
        self._set_state("done")
        return True

    def action_evaluate(self):
        """Close the campaign with its evaluation; the effect stays as it was computed."""
        self._check_may_run("done")
        if any(not campaign.evaluation for campaign in self):
            raise UserError(self.env._("Please write the evaluation first."))
        self.filtered(
            lambda campaign: not campaign.date_effect and campaign._get_due_months()
        ).action_compute_effect()
        self._set_state("evaluated")
        return True

    def action_cancel(self):
        """Cancel the campaign and tell those who were invited."""
        self._check_may_run("draft", "inviting", "running")
        self._queue_notice("cancellation")
        self._set_state("cancelled")
        return True

    def action_reset(self):
        """Take a cancelled campaign back to draft, or an evaluated one to done; managers only."""
        self.check_access("write")
        if not self.env.user.has_group("customer_care.group_care_manager"):
            raise AccessError(self.env._("Only a manager opens a closed campaign again."))
        for campaign in self:
            if campaign.state not in ("cancelled", "evaluated"):
                raise UserError(self.env._("Only a cancelled or evaluated campaign can be opened again."))
            campaign._set_state("done" if campaign.state == "evaluated" else "draft")
        return True

    def _set_state(self, state):
        self.sudo().write({"state": state})

    def _ask_approval(self):
        """Request approvals that are missing; return the action to show when somebody has to approve first.

        :raises UserError: an approval was rejected
        """
        self.filtered(lambda campaign: campaign.sudo().approval_state == "draft").action_request_approval()
        pending = self.filtered(lambda campaign: campaign.sudo().approval_state == "pending")
        if pending:
            return notify(
                self.env._("The campaign waits for approval: the invitations follow once it is approved."),
                "warning",
                RELOAD,
            )
        self._approval_check_approved()
        return None

    def _approval_on_approved(self):
        """Go on where the approval was waited for, if somebody asked to invite."""
        result = super()._approval_on_approved()
        for campaign in self:
            campaign.message_post(body=self.env._("Approved: the invitations can be sent."))
        return result
