from odoo import api, models
from odoo.exceptions import AccessError

from .customer_complaint_part import PART

LETTER = "customer.complaint.letter"
# The files of these fields are made by the program, and prove something.
PROOFS = {("customer.complaint", "signature"), ("customer.complaint.major.report", "pdf")}


class IrAttachment(models.Model):
    """What was signed, issued or sent stays as it was: also the file itself, apart from its record."""

    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        files = super().create(vals_list)
        # the result is checked, not the values: defaults come through the context too
        files._check_proofs()
        return files

    def write(self, vals):
        self._check_proofs()
        result = super().write(vals)
        if not vals.keys().isdisjoint(("res_model", "res_field", "res_id")):
            self._check_proofs()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_proof(self):
        self._check_proofs()

    def _check_proofs(self):
        """:raises AccessError: for what proves something, unless called as superuser"""
        if self.env.su:
            return
        for (model, field), files in (
            self.sudo().grouped(lambda file: (file.res_model, file.res_field)).items()
        ):
            if (model, field) in PROOFS or (model == LETTER and files._are_sent_letters()):
                raise AccessError(self.env._("What was signed, issued or sent stays as it was."))
            if field and model in self.env and isinstance(self.env[model], self.env.registry[PART]):
                parts = self.env[model].sudo().browse(files.mapped("res_id")).exists()
                if field not in parts._open_fields:
                    parts._check_investigation_open()

    def _are_sent_letters(self):
        return bool(self.env[LETTER].sudo().search_count([("file_id", "in", self.ids)], limit=1))
