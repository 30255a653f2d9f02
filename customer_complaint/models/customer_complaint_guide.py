from odoo import api, fields, models

from .customer_complaint import STAFF


class CustomerComplaintGuide(models.Model):
    """What to ask and what to offer, by category; ready answers."""

    _inherit = "customer.complaint"

    guide = fields.Html(compute="_compute_guide", groups=STAFF)

    @api.depends("category_id")
    @api.depends_context("lang")
    def _compute_guide(self):
        for category, complaints in self.grouped("category_id").items():
            complaints.guide = category._get_guide()

    def action_answer(self):
        """Open the window that answers the customers, with saved replies that fit."""
        self.check_access("write")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_complaint.customer_complaint_reply_send_action"
            ),
            "context": {"default_complaint_ids": self.ids},
        }
