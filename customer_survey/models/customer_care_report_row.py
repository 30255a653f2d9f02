from odoo import api, models
from odoo.tools import SQL

from ..tools import scores as formulas


class CustomerCareReportRow(models.Model):
    """Answers of surveys about satisfaction count in the care report too."""

    _inherit = "customer.care.report.row"
    _depends = {"customer.survey.score": ["commercial_partner_id", "date", "kind", "value"]}

    @api.model
    def _get_answer_queries(self, date_from, date_to):
        # The settings name an answer of 1 to 10; scores go from 0 to 100.
        least = formulas.score("csat", self.env.company.care_satisfied_from, 1, 10)
        return [
            *super()._get_answer_queries(date_from, date_to),
            SQL(
                """
                SELECT commercial_partner_id AS partner_id, value >= %s AS is_satisfied
                  FROM customer_survey_score
                 WHERE kind = 'csat' AND date BETWEEN %s AND %s AND (company_id IS NULL OR company_id IN %s)
                """,
                least,
                date_from,
                date_to,
                self._get_companies(),
            ),
        ]
