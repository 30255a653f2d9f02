from odoo import models
from odoo.fields import Domain

from .base import OURS


class IrRule(models.Model):
    """A dialog of ours is seen by who opened it alone, as long as he sees the document that it names.

    Otherwise colleagues would read what somebody is about to write, or change what he is about to confirm; and whoever
    names a hidden document in a dialog of his own would read its name there.
    """

    _inherit = "ir.rule"

    def _compute_domain(self, model_name, mode="read"):
        domain = super()._compute_domain(model_name, mode)
        model = self.env[model_name]
        if self.env.su or not model._transient or not model_name.startswith(OURS):
            return domain
        domain &= Domain("create_uid", "=", self.env.uid)
        for name, field in model._fields.items():
            if (
                field.type == "many2one"
                and field.store
                and self.env[field.comodel_name]._care_is_document()
                and not (seen := self._compute_domain(field.comodel_name)).is_true()
            ):
                domain &= Domain(name, "=", False) | Domain(name, "any!", seen)
        return domain
