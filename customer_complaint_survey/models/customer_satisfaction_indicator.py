from odoo import api, fields, models
from odoo.addons.customer_complaint.models.customer_complaint import PROBLEM_KINDS
from odoo.fields import Domain
from odoo.tools import SQL

# {provider: measure of the report on complaints}
SHARES = {"complaint_within": "resolution_within", "complaint_reopened": "reopened_percent"}
HOURS = {"complaint_response_hours": "response_hours", "complaint_resolution_hours": "resolution_hours"}
PROVIDERS = ("complaint_rate", *SHARES, *HOURS)


class CustomerSatisfactionIndicator(models.Model):
    """Figures of complaints, of those received in the period; cancelled ones do not count.

    They are the figures of the analysis of complaints, with the rights of the program: an index tells nobody's name.
    """

    _inherit = "customer.satisfaction.indicator"

    provider = fields.Selection(
        selection_add=[
            ("complaint_rate", "Complaints of 100 customers"),
            ("complaint_within", "Complaints resolved within the limit"),
            ("complaint_reopened", "Complaints reopened"),
            ("complaint_response_hours", "Hours to the first response"),
            ("complaint_resolution_hours", "Hours to the resolution of a complaint"),
        ],
        ondelete=dict.fromkeys(PROVIDERS, "cascade"),
    )

    @api.model
    def _get_providers(self):
        return {
            **super()._get_providers(),
            "complaint_rate": {
                "worst": 10,
                "best": 0,
                "explanation": self.env._(
                    "Complaints received in the period for each 100 customers, by their life-cycle stage at its end."
                ),
            },
            "complaint_within": {
                "unit": "percent",
                "worst": 50,
                "explanation": self.env._(
                    "Share of the complaints of the period that kept the time limit of their resolution."
                ),
            },
            "complaint_reopened": {
                "unit": "percent",
                "worst": 20,
                "best": 0,
                "explanation": self.env._("Share of the complaints of the period that were reopened."),
            },
            "complaint_response_hours": {
                "unit": "hours",
                "worst": 24,
                "best": 0,
                "explanation": self.env._(
                    "Median working hours from receipt to the first response to a complaint."
                ),
            },
            "complaint_resolution_hours": {
                "unit": "hours",
                "worst": 80,
                "best": 0,
                "explanation": self.env._(
                    "Median working hours from receipt to the resolution of a complaint."
                ),
            },
        }

    def _get_complaint_domain(self, span):
        return (
            Domain("received_datetime", ">=", span.start)
            & Domain("received_datetime", "<", span.end)
            & Domain("company_id", "=", span.company_id)
            & Domain("kind", "in", PROBLEM_KINDS)
            & Domain("phase", "!=", "cancelled")
        )

    def _get_complaint_rows(self, span, measure):
        """Return SQL of the complaints of a period with one measure of the report.

        The customer, and with him the segment, comes from the complaint: the report names none of confidential ones.
        """
        Report = self.env["customer.complaint.report"].sudo()
        query = Report._search(self._get_complaint_domain(span))
        query.add_join(
            "LEFT JOIN",
            "origin",
            "customer_complaint",
            SQL("origin.id = %s.complaint_id", SQL.identifier(query.table)),
        )
        return query.select(
            SQL("origin.commercial_partner_id AS partner_id"),
            SQL("%s AS value", Report._field_to_sql(query.table, measure, query)),
        )

    def _query_complaint_share(self, span):
        rows = self._get_complaint_rows(span, SHARES[self.provider])
        return rows, SQL("AVG(value)"), SQL("COUNT(value)")

    _query_complaint_within = _query_complaint_reopened = _query_complaint_share

    def _query_complaint_hours(self, span):
        rows = self._get_complaint_rows(span, HOURS[self.provider])
        return rows, SQL("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY value)"), SQL("COUNT(value)")

    _query_complaint_response_hours = _query_complaint_resolution_hours = _query_complaint_hours

    def _query_complaint_rate(self, span):
        changes = self.env["customer.lifecycle.change"]
        changes.flush_model()
        rows = SQL(
            """
            SELECT stage.partner_id, 1 AS customers, 0 AS complaints
              FROM (%(stages)s) stage
              JOIN customer_lifecycle_stage kind ON kind.id = stage.stage_id AND kind.kind = 'customer'
              JOIN res_partner partner ON partner.id = stage.partner_id
             WHERE partner.company_id IS NULL OR partner.company_id = %(company)s
             UNION ALL
            SELECT partner_id, 0, 1 FROM (%(complaints)s) complaint
            """,
            stages=changes._get_stage_query(span.end),
            company=span.company_id,
            complaints=self._get_complaint_rows(span, "reopen_count"),
        )
        return (
            rows,
            SQL("100.0 * SUM(complaints) / NULLIF(SUM(customers), 0)"),
            SQL("COALESCE(SUM(customers), 0)"),
        )

    def _records_complaint(self, span):
        return "customer.complaint.report", self._get_complaint_domain(span), "commercial_partner_id"

    _records_complaint_rate = _records_complaint_within = _records_complaint_reopened = _records_complaint
    _records_complaint_response_hours = _records_complaint_resolution_hours = _records_complaint
