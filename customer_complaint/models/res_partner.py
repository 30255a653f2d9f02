from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    care_complaint_count = fields.Integer(
        compute="_compute_care_complaint_count", string="Complaints", groups="base.group_user"
    )

    # The mail gateway asks for the address of each mail; core has no index for it.
    _care_email_normalized_idx = models.Index("(email_normalized) WHERE email_normalized IS NOT NULL")

    @api.depends_context("uid")
    def _compute_care_complaint_count(self):
        """Count the complaints that the user may see, over all contacts of each customer's company."""
        Complaint = self.env["customer.complaint"]
        counts = {}
        if Complaint.has_access("read"):
            families = self.commercial_partner_id
            counts = dict(
                Complaint.with_context(active_test=False)._read_group(
                    [("commercial_partner_id", "in", families.ids)], ["commercial_partner_id"], ["__count"]
                )
            )
        for partner in self:
            partner.care_complaint_count = counts.get(partner.commercial_partner_id, 0)

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
