from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.customer_care_campaign_target import ASK_ABOVE

# Names shown of those left out.
NAMES = 50


class CustomerCareCampaignTargets(models.TransientModel):
    """Shows who would be put on the list of a campaign, and who is left out why; then does it."""

    _name = "customer.care.campaign.targets"
    _description = "Update the Target List"

    campaign_id = fields.Many2one("customer.care.campaign", required=True, ondelete="cascade")
    present_count = fields.Integer(string="On the List Already", compute="_compute_preview")
    new_count = fields.Integer(string="To Be Added", compute="_compute_preview")
    left_out_count = fields.Integer(string="Left out", compute="_compute_preview")
    reasons_text = fields.Text(string="Reasons", compute="_compute_preview")
    names_text = fields.Text(string="For Example", compute="_compute_preview")
    has_criteria = fields.Boolean(compute="_compute_preview")
    is_many = fields.Boolean(compute="_compute_preview")
    is_confirmed = fields.Boolean(string="Yes, All These Customers")

    @api.depends("campaign_id")
    def _compute_preview(self):
        for wizard in self:
            campaign = wizard.campaign_id
            ready, left_out = campaign._split_targets() if campaign else ([], {})
            wizard.present_count = campaign.target_count
            wizard.new_count = len(ready)
            wizard.left_out_count = len(left_out)
            wizard.reasons_text = "\n".join(
                f"{count} · {reason}" for reason, count in campaign._count_reasons(left_out)
            )
            names = self.env["res.partner"].browse(list(left_out)[:NAMES])
            wizard.names_text = "\n".join(
                f"{partner.display_name}: {' '.join(left_out[partner.id])}" for partner in names
            )
            wizard.has_criteria = bool(campaign) and campaign._has_criteria()
            wizard.is_many = len(ready) > ASK_ABOVE

    def action_update(self):
        """Put on the list those who match now.

        :raises UserError: nobody is new, or the number has to be confirmed
        """
        self.ensure_one()
        campaign = self.campaign_id
        campaign._check_may_run("draft", "inviting", "running")
        ready, _left_out = campaign._split_targets()
        if not ready:
            raise UserError(self.env._("There is nobody to add."))
        campaign._check_targets(len(ready), self.is_confirmed)
        campaign._insert_participants(ready)
        return campaign.action_open_participants()
