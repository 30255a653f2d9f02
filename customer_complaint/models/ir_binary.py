from odoo import models
from odoo.exceptions import AccessError

from .identity_fields import Masked


class IrBinary(models.AbstractModel):
    _inherit = "ir.binary"

    def _record_to_stream(self, record, field_name):
        """Hand out no picture of a masked field: its file is found without asking for the field's value."""
        if isinstance(record._fields[field_name], Masked):
            complaint = record.with_user(self.env.user).sudo(False)
            if complaint._hides_identity():
                raise AccessError(complaint._get_identity_refusal())
        return super()._record_to_stream(record, field_name)
