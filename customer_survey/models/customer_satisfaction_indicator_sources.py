from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.disclosure import get_hidden_months
from ..tools.index import get_period

SURVEYED = ("csat", "nps", "ces", "low_percent")
PROVIDERS = (*SURVEYED, "retention", "closed_loop", "callback_solved", "callback_reached")


class CustomerSatisfactionIndicator(models.Model):
    """Figures of scores, callbacks and of the life cycle.

    ``_query_<provider>(span)`` returns SQL of rows with a ``partner_id`` (a commercial partner, may be NULL), and two
    aggregates over them: the figure and the number of cases. ``_records_<provider>(span)`` says what to show for it.
    """

    _inherit = "customer.satisfaction.indicator"

    provider = fields.Selection(
        selection_add=[
            ("csat", "Satisfaction (CSAT)"),
            ("nps", "Recommendation (NPS)"),
            ("ces", "Effort (CES)"),
            ("low_percent", "Low answers"),
            ("retention", "Retention"),
            ("closed_loop", "Follow-ups closed in time"),
            ("callback_solved", "Problem solved, as asked in callbacks"),
            ("callback_reached", "Callbacks that reached the customer"),
        ],
        ondelete=dict.fromkeys(PROVIDERS, "cascade"),
    )

    @api.model
    def _get_providers(self):
        survey = {"is_survey": True}
        return {
            **super()._get_providers(),
            "csat": {
                **survey,
                "unit": "points",
                "explanation": self.env._("Average of the satisfaction scores of the period, 0 to 100."),
            },
            "nps": {
                **survey,
                "unit": "points",
                "worst": -100,
                "explanation": self.env._(
                    "Share of promoters less share of detractors among the answers of the period."
                ),
            },
            "ces": {
                **survey,
                "unit": "points",
                "explanation": self.env._(
                    "Average of the effort scores of the period, 0 to 100; high means easy."
                ),
            },
            "low_percent": {
                **survey,
                "unit": "percent",
                "worst": 50,
                "best": 0,
                "explanation": self.env._(
                    "Share of the scores of the period that were at or under the limit of their rule."
                ),
            },
            "retention": {
                "unit": "percent",
                "worst": 50,
                "explanation": self.env._(
                    "Share of those who were customers, by their life-cycle stage, when the period began and still are"
                    " at its end, or now."
                ),
            },
            "closed_loop": {
                "unit": "percent",
                "worst": 50,
                "explanation": self.env._(
                    "Share of the follow-ups of answers of the period that were closed within their limit, of those"
                    " that are closed or whose limit has passed."
                ),
            },
            "callback_solved": {
                "unit": "percent",
                "worst": 50,
                "explanation": self.env._(
                    "Share of yes among the callbacks of the period that asked whether the problem is solved."
                ),
            },
            "callback_reached": {
                "unit": "percent",
                "explanation": self.env._("Share of the attempts of the period that reached the customer."),
            },
        }

    # Scores

    def _get_score_domain(self, span):
        domain = (
            Domain("date", ">=", span.date_from)
            & Domain("date", "<=", span.date_to)
            & Domain("company_id", "in", [span.company_id, False])
        )
        if self.survey_ids:
            domain &= Domain("survey_id", "in", self.survey_ids.ids)
        if self.question_ids:
            domain &= Domain("question_id", "in", self.question_ids.ids)
        if self.provider != "low_percent":
            domain &= Domain("kind", "=", self.provider)
        return self._leave_out_few(domain, span)

    def _leave_out_few(self, domain, span):
        """Leave the anonymous answers of those months out that ``tools.disclosure.get_hidden_months`` names."""
        anonymous = Domain("survey_id", "in", self.env["survey.survey"]._care_get_anonymous_ids())
        if anonymous.is_false():
            return domain
        query = self.env["customer.survey.score"].sudo()._search(domain & anonymous)
        # answers, which may have several scores; where they were deleted, each score stands for itself
        score = SQL.identifier(query.table)
        month = SQL("date_trunc('month', %s.date)::date", score)
        query.groupby = month
        counts = self.env.execute_query(
            query.select(month, SQL("COUNT(DISTINCT COALESCE(%s.user_input_id, -%s.id))", score, score))
        )
        company = self.env["res.company"].sudo().browse(span.company_id)
        hidden = get_hidden_months(dict(counts), self.index_id.period, company.care_survey_min_answers)
        for first in hidden:
            _first, last = get_period("month", first)
            domain &= ~(anonymous & Domain("date", ">=", first) & Domain("date", "<=", last))
        return domain

    def _get_score_rows(self, span):
        scores = self.env["customer.survey.score"].sudo()._search(self._get_score_domain(span))
        return scores.select(
            SQL("customer_survey_score.commercial_partner_id AS partner_id"),
            SQL("customer_survey_score.value"),
            SQL("customer_survey_score.nps_class"),
            SQL("customer_survey_score.is_low"),
        )

    def _query_csat(self, span):
        return self._get_score_rows(span), SQL("AVG(value::numeric)"), SQL("COUNT(*)")

    _query_ces = _query_csat

    def _query_nps(self, span):
        value = SQL(
            "100.0 * (COUNT(*) FILTER (WHERE nps_class = 'promoter')"
            " - COUNT(*) FILTER (WHERE nps_class = 'detractor')) / NULLIF(COUNT(*), 0)"
        )
        return self._get_score_rows(span), value, SQL("COUNT(*)")

    def _query_low_percent(self, span):
        return self._get_score_rows(span), self._get_share(SQL("is_low")), SQL("COUNT(*)")

    def _records_csat(self, span):
        return "customer.survey.score", self._get_score_domain(span), "commercial_partner_id"

    _records_ces = _records_nps = _records_low_percent = _records_csat

    # Customers

    def _query_retention(self, span):
        changes = self.env["customer.lifecycle.change"]
        changes.flush_model()
        rows = SQL(
            """
            SELECT before.partner_id, COALESCE(new.kind = 'customer', FALSE) AS is_kept
              FROM (%(before)s) before
              JOIN customer_lifecycle_stage old ON old.id = before.stage_id AND old.kind = 'customer'
              JOIN res_partner partner ON partner.id = before.partner_id
              LEFT JOIN (%(after)s) after ON after.partner_id = before.partner_id
              LEFT JOIN customer_lifecycle_stage new ON new.id = after.stage_id
             WHERE partner.company_id IS NULL OR partner.company_id = %(company)s
            """,
            before=changes._get_stage_query(span.start),
            after=changes._get_stage_query(span.end),
            company=span.company_id,
        )
        return rows, self._get_share(SQL("is_kept")), SQL("COUNT(*)")

    def _records_retention(self, span):
        domain = Domain("status", "in", ("kept", "lost")) & Domain(
            "company_id", "in", [span.company_id, False]
        )
        return "customer.retention.row", domain, "partner_id"

    # Follow-ups

    def _get_loop_domain(self, span):
        ended = Domain("state", "=", "closed") | Domain("is_late", "=", True)
        return (
            Domain("open_datetime", ">=", span.start)
            & Domain("open_datetime", "<", span.end)
            & Domain("company_id", "in", [span.company_id, False])
            & ended
        )

    def _query_closed_loop(self, span):
        loops = self.env["customer.survey.loop"].sudo()._search(self._get_loop_domain(span))
        rows = loops.select(
            SQL("customer_survey_loop.commercial_partner_id AS partner_id"),
            SQL(
                "customer_survey_loop.state = 'closed'"
                " AND customer_survey_loop.closed_datetime <= customer_survey_loop.date_deadline AS is_in_time"
            ),
        )
        return rows, self._get_share(SQL("is_in_time")), SQL("COUNT(*)")

    def _records_closed_loop(self, span):
        return "customer.survey.loop", self._get_loop_domain(span), "commercial_partner_id"

    # Callbacks

    def _get_callback_domain(self, span):
        return (
            Domain("done_datetime", ">=", span.start)
            & Domain("done_datetime", "<", span.end)
            & Domain("company_id", "=", span.company_id)
        )

    def _get_callback_rows(self, domain):
        callbacks = self.env["customer.callback"].sudo().with_context(active_test=False)._search(domain)
        return callbacks.select(
            SQL("customer_callback.commercial_partner_id AS partner_id"),
            SQL("customer_callback.problem_solved = 'yes' AS is_solved"),
            SQL("customer_callback.state = 'done' AND customer_callback.outcome = 'reached' AS is_reached"),
        )

    def _get_solved_domain(self, span):
        return (
            self._get_callback_domain(span)
            & Domain("state", "=", "done")
            & Domain("problem_solved", "in", ("yes", "no"))
        )

    def _query_callback_solved(self, span):
        rows = self._get_callback_rows(self._get_solved_domain(span))
        return rows, self._get_share(SQL("is_solved")), SQL("COUNT(*)")

    def _records_callback_solved(self, span):
        return "customer.callback", self._get_solved_domain(span), "commercial_partner_id"

    def _get_ended_domain(self, span):
        return self._get_callback_domain(span) & Domain("state", "in", ("done", "missed"))

    def _query_callback_reached(self, span):
        rows = self._get_callback_rows(self._get_ended_domain(span))
        return rows, self._get_share(SQL("is_reached")), SQL("COUNT(*)")

    def _records_callback_reached(self, span):
        return "customer.callback", self._get_ended_domain(span), "commercial_partner_id"

    @api.model
    def _get_share(self, condition):
        """Return the aggregate of how many rows in a hundred fulfil the condition (SQL)."""
        return SQL("100.0 * COUNT(*) FILTER (WHERE %s) / NULLIF(COUNT(*), 0)", condition)
