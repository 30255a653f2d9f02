from datetime import timedelta

from odoo import api, fields, models

from . import identity_fields as masked
from .customer_complaint_stage import DONE_PHASES


class CustomerComplaintReplyClosed(models.Model):
    """What becomes of a customer's message to a complaint that is done."""

    _inherit = "customer.complaint"

    previous_id = masked.Many2one(
        "customer.complaint",
        "Continues",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
        help="The finished complaint to which the customer answered with this one.",
    )

    def _get_closed_reply(self):
        """Return what a customer's message does to the complaint (singleton): False, or one of ``REPLIES``."""
        self.ensure_one()
        if self.phase not in DONE_PHASES:
            return False
        team = self.team_id
        if team.closed_reply != "reopen":
            return team.closed_reply or "note"
        done = self.closed_datetime or self.resolved_datetime
        limit = fields.Datetime.now() - timedelta(days=team.closed_reply_days)
        return "reopen" if done and team.closed_reply_days and done > limit else "new"

    def _complaint_on_customer_message(self, message):
        """Reopen by the policy of the team; what was rejected or withdrawn is left to a person."""
        if self._get_closed_reply() == "reopen" and self.phase != "cancelled":
            self._reopen(self.env._("The customer wrote again"))
            return
        super()._complaint_on_customer_message(message)

    def _message_get_new_values(self, msg_dict):
        """Return the values with which a mail to this finished complaint begins a new one, None if it does not.

        Called as superuser for the complaint a mail answers to. Mails of colleagues and of programs are no
        reason.
        """
        author = self.env["res.partner"].sudo().browse(msg_dict.get("author_id") or [])
        if (
            self._get_closed_reply() != "new"
            or self.env.context.get("customer_complaint_mail_automatic")
            or (author and not author.partner_share)
        ):
            return None
        return {"team_id": self.team_id.id, "category_id": self.category_id.id}

    @api.model
    def _prepare_mail_vals(self, msg_dict, team):
        values = super()._prepare_mail_vals(msg_dict, team)
        previous = self.env.context.get("customer_complaint_mail_previous")
        if previous:
            values["previous_id"] = self.browse(previous).exists().id
        return values
