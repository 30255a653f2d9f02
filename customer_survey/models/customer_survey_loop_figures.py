from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .customer_survey_loop import OPEN_STATES


class CustomerSurveyLoop(models.Model):
    """The closed-loop rate: of the follow-ups that were due, the percentage closed within their limit.

    Due are those that are closed and those whose deadline has passed. What is open and still in time says nothing yet,
    what was dismissed was no follow-up. As a measure it is the rate of its group, at whatever grouping.
    """

    _inherit = "customer.survey.loop"

    is_in_time = fields.Boolean(
        string="Within Limit", compute="_compute_is_in_time", search="_search_is_in_time"
    )
    is_late = fields.Boolean(string="Late", compute="_compute_is_in_time", search="_search_is_late")
    closed_rate = fields.Float(
        string="Closed-Loop Rate (%)",
        compute="_compute_closed_rate",
        aggregator="avg",
        help="Closed within the limit, of those that are closed or whose limit has passed.",
    )
    referral_count = fields.Integer(
        string="Referrals",
        compute="_compute_referral_count",
        aggregator="sum",
        help="Recommendations that named somebody.",
    )

    @api.depends("state", "closed_datetime", "date_deadline")
    def _compute_is_in_time(self):
        now = fields.Datetime.now()
        for loop in self:
            limit = loop.date_deadline or now
            loop.is_in_time = loop.state == "closed" and loop.closed_datetime <= limit
            loop.is_late = loop.state in OPEN_STATES and limit < now

    @api.model
    def _search_is_in_time(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("state", "=", "closed") & Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s <= %s",
                model._field_to_sql(alias, "closed_datetime", query),
                model._field_to_sql(alias, "date_deadline", query),
            )
        )

    @api.model
    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("state", "in", OPEN_STATES) & Domain("date_deadline", "<", fields.Datetime.now())

    @api.depends("is_in_time")
    def _compute_closed_rate(self):
        for loop in self:
            loop.closed_rate = 100.0 if loop.is_in_time else 0.0

    @api.depends("outcome")
    def _compute_referral_count(self):
        for loop in self:
            loop.referral_count = int(loop.outcome == "referred")

    def _read_group_select(self, aggregate_spec, query):
        def column(name):
            return self._field_to_sql(self._table, name, query)

        if aggregate_spec == "closed_rate:avg":
            return SQL(
                "100.0 * AVG(CASE WHEN %(state)s = 'closed' THEN (%(closed)s <= %(deadline)s)::int"
                " WHEN %(state)s IN %(open)s AND %(deadline)s < %(now)s THEN 0 END)",
                state=column("state"),
                closed=column("closed_datetime"),
                deadline=column("date_deadline"),
                open=OPEN_STATES,
                now=fields.Datetime.now(),
            )
        if aggregate_spec == "referral_count:sum":
            return SQL("COUNT(*) FILTER (WHERE %s = 'referred')", column("outcome"))
        return super()._read_group_select(aggregate_spec, query)
