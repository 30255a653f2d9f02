from odoo import fields, models
from odoo.addons.customer_care.tools.turns import take_turns
from odoo.exceptions import UserError


class CustomerComplaintScorecard(models.Model):
    """What is proposed for a card."""

    _inherit = "customer.complaint.scorecard"

    reward_ids = fields.One2many(
        "customer.complaint.reward",
        "scorecard_id",
        string="Proposals",
        readonly=True,
        groups="customer_complaint.group_complaint_supervisor,customer_care.group_care_director,customer_care.group_care_auditor",
    )

    def action_propose(self):
        """Draft the proposal of the confirmed card (singleton) by its band, or open the one there is.

        :raises UserError: when the card is not confirmed or has no total
        """
        self.ensure_one()
        self._check_judge()
        card = self.sudo()
        # whoever proposes at the same moment opens what the first proposed
        take_turns(card)
        reward = card.reward_ids[:1]
        if not reward:
            if card.state != "confirmed" or not card.has_total:
                raise UserError(self.env._("A proposal is made for a confirmed scorecard with a total."))
            band = self.env["customer.complaint.reward.band"]._find(card.company_id, card.total)
            reward = reward.create(
                {
                    "scorecard_id": card.id,
                    "kind": band.kind or "talk",
                    "amount": band.amount,
                    "reason": band.with_env(self.env).sudo().name
                    or self.env._("Conversation about the figures"),
                }
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "customer.complaint.reward",
            "res_id": reward.id,
            "views": [(False, "form")],
        }

    def action_reopen(self):
        """Refuse while a proposal rests on the card."""
        if any(reward.approval_state in ("pending", "approved") for reward in self.sudo().reward_ids):
            raise UserError(self.env._("A proposal rests on this scorecard: it cannot be reopened."))
        return super().action_reopen()
