from odoo import models
from odoo.fields import Command

# Who may read the words of a complaint follows from these; some categories protect who complained.
SECRECY_FIELDS = {"is_confidential", "is_identity_protected", "accused_ids", "category_id"}


class CustomerComplaint(models.Model):
    """What was told in confidence stays so when complaints are merged."""

    _inherit = "customer.complaint"

    def write(self, vals):
        """Make secret with the main complaint what was merged into it: it tells the same story."""
        result = super().write(vals)
        if not SECRECY_FIELDS.isdisjoint(vals):
            secret = self.sudo().filtered(lambda one: one.is_confidential or one.is_identity_protected)
            for main in secret.with_context(active_test=False):
                main._share_secrecy()
        return result

    def _share_secrecy(self):
        """Hide what was merged into the complaint (singleton, superuser) from those from whom it is hidden."""
        if self.is_identity_protected:
            self.merged_ids.filtered(lambda one: not one.is_identity_protected).is_identity_protected = True
        if not self.is_confidential:
            return
        accused = self.accused_ids
        open_ones = self.merged_ids.filtered(
            lambda one: not one.is_confidential or one.accused_ids != accused
        )
        for one in open_ones:
            # who is complained of neither handles nor helps with what nobody works on any more
            vals = {
                "is_confidential": True,
                "accused_ids": [Command.set(accused.ids)],
                "helper_ids": [Command.unlink(helper.id) for helper in one.helper_ids & accused],
            }
            if one.user_id in accused:
                vals["user_id"] = False
            one.write(vals)

    def _find_mixed_secrecy(self, main):
        """Return why the complaints and ``main`` (superuser) cannot be one: not all of them are as secret."""
        both = self | main
        if both.filtered("is_confidential") and any(
            one.is_confidential != main.is_confidential or one.accused_ids != main.accused_ids for one in self
        ):
            return [
                self.env._(
                    "Confidential complaints are merged only with complaints that are confidential too, about the "
                    "same employees: %(complaints)s. Make the others confidential first.",
                    complaints=", ".join(both.filtered("is_confidential").mapped("number")),
                )
            ]
        if len(set(both.mapped("is_identity_protected"))) > 1:
            return [
                self.env._(
                    "The complainant of some of them is protected: %(complaints)s. Protect that of the others first.",
                    complaints=", ".join(both.filtered("is_identity_protected").mapped("number")),
                )
            ]
        return []
