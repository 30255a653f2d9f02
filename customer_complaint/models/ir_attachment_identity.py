from odoo import models

# What belongs to a complaint, and has files that name the customer.
MODELS = ("customer.complaint.answer", "customer.complaint.compensation")


class IrAttachment(models.Model):
    """Recordings, papers and receipts tell who the customer is: they are hidden with his identity.

    Not from whoever brought them.
    """

    _inherit = "ir.attachment"

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su or self.env["customer.complaint"]._sees_identities():
            return result
        hidden = self.browse()
        for name, files in self.sudo().grouped("res_model").items():
            if name in MODELS:
                others = files.filtered(lambda file: file.res_id and file.create_uid.id != self.env.uid)
                hidden |= others._filter_hidden(name)
        secret = hidden.with_env(self.env)
        if not secret:
            return result
        forbidden, error = result or (self.browse(), lambda: self._make_access_error(operation))
        return forbidden | secret, error

    def _filter_hidden(self, model_name):
        """Return the files of a model's records of complaints whose complainant the user does not know."""
        owners = self.env[model_name].browse(self.mapped("res_id")).exists()
        hidden = {one.id for one in owners if one.complaint_id.sudo(False)._hides_identity()}
        return self.filtered(lambda file: file.res_id in hidden)
