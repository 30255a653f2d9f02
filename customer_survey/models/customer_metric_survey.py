from odoo import api, fields, models
from odoo.tools import SQL

PROVIDERS = {
    "survey_answers": {"unit": "number", "empty": 0},
    "survey_low": {"unit": "number", "empty": 0, "is_lower_better": True},
    "survey_promoters": {"unit": "percent"},
    "survey_response": {"unit": "percent"},
}


class CustomerMetric(models.Model):
    """How often a customer answers, and how often badly or well; corrected rows do not count."""

    _inherit = "customer.metric"

    provider = fields.Selection(
        selection_add=[
            ("survey_answers", "Survey answers"),
            ("survey_low", "Low survey answers"),
            ("survey_promoters", "Share of promoters"),
            ("survey_response", "Survey response rate"),
        ],
        ondelete=dict.fromkeys(PROVIDERS, "cascade"),
    )

    @api.model
    def _get_providers(self):
        return {**super()._get_providers(), **PROVIDERS}

    def _query_survey_answers(self, scope):
        value = SQL("COUNT(DISTINCT answer) FILTER (WHERE %s)", scope.after(SQL("date"), self.months))
        return self._get_score_rows(scope), value

    def _query_survey_low(self, scope):
        value = SQL(
            "COUNT(DISTINCT answer) FILTER (WHERE is_low AND %s)", scope.after(SQL("date"), self.months)
        )
        return self._get_score_rows(scope), value

    def _query_survey_promoters(self, scope):
        value = SQL(
            "100.0 * AVG((nps_class = 'promoter')::int) FILTER (WHERE kind = 'nps' AND %s)",
            scope.after(SQL("date"), self.months),
        )
        return self._get_score_rows(scope), value

    def _query_survey_response(self, scope):
        """Percent of the invitations sent in the window that were finished by the day of the scope."""
        rows = SQL(
            """
            SELECT partner.commercial_partner_id AS partner_id, answer.care_send_date AS date,
                   answer.state = 'done' AND %s <= %s AS is_done
              FROM survey_user_input answer
              JOIN res_partner partner ON partner.id = answer.partner_id
             WHERE answer.care_rule_id IS NOT NULL AND answer.test_entry IS NOT TRUE
               AND answer.care_sent_datetime IS NOT NULL AND answer.care_send_date <= %s AND %s AND %s
            """,
            self.env["res.company"]._care_get_day_sql(
                SQL("answer.end_datetime"), SQL("answer.care_company_id")
            ),
            scope.date,
            scope.date,
            scope.limit(SQL("partner.commercial_partner_id")),
            SQL("(answer.care_company_id IS NULL OR %s)", scope.limit_company(SQL("answer.care_company_id"))),
        )
        window = scope.after(SQL("date"), self.months)
        value = SQL("100.0 * AVG(COALESCE(is_done, FALSE)::int) FILTER (WHERE %s)", window)
        return rows, value
