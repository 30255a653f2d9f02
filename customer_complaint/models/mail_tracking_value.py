from odoo import models

from .identity_fields import COMPLAINT, Masked


class MailTrackingValue(models.Model):
    """Log of changes of who complained."""

    _inherit = "mail.tracking.value"

    def _filter_has_field_access(self, env):
        shown = super()._filter_has_field_access(env)
        return shown - shown._filter_identities().filtered(
            lambda value: env[COMPLAINT].browse(value.mail_message_id.res_id).sudo(False)._hides_identity()
        )

    def _filter_free_field_access(self):
        """Leave out of mails, which go to many, who complained where that is protected."""
        shown = super()._filter_free_field_access()
        return shown - shown._filter_identities().filtered(
            lambda value: (
                self.env[COMPLAINT].sudo().browse(value.mail_message_id.res_id).is_identity_protected
            )
        )

    def _filter_identities(self):
        names = self.env[COMPLAINT]._fields
        return self.filtered(
            lambda value: (
                value.field_id.model == COMPLAINT and isinstance(names.get(value.field_id.name), Masked)
            )
        )
