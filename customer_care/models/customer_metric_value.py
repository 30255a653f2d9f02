from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.figures import Scope


class CustomerMetricValue(models.Model):
    """Values of a metric as of today, computed when looked at.

    The context key ``care_metric_id`` names the metric; without it all active ones are read.
    """

    _name = "customer.metric.value"
    _description = "Value of a Metric"
    _auto = False
    _order = "value desc, partner_id"
    _rec_name = "partner_id"

    metric_id = fields.Many2one("customer.metric", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    value = fields.Float(readonly=True, aggregator="avg", digits=(16, 2))
    is_known = fields.Boolean(string="Known", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    care_user_id = fields.Many2one("res.users", string="Responsible Specialist", readonly=True)

    @property
    def _table_query(self):
        metrics = self.env["customer.metric"].browse(self.env.context.get("care_metric_id") or ())
        metrics = metrics.exists() or self.env["customer.metric"].search(Domain.TRUE)
        return (
            SQL(" UNION ALL ").join(self._get_select(metric) for metric in metrics)
            if metrics
            else SQL(
                "SELECT 0 AS id, 0 AS metric_id, 0 AS partner_id, 0.0 AS value, FALSE AS is_known,"
                " 0 AS country_id, 0 AS care_user_id WHERE FALSE"
            )
        )

    def _get_select(self, metric):
        # With the reader's rights: whoever may not see a customer does not see his figures.
        customers = self.env["res.partner"]._search([])
        customers.add_where("res_partner.commercial_partner_id = res_partner.id")
        scope = Scope(
            date=self.env.company._care_get_day(),
            company_ids=tuple(self.env.companies.ids),
            currency_id=self.env.company.currency_id.id,
        )
        return SQL(
            """
            SELECT figure.partner_id::bigint * 100000 + %(metric)s AS id, %(metric)s::int AS metric_id,
                   figure.partner_id, figure.value_0 AS value, figure.value_0 IS NOT NULL AS is_known,
                   partner.country_id, partner.care_user_id
              FROM (%(figures)s) figure JOIN res_partner partner ON partner.id = figure.partner_id
            """,
            metric=metric.id,
            figures=metric.sudo()._build_query(customers.subselect(), scope),
        )
