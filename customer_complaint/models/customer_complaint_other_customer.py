import uuid

from odoo import models


class CustomerComplaint(models.Model):
    """A complaint that was noted for the wrong customer: from the correction on he learns nothing of it."""

    _inherit = "customer.complaint"

    def write(self, vals):
        if "partner_id" not in vals:
            return super().write(vals)
        before = {complaint: complaint.partner_id for complaint in self.sudo()}
        result = super().write(vals)
        for complaint, partner in before.items():
            # who belongs to the same company got what was for his company
            if partner and partner.commercial_partner_id != complaint.commercial_partner_id:
                complaint._leave_customer(partner)
        return result

    def _leave_customer(self, partner):
        """Take the complaint (singleton, superuser) from a customer whose it is not: no mail or link reaches him."""
        self.message_unsubscribe(partner.ids)
        # the links and the tracking code that he was sent lead nowhere
        self.access_token = str(uuid.uuid4())
