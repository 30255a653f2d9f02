from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerCareCampaignWalkin(models.TransientModel):
    """Notes at the door a customer who came without being on the list."""

    _name = "customer.care.campaign.walkin"
    _description = "Add a Walk-in"

    campaign_id = fields.Many2one("customer.care.campaign", required=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", string="Customer")
    name = fields.Char(string="Name of a New Customer")
    phone = fields.Char()
    companions = fields.Integer()
    is_known = fields.Boolean(string="Is on the List", compute="_compute_is_known")

    _check_companions = models.Constraint(
        "CHECK(companions BETWEEN 0 AND 50)", "A guest brings from 0 to 50 companions."
    )

    @api.depends("campaign_id", "partner_id")
    def _compute_is_known(self):
        for wizard in self:
            wizard.is_known = bool(wizard._find())

    def action_add(self):
        """Note the attendance; a customer on the list already is checked in.

        :raises UserError: neither customer nor name
        """
        self.ensure_one()
        participant = self._find() or self._create_participant()
        participant.action_attend()
        if self.companions:
            participant.write({"companions": self.companions})
        return self.campaign_id.action_open_checkin()

    def _find(self):
        customer = self.partner_id.commercial_partner_id
        return self.env["customer.care.campaign.participant"].search(
            [("campaign_id", "=", self.campaign_id.id), ("partner_id", "=", customer.id)], limit=1
        )

    def _create_participant(self):
        partner = self.partner_id or self._create_customer()
        customer = partner.commercial_partner_id
        Participant = self.env["customer.care.campaign.participant"]
        Participant.check_access("create")
        participant = Participant.create(
            {
                "campaign_id": self.campaign_id.id,
                "partner_id": customer.id,
                "contact_id": partner.id if partner != customer else False,
            }
        )
        participant.sudo().write({"is_walk_in": True})
        return participant

    def _create_customer(self):
        """Return a new customer of who is at the door, with the campaign's company and the user as responsible."""
        name = (self.name or "").strip()
        if not name:
            raise UserError(self.env._("Please choose a customer or enter the name of a new one."))
        return self.env["res.partner"].create(
            {
                "name": name,
                "phone": self.phone,
                "company_id": self.campaign_id.company_id.id,
                "care_user_id": self.env.uid,
            }
        )
