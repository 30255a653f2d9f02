from odoo import api, models


class CustomerCachedMixin(models.AbstractModel):
    """Configuration of which the registry's cache keeps what is asked often: each change empties the cache."""

    _name = "customer.cached.mixin"
    _description = "Configuration Kept in the Cache"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
