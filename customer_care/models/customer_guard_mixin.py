from odoo import api, fields, models
from odoo.exceptions import AccessError


class CustomerGuardMixin(models.AbstractModel):
    """Fields that only the program sets, as superuser: a state, an origin, who did it and when.

    A model names them with the values of a new record, and those that follow from other fields::

        class Refund(models.Model):
            _name = "customer.refund"
            _inherit = ["customer.guard.mixin"]
            _guarded_fields = {"state": "draft", "done_by_id": False}
            _computed_fields = ("commercial_partner_id",)

    Whoever comes by RPC is refused both. In a new record the named values win over the defaults of a client's
    context or of a user, which would get there although the fields are read-only. What else a person may not
    change, or not any more, is said by ``_check_change``.
    """

    _name = "customer.guard.mixin"
    _inherit = ["customer.number.mixin"]
    _description = "Fields that only the Program Sets"

    _guarded_fields = {}
    _computed_fields = ()

    can_write = fields.Boolean(
        string="Can Be Changed by Me",
        compute="_compute_can_write",
        help="Forms hide what would refuse the reader.",
    )

    @api.depends_context("uid")
    def _compute_can_write(self):
        writable = self._origin.sudo(False)._filtered_access("write")
        for record in self:
            record.can_write = not record._origin or record._origin.id in writable._ids

    @api.model
    def default_get(self, fields):
        """Neither a client's context nor a user's default says what is computed."""
        computed = {name for name in self._computed_fields if self._fields[name].compute}
        return super().default_get([name for name in fields if name not in computed])

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self._check_guarded({name for vals in vals_list for name in vals})
        return super().create([{**self._get_guarded_values(), **vals} for vals in vals_list])

    def write(self, vals):
        if not self.env.su:
            self._check_guarded(vals)
            self._check_change(vals)
        return super().write(vals)

    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        """A text in another language is a value like any other; Odoo stores it without ``write``."""
        if not self.env.su:
            self._check_guarded([field_name])
            self._check_change({field_name: translations})
        return super()._update_field_translations(field_name, translations, digest, source_lang)

    def _get_guarded_values(self):
        """Return the guarded values of one new record. Override where they differ from record to record."""
        return self._guarded_fields

    def _check_guarded(self, names):
        """:raises AccessError: one of the names may only be set by the program"""
        guarded = {*self._guarded_fields, *self._computed_fields}.intersection(names)
        if guarded:
            raise AccessError(
                self.env._(
                    "These fields are set by the program only (%(model)s): %(fields)s",
                    model=self.env["ir.model"].sudo()._get(self._name).name,
                    fields=", ".join(sorted(guarded)),
                )
            )

    def _check_change(self, vals):
        """Refuse what a person must not change now. Override to do so; not asked for the program's own writing.

        :param vals: what is about to be written, without guarded fields
        """
