from odoo import api, models, tools
from odoo.fields import Domain


class CustomerCachedMixin(models.AbstractModel):
    """Configuration of which the registry's cache keeps what is asked often: a change of that empties the cache."""

    _name = "customer.cached.mixin"
    _inherit = ["customer.number.mixin"]
    _description = "Configuration Kept in the Cache"

    @api.model
    def _get_cached_fields(self):
        """Return the names of the fields that the cache keeps something of, None for all.

        Override for models that are written often, and extend it with each further field that is kept.
        """
        return None

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        result = super().write(vals)
        names = self._get_cached_fields()
        if names is None or not names.isdisjoint(vals):
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    @tools.ormcache("lang")
    def _get_cached_names(self, lang):
        """Return {id: name in a language} of all records: for few that each list, board and log names."""
        records = self.sudo().with_context(active_test=False, lang=lang).search(Domain.TRUE)
        return {record.id: record.name for record in records}

    def _set_cached_names(self):
        """Set the display names without reading the records: call it from ``_compute_display_name``."""
        names = self._get_cached_names(self.env.lang)
        for record in self:
            record.display_name = names[record.id] if record.id in names else record.name
