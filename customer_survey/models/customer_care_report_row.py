from odoo import api, models
from odoo.tools import SQL


class CustomerCareReportRow(models.Model):
    """Answers of surveys about satisfaction count in the care report too."""

    _inherit = "customer.care.report.row"
    _depends = {"customer.survey.score": ["commercial_partner_id", "date", "kind", "value"]}

    @api.model
    def _get_answer_queries(self, date_from, date_to):
        # The settings name an answer N of 1 to 10. Exactly the answers from N on have a score of 10 (N - 1) or more,
        # and 4 of 5 counts as 8 of 10 does.
        least = 10 * (self.env.company.care_satisfied_from - 1)
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
