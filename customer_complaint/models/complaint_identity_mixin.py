from odoo import models

from .identity_fields import Masked


class ComplaintIdentityMixin(models.AbstractModel):
    """For models with stored fields of ``identity_fields``: what is fetched into the cache is the truth.

    The cache is shared by all users of a transaction; each is shown what he may see when he reads from it.
    """

    _name = "complaint.identity.mixin"
    _description = "Hidden Identity of Complainants"

    def _fetch_query(self, query, fields):
        if self.env.su or not any(isinstance(field, Masked) and field.column_type for field in fields):
            return super()._fetch_query(query, fields)
        columns = [field for field in fields if field.column_type]
        # whether the user may read the fields was asked before
        fetched = super(ComplaintIdentityMixin, self.sudo())._fetch_query(query, columns)
        fetched = fetched.with_env(self.env)
        if fetched:
            for field in fields:
                if not field.column_type:
                    field.read(fetched)
        return fetched
