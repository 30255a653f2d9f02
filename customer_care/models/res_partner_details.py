from odoo import api, fields, models

READERS = "customer_care.group_care_user,customer_care.group_care_auditor"


class ResPartner(models.Model):
    _inherit = "res.partner"

    care_proposal_ids = fields.One2many(
        "customer.detail.proposal", "partner_id", string="Proposed Details", groups=READERS, copy=False
    )
    care_proposal_count = fields.Integer(
        string="Proposals Waiting", compute="_compute_care_proposal_count", groups=READERS
    )

    @api.depends("care_proposal_ids.state")
    def _compute_care_proposal_count(self):
        groups = self.env["customer.detail.proposal"]._read_group(
            [("partner_id", "in", self.ids), ("state", "=", "open")], ["partner_id"], ["__count"]
        )
        counts = {partner.id: count for partner, count in groups}
        for partner in self:
            partner.care_proposal_count = counts.get(partner.id, 0)

    def action_care_open_proposals(self):
        """Open the details the customer proposed."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_detail_proposal_action"),
            "domain": [("partner_id", "=", self.id)],
            "context": {"search_default_open": 1},
        }

    def action_care_ask_details(self):
        """Open the dialog that asks the customers to check their details."""
        self.check_access("write")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_detail_ask_action"),
            "context": {"default_partner_ids": self.ids},
        }

    def _care_get_helper(self):
        """Return who acts for the customer: the responsible, else the leader of the team; may be empty."""
        self.ensure_one()
        partner = self.sudo()
        team = partner.care_team_id or partner.commercial_partner_id.care_team_id
        users = self._care_get_responsible().sudo() | team.user_id
        return users.filtered(
            lambda user: (
                user.active
                and not user.share
                and (not partner.company_id or partner.company_id in user.company_ids)
            )
        )[:1]
