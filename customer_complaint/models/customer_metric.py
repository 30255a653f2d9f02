from odoo import api, fields, models
from odoo.tools import SQL

from .customer_complaint import PROBLEM_KINDS

# How much a complaint weighs by its severity.
SEVERITY_WEIGHTS = {"minor": 1, "general": 2, "serious": 4, "major": 8}
VALID_VERDICTS = ("valid", "partly")
PROVIDERS = ("complaints", "complaints_weighted", "valid_complaints")


class CustomerMetric(models.Model):
    """Figures of complaints and grievances, by the day of receipt; cancelled ones do not count."""

    _inherit = "customer.metric"

    provider = fields.Selection(
        selection_add=[
            ("complaints", "Number of complaints"),
            ("complaints_weighted", "Complaints weighted by severity"),
            ("valid_complaints", "Valid complaints"),
        ],
        ondelete=dict.fromkeys(PROVIDERS, "cascade"),
    )

    @api.model
    def _get_providers(self):
        facts = {"unit": "number", "is_lower_better": True, "empty": 0}
        return {**super()._get_providers(), **dict.fromkeys(PROVIDERS, facts)}

    def _query_complaints(self, scope):
        value = SQL("COUNT(*) FILTER (WHERE %s)", scope.after(SQL("date"), self.months))
        return self._get_complaint_rows(scope), value

    def _query_complaints_weighted(self, scope):
        weights = SQL("").join(
            SQL(" WHEN %s THEN %s", severity, weight) for severity, weight in SEVERITY_WEIGHTS.items()
        )
        value = SQL(
            "COALESCE(SUM(CASE severity%s ELSE 1 END) FILTER (WHERE %s), 0)",
            weights,
            scope.after(SQL("date"), self.months),
        )
        return self._get_complaint_rows(scope), value

    def _query_valid_complaints(self, scope):
        value = SQL(
            "COUNT(*) FILTER (WHERE verdict IN %s AND %s)",
            VALID_VERDICTS,
            scope.after(SQL("date"), self.months),
        )
        return self._get_complaint_rows(scope), value

    def _get_complaint_rows(self, scope):
        """Archived complaints do not count either; days are those of the company."""
        stages = self.env["customer.complaint.stage"]._get_facts()
        cancelled = tuple(key for key, facts in stages.items() if facts["phase"] == "cancelled")
        return SQL(
            """
            SELECT * FROM (
                SELECT commercial_partner_id AS partner_id, %(day)s AS date, severity, verdict
                  FROM customer_complaint
                 WHERE kind IN %(kinds)s AND active AND NOT COALESCE(stage_id IN %(cancelled)s, FALSE)
                   AND commercial_partner_id IS NOT NULL AND %(partners)s AND %(companies)s
            ) received WHERE date <= %(date)s
            """,
            day=self.env["res.company"]._care_get_day_sql(SQL("received_datetime"), SQL("company_id")),
            kinds=PROBLEM_KINDS,
            cancelled=cancelled or (0,),
            partners=scope.limit(SQL("commercial_partner_id")),
            companies=scope.limit_company(SQL("company_id")),
            date=scope.date,
        )
