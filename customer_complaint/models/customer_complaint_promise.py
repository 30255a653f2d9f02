from odoo import models


class CustomerComplaint(models.Model):
    """The compensations that a complaint promises."""

    _inherit = "customer.complaint"

    def action_view_compensations(self):
        """Open the compensations of the complaint."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_compensation_action"
        )
        return {
            **action,
            "domain": [("complaint_id", "=", self.id)],
            "context": {"default_complaint_id": self.id},
        }

    def _get_promised_compensations(self, vals):
        """Return the open compensations that ``vals`` would give to another customer or company.

        As superuser: approvals hold for both, and the user may not see all compensations.
        """
        names = [name for name in ("partner_id", "company_id") if name in vals]
        if not names:
            return self.env["customer.complaint.compensation"].sudo()
        self.check_access("write")
        changed = self.sudo().filtered(
            lambda complaint: any(complaint[name].id != vals[name] for name in names)
        )
        return changed.compensation_ids.filtered(lambda compensation: compensation.state == "proposed")
