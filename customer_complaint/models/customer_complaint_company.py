from odoo import models

# Checked against what the cache knows; core reads team, handler and customer of each complaint.
KNOWN_FIELDS = {"team_id", "user_id", "partner_id"}


class CustomerComplaint(models.Model):
    """Team, handler and customer are of the complaint's company."""

    _inherit = "customer.complaint"

    def _check_company(self, fnames=None):
        """Leave to core, which reads and explains, only what is not plainly of the same company."""
        if fnames is None or "company_id" in fnames:
            fnames = [
                name for name, field in self._fields.items() if field.relational and field.check_company
            ]
        if KNOWN_FIELDS.intersection(fnames) and self._is_of_one_company():
            fnames = [name for name in fnames if name not in KNOWN_FIELDS]
        return super()._check_company(fnames) if fnames else None

    def _is_of_one_company(self):
        """Whether team, handler and customer of each are of its company or of none."""
        teams = self.env["customer.complaint.team"]._get_facts()
        for complaint in self.sudo():
            company_id = complaint.company_id.id
            if complaint.team_id and teams[complaint.team_id.id]["company_id"] not in (company_id, False):
                return False
            if complaint.user_id and company_id not in complaint.user_id._get_company_ids():
                return False
            if complaint.partner_id.company_id.id not in (company_id, False):
                return False
        return True
