from odoo import api, fields, models
from odoo.addons.customer_care.tools.turns import take_turns
from odoo.exceptions import UserError

from .customer_complaint_compensation import LARGEST_AMOUNT


class CustomerComplaintReward(models.Model):
    """What is proposed to a manager for a confirmed scorecard. Nothing is paid or withheld by the program."""

    _name = "customer.complaint.reward"
    _description = "Reward Proposal"
    _inherit = ["customer.guard.mixin", "customer.approval.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "reason"
    _guarded_fields = {"scorecard_id": False}
    _computed_fields = ("user_id", "company_id")

    _approval_amount_field = "amount"
    _approval_protected_fields = ("scorecard_id", "kind", "amount", "reason")

    scorecard_id = fields.Many2one(
        "customer.complaint.scorecard", required=True, readonly=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one(related="scorecard_id.user_id", store=True, index=True)
    company_id = fields.Many2one(related="scorecard_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    month = fields.Date(related="scorecard_id.month")
    total = fields.Float(related="scorecard_id.total", aggregator=None)
    kind = fields.Selection(
        [("reward", "Reward"), ("talk", "Conversation"), ("penalty", "Penalty")],
        required=True,
        default="reward",
    )
    amount = fields.Monetary()
    reason = fields.Text(string="Proposal", required=True)

    _once = models.UniqueIndex("(scorecard_id)", "There is a proposal for this scorecard already.")
    _amount_positive = models.Constraint(
        # not a number is larger than any number
        f"CHECK(amount >= 0 AND amount < {LARGEST_AMOUNT})",
        "The amount is out of range; it is never negative: the kind says what it is.",
    )

    @api.depends("user_id", "month", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for reward in self:
            reward.display_name = f"{kinds.get(reward.kind, '')}: {reward.sudo().scorecard_id.display_name}"

    def action_request_approval(self):
        """Ask a manager; see the mixin.

        :raises UserError: when no approval rule applies, a proposal is never approved by itself; or when the scorecard
            it rests on was reopened
        """
        self.check_access("write")
        cards = self.sudo().scorecard_id
        take_turns(cards)
        if any(card.state != "confirmed" for card in cards):
            raise UserError(self.env._("The scorecard has to be confirmed again first."))
        asked = {vals["res_id"] for vals in self.sudo()._approval_prepare_lines()}
        if asked != set(self.ids):
            raise UserError(self.env._("No approval rule says who decides on this proposal."))
        return super().action_request_approval()
