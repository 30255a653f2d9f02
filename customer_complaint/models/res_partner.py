from odoo import api, fields, models
from odoo.fields import Domain

from .customer_complaint_stage import OPEN_PHASES


class ResPartner(models.Model):
    _inherit = "res.partner"

    care_complaint_count = fields.Integer(
        compute="_compute_care_complaint_count", string="Complaints", groups="base.group_user"
    )
    care_open_complaint_count = fields.Integer(
        compute="_compute_care_complaint_count", string="Open Complaints", groups="base.group_user"
    )

    # The mail gateway asks for the address of each mail; core has no index for it.
    _care_email_normalized_idx = models.Index("(email_normalized) WHERE email_normalized IS NOT NULL")

    @api.depends_context("uid")
    def _compute_care_complaint_count(self):
        """Count the complaints that the user may see, over all contacts of each customer's company."""
        Complaint = self.env["customer.complaint"]
        counts, opened = {}, {}
        if Complaint.has_access("read"):
            groups = Complaint.with_context(active_test=False)._read_group(
                [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
                ["commercial_partner_id", "active", "stage_id"],
                ["__count"],
            )
            for partner, active, stage, count in groups:
                counts[partner.id] = counts.get(partner.id, 0) + count
                if active and stage._get_phase() in OPEN_PHASES:
                    opened[partner.id] = opened.get(partner.id, 0) + count
        for partner in self:
            partner.care_complaint_count = counts.get(partner.commercial_partner_id.id, 0)
            partner.care_open_complaint_count = opened.get(partner.commercial_partner_id.id, 0)

    def action_care_open_complaints(self):
        """Open the open complaints of the whole company of this customer."""
        action = self.action_view_complaints()
        domain = Domain(action["domain"]) & Domain("phase", "in", OPEN_PHASES)
        return {**action, "domain": list(domain), "context": {**action["context"], "active_test": True}}

    def action_view_complaints(self):
        """Open the complaints of the whole company of this customer."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_action_all"
        )
        default = self[:1].id if len(self) == 1 else False
        return {
            **action,
            "domain": [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
            "context": {"default_partner_id": default, "active_test": False},
        }
