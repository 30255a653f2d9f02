from odoo import api, fields, models
from odoo.fields import Domain

READERS = "customer_care.group_care_user,customer_care.group_care_auditor"


class ResPartner(models.Model):
    """The campaigns of a customer."""

    _inherit = "res.partner"

    care_campaign_count = fields.Integer(
        string="Campaigns", compute="_compute_care_campaign_count", groups=READERS
    )

    def _compute_care_campaign_count(self):
        groups = self.env["customer.care.campaign.participant"]._read_group(
            [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
            ["commercial_partner_id"],
            ["__count"],
        )
        counts = {partner.id: count for partner, count in groups}
        for partner in self:
            partner.care_campaign_count = counts.get(partner.commercial_partner_id.id, 0)

    def action_care_open_campaigns(self):
        """Open the invitations of the customer's company and all its contacts."""
        self.env["customer.care.campaign.participant"].check_access("read")
        return self._care_get_family_action("customer_care.customer_care_campaign_participant_action")

    @api.model
    def _care_get_contact_kinds(self):
        return [*super()._care_get_contact_kinds(), "campaign_invited"]

    @api.model
    def _care_privacy_models(self):
        def own(ids):
            return Domain("partner_id", "in", ids) | Domain("contact_id", "in", ids)

        return {
            **super()._care_privacy_models(),
            "customer.care.campaign.participant": {
                "domain": own,
                "fields": (
                    "campaign_id",
                    "date_begin",
                    "state",
                    "date_invited",
                    "date_answered",
                    "companions",
                    "remark",
                ),
                # without a token no link opens any more
                "erase": {"remark": None, "blocked_reason": None, "token": None, "mail_due": None},
            },
        }
