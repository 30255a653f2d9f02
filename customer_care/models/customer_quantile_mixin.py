from odoo import models
from odoo.tools import SQL

SHARES = {"median": 0.5, "p90": 0.9}


class CustomerQuantileMixin(models.AbstractModel):
    """Report models whose measures also know the aggregators ``median`` and ``p90``, both exact."""

    _name = "customer.quantile.mixin"
    _description = "Report with Quantiles"

    def _read_group_select(self, aggregate_spec, query):
        name, _sep, function = aggregate_spec.partition(":")
        if function in SHARES and name in self._fields:
            column = self._field_to_sql(self._table, name, query)
            return SQL("percentile_cont(%s) WITHIN GROUP (ORDER BY %s)", SHARES[function], column)
        return super()._read_group_select(aggregate_spec, query)
