from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .customer_survey_request import CHANNELS

STEPS = [
    ("waiting", "Not Sent Yet"),
    ("bounced", "Not Delivered"),
    ("sent", "Not Opened"),
    ("started", "Begun"),
    ("done", "Answered"),
]


class CustomerSurveyResponse(models.Model):
    """Invitations as rows of figures: sent, opened, answered, and how long it took.

    A row stands for each invitation of a survey rule that its reader may see; test answers, answers on open links
    and what was cancelled are none. The response rate is the share of the answered among those that were delivered;
    the completion rate the share of the answered among those that were begun.

    Source of the rates: American Association for Public Opinion Research, Standard Definitions (RR1 for lists of named
    persons: completed of all eligible).
    """

    _name = "customer.survey.response"
    _description = "Survey Response"
    _inherit = ["customer.quantile.mixin"]
    _auto = False
    _order = "sent_datetime desc, id desc"
    _rec_name = "survey_id"
    _depends = {
        "survey.user_input": [
            "care_channel",
            "care_company_id",
            "care_filled_by_id",
            "care_is_bounced",
            "care_rule_id",
            "care_sent_datetime",
            "care_status",
            "deadline",
            "end_datetime",
            "partner_id",
            "start_datetime",
            "state",
            "survey_id",
            "test_entry",
        ],
        "customer.survey.rule": ["trigger"],
        "res.partner": ["care_grade_id", "care_team_id", "commercial_partner_id", "industry_id"],
    }

    user_input_id = fields.Many2one("survey.user_input", string="Survey Answer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    survey_id = fields.Many2one("survey.survey", readonly=True)
    rule_id = fields.Many2one("customer.survey.rule", readonly=True)
    trigger = fields.Selection(selection="_selection_trigger", readonly=True)
    channel = fields.Selection(CHANNELS, readonly=True)
    filled_by_id = fields.Many2one("res.users", string="Filled In By", readonly=True)
    commercial_partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    industry_id = fields.Many2one("res.partner.industry", readonly=True)
    team_id = fields.Many2one("customer.care.team", readonly=True, help="The customer's care team now.")
    grade_id = fields.Many2one(
        "customer.grade", string="Grade Today", readonly=True, help="The grade that the customer has now."
    )
    sent_datetime = fields.Datetime(string="Sent On", readonly=True)
    start_datetime = fields.Datetime(string="Begun On", readonly=True)
    end_datetime = fields.Datetime(string="Answered On", readonly=True)
    step = fields.Selection(STEPS, string="State", readonly=True)

    sent = fields.Integer(readonly=True, aggregator="sum")
    bounced = fields.Integer(string="Not Delivered", readonly=True, aggregator="sum")
    started = fields.Integer(string="Begun", readonly=True, aggregator="sum")
    done = fields.Integer(string="Answered", readonly=True, aggregator="sum")
    expired = fields.Integer(
        readonly=True, aggregator="sum", help="The time to answer is over, without answer."
    )
    response_percent = fields.Float(
        string="Response Rate (%)", readonly=True, aggregator="avg", digits=(5, 1)
    )
    completion_percent = fields.Float(
        string="Completion Rate (%)", readonly=True, aggregator="avg", digits=(5, 1)
    )
    answer_hours = fields.Float(
        string="Time to Answer: Median Hours", readonly=True, aggregator="median", digits=(8, 1)
    )

    @api.model
    def _selection_trigger(self):
        return self.env["customer.survey.rule"]._fields["trigger"]._description_selection(self.env)

    @property
    def _table_query(self):
        return self._get_query(Domain.TRUE)

    @api.model
    def _get_query(self, domain, names=None):
        """Return SQL of the rows that the reader may see.

        :param domain: of ``survey.user_input``
        :param names: columns, of all that ``_get_columns`` knows
        """
        query = self._get_invitations(
            Domain("care_rule_id", "!=", False)
            & Domain("test_entry", "=", False)
            & Domain("care_status", "!=", "cancelled")
            & Domain(domain)
        )
        answer = SQL.identifier(query.table)
        for alias, (table, condition) in self._get_joins(answer).items():
            query.add_join("LEFT JOIN", alias, table, condition)
        columns = self._get_columns(answer)
        return query.select(
            *(SQL("%s AS %s", columns[name], SQL.identifier(name)) for name in names or columns)
        )

    @api.model
    def _get_joins(self, answer):
        """Return {alias: (table, condition)} by unique keys: PostgreSQL leaves out those of which nothing is asked."""
        return {
            "rule": ("customer_survey_rule", SQL("rule.id = %s.care_rule_id", answer)),
            "contact": ("res_partner", SQL("contact.id = %s.partner_id", answer)),
            "customer": ("res_partner", SQL("customer.id = contact.commercial_partner_id")),
        }

    @api.model
    def _get_invitations(self, domain):
        """Return the query of the invitations that the reader may see, and of anonymous ones.

        These name nobody, and a rate without those who did not answer would be wrong.
        """
        answers = self.env["survey.user_input"]
        seen = answers._search(domain)
        anonymous_ids = self.env["survey.survey"]._care_get_anonymous_ids()
        if not anonymous_ids:
            return seen
        own = Domain("care_company_id", "in", [*self.env.companies.ids, False])
        unnamed = Domain("survey_id", "in", anonymous_ids) & Domain("partner_id", "=", False)
        return answers.sudo()._search(domain & own & (unnamed | Domain("id", "in", seen)))

    @api.model
    def _get_columns(self, answer):
        """Return {field: SQL} of a row. Override to add columns.

        :param answer: SQL of the alias of the invitation; those of ``_get_joins`` are joined
        """
        is_bounced = SQL("(%s.care_is_bounced IS TRUE)", answer)
        is_done = SQL("%s.state = 'done'", answer)
        # who answers on the phone, or by a link handed over, was reached without a mail
        is_sent = SQL(
            "(%(answer)s.care_sent_datetime IS NOT NULL OR %(answer)s.state != 'new')", answer=answer
        )
        is_reached = SQL("%s AND (%s OR NOT %s)", is_sent, is_done, is_bounced)
        is_started = SQL("%s.state IN ('in_progress', 'done')", answer)
        sent = SQL("COALESCE(%s.care_sent_datetime, %s.create_date)", answer, answer)
        count = "CASE WHEN %s THEN 1 ELSE 0 END"
        share = "CASE WHEN %s THEN CASE WHEN %s THEN 100.0 ELSE 0.0 END END"
        return {
            "id": SQL("%s.id", answer),
            "user_input_id": SQL("%s.id", answer),
            "company_id": SQL("%s.care_company_id", answer),
            "survey_id": SQL("%s.survey_id", answer),
            "rule_id": SQL("%s.care_rule_id", answer),
            "trigger": SQL("rule.trigger"),
            "channel": SQL("%s.care_channel", answer),
            "filled_by_id": SQL("%s.care_filled_by_id", answer),
            "commercial_partner_id": SQL("customer.id"),
            "industry_id": SQL("customer.industry_id"),
            "team_id": SQL("customer.care_team_id"),
            "grade_id": SQL("customer.care_grade_id"),
            "sent_datetime": SQL("CASE WHEN %s THEN %s END", is_sent, sent),
            "start_datetime": SQL("%s.start_datetime", answer),
            "end_datetime": SQL("CASE WHEN %s THEN %s.end_datetime END", is_done, answer),
            "step": SQL(
                "CASE WHEN %s THEN 'done' WHEN %s THEN 'started' WHEN %s THEN 'bounced'"
                " WHEN %s THEN 'sent' ELSE 'waiting' END",
                is_done,
                is_started,
                is_bounced,
                is_sent,
            ),
            "sent": SQL(count, is_sent),
            "bounced": SQL(count, SQL("%s AND NOT %s", is_bounced, is_done)),
            "started": SQL(count, is_started),
            "done": SQL(count, is_done),
            "expired": SQL(
                count, SQL("NOT %s AND %s.deadline < (NOW() AT TIME ZONE 'UTC')", is_done, answer)
            ),
            "response_percent": SQL(share, is_reached, is_done),
            "completion_percent": SQL(share, is_started, is_done),
            # Anonymous answers keep no moments: theirs are all the first of the month.
            "answer_hours": SQL(
                "CASE WHEN %s AND %s.partner_id IS NOT NULL"
                " THEN EXTRACT(EPOCH FROM %s.end_datetime - %s)::float8 / 3600.0 END",
                is_done,
                answer,
                answer,
                sent,
            ),
        }

    def action_open_answer(self):
        """Open the invitation with its answers."""
        self.ensure_one()
        return self.user_input_id.get_formview_action()
