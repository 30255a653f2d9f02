import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerComplaintReadMixin(models.AbstractModel):
    """A dialog in which the customer's word is noted on a text that he has read, or that was read to him.

    The fingerprint is of the text as it was when the dialog was opened: another one is refused at the end.
    """

    _name = "customer.complaint.read.mixin"
    _description = "Word of the Customer on a Text"

    complaint_id = fields.Many2one("customer.complaint", required=True, readonly=True)
    digest = fields.Char(readonly=True, help="Of what was read when the dialog was opened.")
    document = fields.Binary(string="Recording or Paper")
    document_name = fields.Char()

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        complaint = self.env["customer.complaint"].browse(values.get("complaint_id"))
        if complaint and "digest" in fields:
            complaint.check_access("read")
            values["digest"] = self._get_digest(complaint)
        return values

    @api.model
    def _get_digest(self, complaint):
        """Return the fingerprint of what is read about a complaint. Each dialog says what that is."""
        raise NotImplementedError

    def _read_document(self):
        """Return [(name, content)] of the paper or recording that was handed in (singleton), may be empty.

        :raises UserError: when it is no file
        """
        if not self.document:
            return []
        try:
            content = base64.b64decode(self.document)
        except (binascii.Error, ValueError) as error:
            raise UserError(self.env._("The file cannot be read.")) from error
        return [(self.document_name or self._fields["document"]._description_string(self.env), content)]
