from odoo import models

from .identity_fields import Masked


class Base(models.AbstractModel):
    _inherit = "base"

    def _traverse_related_sql(self, alias, field, query):
        """Follow a path to who complained in the user's name: related fields are else followed as superuser."""
        if self.env.su or not isinstance(field, Masked):
            return super()._traverse_related_sql(alias, field, query)
        model = self
        *path, last = field.related.split(".")
        for name in path:
            if model._fields[name].type != "many2one":
                return super()._traverse_related_sql(alias, field, query)
            model, alias = model._fields[name].join(model, alias, query)
        return model, model._fields[last], alias

    def _care_is_document(self):
        return super()._care_is_document() or (
            self._name.startswith("customer.complaint")
            and not self._transient
            and "complaint_id" in self._fields
        )
