from odoo import api, fields, models
from odoo.fields import Domain

from .customer_complaint import PROBLEM_KINDS
from .customer_complaint_stage import OPEN_PHASES


class ResPartner(models.Model):
    _inherit = "res.partner"

    care_complaint_count = fields.Integer(
        compute="_compute_care_complaint_count", string="Complaints", groups="base.group_user"
    )
    care_open_complaint_count = fields.Integer(
        compute="_compute_care_complaint_count", string="Open Complaints", groups="base.group_user"
    )
    care_feedback_count = fields.Integer(
        compute="_compute_care_complaint_count", string="Suggestions and Praise", groups="base.group_user"
    )

    # The mail gateway asks for the address of each mail; core has no index for it.
    _care_email_normalized_idx = models.Index("(email_normalized) WHERE email_normalized IS NOT NULL")

    @api.depends_context("uid")
    def _compute_care_complaint_count(self):
        """Count what the user may see, over all contacts of each customer's company; other kinds apart."""
        Complaint = self.env["customer.complaint"]
        counts, opened, feedback = {}, {}, {}
        if Complaint.has_access("read"):
            groups = Complaint.with_context(active_test=False)._read_group(
                [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
                ["commercial_partner_id", "active", "stage_id", "kind"],
                ["__count"],
            )
            for partner, active, stage, kind, count in groups:
                if kind not in PROBLEM_KINDS:
                    feedback[partner.id] = feedback.get(partner.id, 0) + count
                    continue
                counts[partner.id] = counts.get(partner.id, 0) + count
                if active and stage._get_phase() in OPEN_PHASES:
                    opened[partner.id] = opened.get(partner.id, 0) + count
        for partner in self:
            partner.care_complaint_count = counts.get(partner.commercial_partner_id.id, 0)
            partner.care_open_complaint_count = opened.get(partner.commercial_partner_id.id, 0)
            partner.care_feedback_count = feedback.get(partner.commercial_partner_id.id, 0)

    def action_care_open_complaints(self):
        """Open the open complaints of the whole company of this customer."""
        action = self.action_view_complaints()
        domain = Domain(action["domain"]) & Domain("phase", "in", OPEN_PHASES)
        return {**action, "domain": list(domain), "context": {**action["context"], "active_test": True}}

    def action_view_complaints(self):
        """Open the complaints of the whole company of this customer."""
        return self._view_complaints("customer_complaint.customer_complaint_action_all", "in")

    def action_view_feedback(self):
        """Open the suggestions, inquiries and praise of the whole company of this customer."""
        return self._view_complaints("customer_complaint.customer_complaint_action_feedback", "not in")

    def action_view_corrective(self):
        """Open the corrective actions for complaints of the whole company of this customer."""
        complaints = [("complaint_ids.commercial_partner_id", "in", self.commercial_partner_id.ids)]
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_complaint.customer_complaint_action_action"
            ),
            "domain": complaints,
            "context": {},
        }

    def _view_complaints(self, xmlid, operator):
        """Return the action with the records whose kind is, or is not, that of a complaint."""
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        default = self[:1].id if len(self) == 1 else False
        return {
            **action,
            "domain": [
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("kind", operator, PROBLEM_KINDS),
            ],
            "context": {"default_partner_id": default, "active_test": False},
        }
