from odoo import models

# Checked against what the cache knows; core reads team, handler and customer of each complaint.
KNOWN_FIELDS = {"team_id", "user_id", "partner_id"}


class CustomerComplaint(models.Model):
    """Team, handler and customer are of the complaint's company."""

    _inherit = "customer.complaint"

    def _check_company(self, fnames=None):
        """Leave to core, which reads and explains, only what is not plainly of the same company."""
        if fnames is None or "company_id" in fnames:
            fnames = self._fields
        complaints = self.sudo()
        checked = [self._fields[name] for name in fnames]
        # what is empty is of no company
        fnames = [
            field.name
            for field in checked
            if field.relational and field.check_company and complaints[field.name]
        ]
        if KNOWN_FIELDS.intersection(fnames) and self._is_of_one_company():
            fnames = [name for name in fnames if name not in KNOWN_FIELDS]
        return super()._check_company(fnames) if fnames else None

    def _is_of_one_company(self):
        """Whether team, handler and customer of each are of its company or of none."""
        teams = self.env["customer.complaint.team"]._get_facts()
        for company, complaints in self.sudo().grouped("company_id").items():
            if any(teams[team.id]["company_id"] not in (company.id, False) for team in complaints.team_id):
                return False
            if any(company.id not in user._get_company_ids() for user in complaints.user_id):
                return False
            if complaints.partner_id.company_id - company:
                return False
        return True
