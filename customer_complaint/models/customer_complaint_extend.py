from odoo import fields, models
from odoo.fields import Domain

from .customer_complaint_stage import OPEN_PHASES


class CustomerComplaint(models.Model):
    """Extensions of a complaint's time limits."""

    _inherit = "customer.complaint"

    extension_ids = fields.One2many(
        "customer.complaint.extension", "complaint_id", string="Extensions", groups="base.group_user"
    )
    has_pending_extension = fields.Boolean(
        string="Extension Waits for Approval",
        compute="_compute_has_pending_extension",
        search="_search_has_pending_extension",
        groups="base.group_user",
    )

    def _compute_has_pending_extension(self):
        pending = self.sudo().extension_ids.filtered(lambda extension: extension.approval_state == "pending")
        for complaint in self:
            complaint.has_pending_extension = complaint in pending.complaint_id

    def _search_has_pending_extension(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("extension_ids", "any", [("approval_state", "=", "pending")])

    def write(self, vals):
        """Keep the company, whose rules and people approve, while an extension waits for approval."""
        extensions = self.env["customer.complaint.extension"].sudo()
        if "company_id" in vals:
            self.check_access("write")
            moving = self.sudo().filtered(lambda complaint: complaint.company_id.id != vals["company_id"])
            extensions = moving.extension_ids
            extensions._approval_check_unlocked()
        result = super().write(vals)
        extensions._approval_recheck()
        return result

    def action_extend(self):
        """Open the form of a new extension of this complaint."""
        self.ensure_one()
        self.check_access("write")
        target = self.next_target if self.phase in OPEN_PHASES and self.next_target else "resolution"
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Extend a Time Limit"),
            "res_model": "customer.complaint.extension",
            "view_mode": "form",
            "target": "new",
            "context": {"default_complaint_id": self.id, "default_target": target},
        }
