from odoo import fields, models


class CustomerCareCampaignAdd(models.TransientModel):
    """Puts chosen customers on the list of a campaign."""

    _name = "customer.care.campaign.add"
    _description = "Add to a Campaign"

    campaign_id = fields.Many2one(
        "customer.care.campaign",
        required=True,
        ondelete="cascade",
        domain="[('state', 'in', ('draft', 'inviting', 'running'))]",
    )
    partner_ids = fields.Many2many("res.partner", string="Customers", required=True)

    def action_add(self):
        """Add them; who is on the list already is passed over.

        :raises AccessError: no right to write the campaign, or to read a customer
        """
        self.ensure_one()
        self.campaign_id._check_may_run("draft", "inviting", "running")
        self.partner_ids.check_access("read")
        self.campaign_id._add_partners(self.partner_ids)
        return self.campaign_id.action_open_participants()
