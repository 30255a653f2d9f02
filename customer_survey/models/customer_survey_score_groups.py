from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# Conditions by which single rows are read: of a page, of an export, of an answer.
BY_ROW = frozenset(("id", "user_input_id"))


class CustomerSurveyScore(models.Model):
    """Groups of scores tell nothing of a few anonymous answers, as in the analysis.

    The program (superuser) counts all scores: customers, indexes and reports look themselves at how many there are.
    """

    _name = "customer.survey.score"
    _inherit = ["customer.survey.score", "customer.survey.anonymity"]

    is_anonymous = fields.Boolean(
        string="Anonymous", compute="_compute_is_anonymous", search="_search_is_anonymous"
    )
    answer_key = fields.Integer(string="Answers", compute="_compute_answer_key")

    @api.depends("partner_id", "survey_id")
    def _compute_is_anonymous(self):
        anonymous_ids = self.env["survey.survey"]._care_get_anonymous_ids()
        for score in self:
            score.is_anonymous = not score.partner_id and score.survey_id.id in anonymous_ids

    @api.model
    def _search_is_anonymous(self, operator, value):
        if operator != "in":
            return NotImplemented
        anonymous_ids = self.env["survey.survey"]._care_get_anonymous_ids()
        anonymous = Domain("partner_id", "=", False) & Domain("survey_id", "in", anonymous_ids)
        return Domain.OR(anonymous if is_anonymous else ~anonymous for is_anonymous in value)

    @api.depends("user_input_id")
    def _compute_answer_key(self):
        """An answer that was deleted leaves its scores, each then stands for itself."""
        for score in self:
            score.answer_key = score.user_input_id._origin.id or -(score._origin.id or 0)

    @api.model
    def _has_anonymous(self):
        return not self.env.su and super()._has_anonymous()

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, *, active_test=True, bypass_access=False):
        """Rows that are asked for one by one, or as those of an answer, are seen as the record rules say."""
        names = {condition.field_expr for condition in Domain(domain).iter_conditions()}
        search = super()._search if BY_ROW.isdisjoint(names) else self._search_all
        return search(
            domain,
            offset=offset,
            limit=limit,
            order=order,
            active_test=active_test,
            bypass_access=bypass_access,
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        def column(name):
            return super(CustomerSurveyScore, self)._field_to_sql(alias, name, query)

        if field_expr == "is_anonymous":
            anonymous_ids = self.env["survey.survey"]._care_get_anonymous_ids()
            return SQL(
                "(%s IS NULL AND %s = ANY(%s))",
                column("partner_id"),
                column("survey_id"),
                list(anonymous_ids),
            )
        if field_expr == "answer_key":
            return SQL("COALESCE(%s, -%s)", column("user_input_id"), column("id"))
        return column(field_expr)
