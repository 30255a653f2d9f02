from odoo import api, models
from odoo.fields import Domain


class CustomerComplaintPortal(models.Model):
    _inherit = "customer.complaint"

    def _get_report_base_filename(self):
        self.ensure_one()
        return f"{self.env._('Complaint')} {self.number}"

    @api.model
    def _portal_get_domain(self, partner):
        """Return the domain of the complaints a customer sees in the portal.

        His own; by the setting of the company that handles them, those of the other contacts of his company.
        """
        own = Domain("partner_id", "=", partner.id)
        settings = ["company", "manager"] if partner.sudo().care_sees_colleagues else ["company"]
        companies = self.env["res.company"].sudo().search([("care_complaint_colleagues", "in", settings)])
        if not companies:
            return own
        return own | (
            Domain("commercial_partner_id", "=", partner.commercial_partner_id.id)
            & Domain("company_id", "in", companies.ids)
            & Domain("is_confidential", "=", False)
            & Domain("is_identity_protected", "=", False)
        )

    def _portal_is_allowed(self, partner):
        """Return whether a customer sees and answers this complaint in the portal (singleton)."""
        self.ensure_one()
        if self.partner_id == partner:
            return True
        if self.is_confidential or self.is_identity_protected:
            return False
        setting = self.company_id.care_complaint_colleagues
        return (
            bool(self.partner_id)
            and self.commercial_partner_id == partner.commercial_partner_id
            and (setting == "company" or (setting == "manager" and partner.sudo().care_sees_colleagues))
        )

    def _portal_get_phase_text(self):
        """Say in the customer's words where the complaint stands; for whom else it waits is no concern of his."""
        self.ensure_one()
        main = self.sudo().merged_into_id
        if main:
            return self.env._("Continued as %(number)s", number=main.number)
        waits_for = self.sudo().waits_for
        phase = "open" if self.phase == "waiting" and waits_for not in (False, "customer") else self.phase
        return {
            "open": self.env._("We are working on it"),
            "waiting": self.env._("We are waiting for your answer"),
            "resolved": self.env._("Solved"),
            "closed": self.env._("Closed"),
            "cancelled": self.env._("Not pursued any further"),
        }.get(phase, "")

    def _portal_get_phase_color(self):
        """Give the bootstrap color of the phase."""
        self.ensure_one()
        return {
            "waiting": "warning",
            "resolved": "success",
            "closed": "success",
            "cancelled": "secondary",
        }.get(self.phase, "info")

    def _portal_get_timeline(self):
        """Give what happened so far as a list of (datetime, text), oldest first."""
        self.ensure_one()
        steps = [
            (self.received_datetime, self.env._("We have received your complaint")),
            (self.acknowledged_datetime, self.env._("We have confirmed it to you")),
            (self.responded_datetime, self.env._("We have answered you")),
            (self.resolved_datetime, self.env._("Your complaint is solved")),
            (self.closed_datetime, self.env._("Your complaint is closed")),
        ]
        return sorted((step for step in steps if step[0]), key=lambda step: step[0])

    def _portal_get_offers(self):
        """Give the compensations that may be shown to the customer: those approved and not taken back."""
        self.ensure_one()
        return self.sudo().compensation_ids.filtered(
            lambda offer: offer.approval_state == "approved" and offer.state != "cancelled"
        )
