from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.statistics import Z, satisfied_above
from .customer_survey_request import CHANNELS

KINDS = [("csat", "Satisfaction (CSAT)"), ("nps", "Recommendation (NPS)"), ("ces", "Effort (CES)")]
NPS_CLASSES = [("promoter", "Promoter"), ("passive", "Passive"), ("detractor", "Detractor")]


class CustomerSurveyReport(models.Model):
    """Scores as rows of figures: a query over the scores that its reader may see.

    The rules of scores are inside the query, once. Corrected scores are left out, those of deleted surveys stay. The
    measures are averages of columns that are empty where they do not apply: of ``nps_score``, which is 100, 0 or -100,
    it is the Net Promoter Score; of ``satisfied_percent``, 100 or 0, the share of satisfied customers.
    """

    _name = "customer.survey.report"
    _description = "Survey Analysis"
    _inherit = ["customer.survey.anonymity", "customer.quantile.mixin"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "kind"
    _depends = {
        "customer.survey.score": [
            "channel",
            "comment",
            "commercial_partner_id",
            "company_id",
            "date",
            "grade_id",
            "is_low",
            "kind",
            "nps_class",
            "partner_id",
            "question_id",
            "raw_value",
            "res_id",
            "res_model",
            "rule_id",
            "survey_id",
            "team_id",
            "user_id",
            "user_input_id",
            "value",
        ],
        "customer.survey.rule": ["trigger"],
        "res.company": ["care_satisfied_from"],
        "res.partner": ["industry_id"],
        "survey.survey": ["care_is_anonymous"],
        "survey.user_input": ["care_filled_by_id"],
    }

    score_id = fields.Many2one("customer.survey.score", string="Score of", readonly=True)
    answer_key = fields.Integer(string="Answers", readonly=True, aggregator="count_distinct")
    date = fields.Date(readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    survey_id = fields.Many2one("survey.survey", readonly=True)
    question_id = fields.Many2one("survey.question", readonly=True)
    rule_id = fields.Many2one("customer.survey.rule", readonly=True)
    trigger = fields.Selection(selection="_selection_trigger", readonly=True)
    channel = fields.Selection(CHANNELS, readonly=True)
    filled_by_id = fields.Many2one("res.users", string="Filled In By", readonly=True)
    is_anonymous = fields.Boolean(string="Anonymous", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    commercial_partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    industry_id = fields.Many2one("res.partner.industry", readonly=True)
    grade_id = fields.Many2one(
        "customer.grade", readonly=True, help="The customer's grade when the answer came."
    )
    team_id = fields.Many2one("customer.care.team", readonly=True)
    user_id = fields.Many2one("res.users", string="Specialist", readonly=True)
    nps_class = fields.Selection(NPS_CLASSES, string="NPS Class", readonly=True)
    is_low = fields.Boolean(string="Low", readonly=True)
    is_satisfied = fields.Boolean(string="Satisfied", readonly=True)
    reason_id = fields.Many2one(
        "survey.question.answer",
        compute="_compute_reason_id",
        search="_search_reason_id",
        help="One of the reasons that the customer chose in the same answer.",
    )
    raw_value = fields.Float(string="Answer", readonly=True, aggregator=None)
    comment = fields.Text(readonly=True)

    value = fields.Float(string="Average Score", readonly=True, aggregator="avg", digits=(5, 1))
    value_median = fields.Float(string="Median Score", readonly=True, aggregator="median", digits=(5, 1))
    csat_value = fields.Float(string="Average CSAT", readonly=True, aggregator="avg", digits=(5, 1))
    satisfied_percent = fields.Float(string="CSAT (%)", readonly=True, aggregator="avg", digits=(5, 1))
    nps_score = fields.Float(string="NPS", readonly=True, aggregator="avg", digits=(5, 1))
    nps_margin = fields.Float(
        string="NPS Margin (±)",
        readonly=True,
        aggregator="net_margin",
        digits=(5, 1),
        help="The true score lies so far from the middle of its range at most, with 95 % probability.",
    )
    ces_value = fields.Float(string="Average CES", readonly=True, aggregator="avg", digits=(5, 1))
    low_percent = fields.Float(string="Low (%)", readonly=True, aggregator="avg", digits=(5, 1))

    @api.model
    def _selection_trigger(self):
        return self.env["customer.survey.rule"]._fields["trigger"]._description_selection(self.env)

    def _compute_reason_id(self):
        """Only searched for: an answer may have several."""
        self.reason_id = False

    @api.model
    def _search_reason_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        lines = self.env["survey.user_input.line"]._search(
            Domain("suggested_answer_id", operator, value) & Domain("question_id.care_is_reason", "=", True)
        )
        return Domain("answer_key", "in", lines.subselect("user_input_id"))

    @property
    def _table_query(self):
        return self._get_query(Domain.TRUE)

    @api.model
    def _get_query(self, domain, names=None):
        """Return SQL of the rows that the reader may see.

        :param domain: of ``customer.survey.score``
        :param names: columns, of all that ``_get_columns`` knows
        """
        # whatever was asked for with archived records, a corrected score counts no more
        scores = self.env["customer.survey.score"].with_context(active_test=True)
        query = scores._search_all(Domain(domain))
        score = SQL.identifier(query.table)
        for alias, (table, condition) in self._get_joins(score).items():
            query.add_join("LEFT JOIN", alias, table, condition)
        columns = self._get_columns(score)
        return query.select(
            *(SQL("%s AS %s", columns[name], SQL.identifier(name)) for name in names or columns)
        )

    @api.model
    def _get_joins(self, score):
        """Return {alias: (table, condition)} by unique keys: PostgreSQL leaves out those of which nothing is asked."""
        return {
            "survey": ("survey_survey", SQL("survey.id = %s.survey_id", score)),
            "rule": ("customer_survey_rule", SQL("rule.id = %s.rule_id", score)),
            "answer": ("survey_user_input", SQL("answer.id = %s.user_input_id", score)),
            "customer": ("res_partner", SQL("customer.id = %s.commercial_partner_id", score)),
        }

    @api.model
    def _get_columns(self, score):
        """Return {field: SQL} of a row. Override to add columns.

        :param score: SQL of the alias of the score; those of ``_get_joins`` are joined
        """
        same = (
            "date",
            "kind",
            "survey_id",
            "question_id",
            "rule_id",
            "channel",
            "company_id",
            "commercial_partner_id",
            "grade_id",
            "team_id",
            "user_id",
            "nps_class",
            "raw_value",
            "value",
            "comment",
        )
        columns = {name: SQL("%s.%s", score, SQL.identifier(name)) for name in ("id", *same)}
        value = columns["value"]
        is_satisfied = SQL("%s > %s", value, self._get_threshold(score))
        return {
            **columns,
            "score_id": columns["id"],
            # an answer that was deleted leaves its scores, each then stands for itself
            "answer_key": SQL("COALESCE(%s.user_input_id, -%s.id)", score, score),
            "trigger": SQL("rule.trigger"),
            "filled_by_id": SQL("answer.care_filled_by_id"),
            "is_anonymous": SQL("(%s.partner_id IS NULL AND survey.care_is_anonymous IS TRUE)", score),
            "industry_id": SQL("customer.industry_id"),
            "is_low": SQL("%s.is_low IS TRUE", score),
            "is_satisfied": SQL("%s.kind = 'csat' AND %s", score, is_satisfied),
            "value_median": value,
            "csat_value": SQL("CASE WHEN %s.kind = 'csat' THEN %s END", score, value),
            "ces_value": SQL("CASE WHEN %s.kind = 'ces' THEN %s END", score, value),
            "satisfied_percent": SQL(
                "CASE WHEN %s.kind = 'csat' THEN CASE WHEN %s THEN 100.0 ELSE 0.0 END END",
                score,
                is_satisfied,
            ),
            "nps_score": SQL(
                "CASE %s.nps_class WHEN 'promoter' THEN 100.0 WHEN 'passive' THEN 0.0 WHEN 'detractor' THEN -100.0 END",
                score,
            ),
            "nps_margin": SQL(
                "CASE %s.nps_class WHEN 'promoter' THEN 1.0 WHEN 'passive' THEN 0.0 WHEN 'detractor' THEN -1.0 END",
                score,
            ),
            "low_percent": SQL("CASE WHEN %s.is_low THEN 100.0 ELSE 0.0 END", score),
        }

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Know the aggregator ``net_margin``, of answers that are 1, 0 or -1."""
        name, _sep, function = aggregate_spec.partition(":")
        if name != "nps_margin" or function != "net_margin":
            return super()._read_group_select(aggregate_spec, query)
        column = self._field_to_sql(self._table, name, query)
        return self._select_enough(name, query, lambda condition: self._get_margin_sql(column, condition))

    @api.model
    def _get_margin_sql(self, column, condition):
        """Return SQL of ``tools.statistics.net_margin``, with the three answers that it adds."""
        rows = SQL("FILTER (WHERE %s)", condition) if condition else SQL()
        return SQL(
            "%(z)s * 100.0 * CASE WHEN COUNT(%(x)s) %(rows)s > 0 THEN"
            " SQRT(((SUM(%(x)s * %(x)s) %(rows)s + 1.5) / (COUNT(%(x)s) %(rows)s + 3)"
            " - POWER(SUM(%(x)s) %(rows)s / (COUNT(%(x)s) %(rows)s + 3), 2)) / (COUNT(%(x)s) %(rows)s + 3)) END",
            z=Z,
            x=SQL("%s::float8", column),
            rows=rows,
        )

    @api.model
    def _get_threshold(self, score):
        """Return SQL of the score above which a customer is satisfied, as the company of the score says."""
        companies = self.env["res.company"].sudo().search(Domain.TRUE)
        limits = {company.id: satisfied_above(company.care_satisfied_from) for company in companies}
        own = limits[self.env.company.id]
        if len(set(limits.values())) == 1:
            return SQL("%s", own)
        cases = SQL(" ").join(SQL("WHEN %s THEN %s", *item) for item in limits.items())
        return SQL("CASE %s.company_id %s ELSE %s END", score, cases, own)

    def action_open_score(self):
        """Open the score."""
        self.ensure_one()
        return self.score_id.get_formview_action()
