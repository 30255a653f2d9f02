from odoo import api, models
from odoo.tools import SQL


class CustomerCareCampaign(models.Model):
    """Answers of customers count in the satisfaction before and after a campaign."""

    _inherit = "customer.care.campaign"

    @api.model
    def _get_satisfaction_parts(self, scope):
        return [
            *super()._get_satisfaction_parts(scope),
            SQL(
                "SELECT commercial_partner_id AS partner_id, date::date AS date, value::numeric AS value"
                " FROM customer_survey_score"
                " WHERE kind = 'csat' AND date <= %s AND commercial_partner_id IS NOT NULL"
                " AND (company_id IS NULL OR %s)",
                scope.date,
                scope.limit_company(SQL("company_id")),
            ),
        ]
