from odoo import models

from .identity_fields import COMPLAINT, Masked


class MailTrackingValue(models.Model):
    """Log of changes of who complained."""

    _inherit = "mail.tracking.value"

    def _filter_has_field_access(self, env):
        shown = super()._filter_has_field_access(env)
        return shown - shown._filter_identities().filtered(
            lambda value: value._get_masked_complaint().with_env(env).sudo(False)._hides_identity()
        )

    def _filter_free_field_access(self):
        """Leave out of mails, which go to many, who complained where that is protected."""
        shown = super()._filter_free_field_access()
        return shown - shown._filter_identities().filtered(
            lambda value: value._get_masked_complaint().is_identity_protected
        )

    def _filter_identities(self):
        """Return the changes of fields that tell who complained, of a complaint or of what belongs to it."""
        return self.filtered(
            lambda value: (
                value.field_id.model in self.env
                and isinstance(self.env[value.field_id.model]._fields.get(value.field_id.name), Masked)
            )
        )

    def _get_masked_complaint(self):
        """Return the complaint whose change it is (singleton), as superuser."""
        record = self.env[self.field_id.model].sudo().browse(self.mail_message_id.res_id)
        return record if record._name == COMPLAINT else record.complaint_id
