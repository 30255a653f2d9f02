from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from .customer_survey_report import NPS_CLASSES
from .customer_survey_request import CHANNELS

TEXTS = ("char_box", "text_box")


class CustomerSurveyComment(models.Model):
    """What customers wrote: a query over the texts of finished answers that the reader may see, beside their scores.

    Texts of anonymous surveys name nobody. Whether somebody has read a text, and what it is about, is kept with the
    answer.
    """

    _name = "customer.survey.comment"
    _description = "Survey Comment"
    _inherit = ["customer.survey.anonymity"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "question_id"
    _depends = {
        "survey.user_input.line": [
            "answer_type",
            "care_is_read",
            "care_theme_ids",
            "question_id",
            "skipped",
            "survey_id",
            "user_input_id",
            "value_char_box",
            "value_text_box",
        ],
        "survey.user_input": [
            "care_channel",
            "care_company_id",
            "care_rule_id",
            "end_datetime",
            "partner_id",
            "state",
            "test_entry",
        ],
        "customer.survey.score": [
            "active",
            "grade_id",
            "is_low",
            "kind",
            "nps_class",
            "raw_value",
            "team_id",
            "user_id",
            "user_input_id",
            "value",
        ],
        "survey.survey": ["care_is_anonymous"],
        "res.partner": ["commercial_partner_id"],
    }

    user_input_id = fields.Many2one("survey.user_input", string="Survey Answer", readonly=True)
    answer_key = fields.Integer(string="Answers", readonly=True, aggregator="count_distinct")
    text = fields.Text(readonly=True)
    date = fields.Date(readonly=True)
    survey_id = fields.Many2one("survey.survey", readonly=True)
    question_id = fields.Many2one("survey.question", readonly=True)
    rule_id = fields.Many2one("customer.survey.rule", readonly=True)
    channel = fields.Selection(CHANNELS, readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    is_anonymous = fields.Boolean(string="Anonymous", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Contact", readonly=True)
    commercial_partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    team_id = fields.Many2one("customer.care.team", readonly=True)
    grade_id = fields.Many2one("customer.grade", readonly=True)
    user_id = fields.Many2one("res.users", string="Specialist", readonly=True)
    has_score = fields.Boolean(string="With Score", readonly=True)
    score = fields.Float(
        string="Lowest Score",
        readonly=True,
        aggregator="avg",
        digits=(5, 1),
        help="The lowest of the scores (0-100) in the same answer.",
    )
    nps_class = fields.Selection(NPS_CLASSES, string="NPS Class", readonly=True)
    is_low = fields.Boolean(string="Low", readonly=True)
    is_read = fields.Boolean(string="Read", readonly=True)
    theme_ids = fields.Many2many(
        "customer.survey.theme",
        "customer_survey_theme_line_rel",
        "line_id",
        "theme_id",
        string="Themes",
        readonly=True,
    )

    @property
    def _table_query(self):
        lines = self.env["survey.user_input.line"]
        query = lines._search(
            Domain("answer_type", "in", TEXTS)
            & Domain("user_input_id.state", "=", "done")
            & Domain("user_input_id.test_entry", "=", False)
            & Domain("survey_id.survey_type", "=", "customer_care")
        )
        line = SQL.identifier(query.table)
        for alias, (table, condition) in self._get_joins(line).items():
            query.add_join("JOIN" if alias == "answer" else "LEFT JOIN", alias, table, condition)
        query.add_where(SQL("%s != ''", self._get_text_sql(line)))
        columns = self._get_columns(line)
        return query.select(
            *(SQL("%s AS %s", column, SQL.identifier(name)) for name, column in columns.items())
        )

    @api.model
    def _get_text_sql(self, line):
        return SQL("TRIM(COALESCE(%s.value_text_box, %s.value_char_box, ''))", line, line)

    @api.model
    def _get_joins(self, line):
        """Return {alias: (table, condition)}."""
        scores = SQL(
            """LATERAL (
                SELECT COUNT(*) > 0 AS has_score, MIN(value) AS value, MIN(nps_class) AS nps_class,
                       COALESCE(BOOL_OR(is_low), FALSE) AS is_low,
                       MIN(team_id) AS team_id, MIN(grade_id) AS grade_id, MIN(user_id) AS user_id
                  FROM customer_survey_score WHERE user_input_id = %s.user_input_id AND active
            )""",
            line,
        )
        return {
            "answer": ("survey_user_input", SQL("answer.id = %s.user_input_id", line)),
            "survey": ("survey_survey", SQL("survey.id = %s.survey_id", line)),
            "contact": ("res_partner", SQL("contact.id = answer.partner_id")),
            "scores": (scores, SQL("TRUE")),
        }

    @api.model
    def _get_columns(self, line):
        """Return {field: SQL} of a row. Override to add columns.

        :param line: SQL of the alias of the text; those of ``_get_joins`` are joined
        """
        is_anonymous = SQL("(survey.care_is_anonymous IS TRUE AND answer.partner_id IS NULL)")
        day = self.env["res.company"]._care_get_day_sql(
            SQL("answer.end_datetime"), SQL("answer.care_company_id")
        )
        return {
            "id": SQL("%s.id", line),
            "user_input_id": SQL("answer.id"),
            "answer_key": SQL("answer.id"),
            "text": self._get_text_sql(line),
            # the day of the scores; of anonymous answers nothing but the month is kept, as its first day
            "date": SQL("CASE WHEN %s THEN answer.end_datetime::date ELSE %s END", is_anonymous, day),
            "survey_id": SQL("%s.survey_id", line),
            "question_id": SQL("%s.question_id", line),
            "rule_id": SQL("answer.care_rule_id"),
            "channel": SQL("answer.care_channel"),
            "company_id": SQL("answer.care_company_id"),
            "is_anonymous": is_anonymous,
            "partner_id": SQL("CASE WHEN survey.care_is_anonymous IS NOT TRUE THEN contact.id END"),
            "commercial_partner_id": SQL(
                "CASE WHEN survey.care_is_anonymous IS NOT TRUE THEN contact.commercial_partner_id END"
            ),
            "team_id": SQL("scores.team_id"),
            "grade_id": SQL("scores.grade_id"),
            "user_id": SQL("scores.user_id"),
            "has_score": SQL("scores.has_score"),
            "score": SQL("scores.value"),
            "nps_class": SQL("scores.nps_class"),
            "is_low": SQL("scores.is_low"),
            "is_read": SQL("%s.care_is_read IS TRUE", line),
        }

    # Buttons

    def action_mark_read(self):
        """Note that the comments were read."""
        self._mark({"care_is_read": True})

    def action_mark_unread(self):
        """Note that somebody has still to read the comments."""
        self._mark({"care_is_read": False})

    def action_open_answer(self):
        """Open the answer that the comment belongs to."""
        self.ensure_one()
        return self.user_input_id.get_formview_action()

    def _mark(self, vals):
        """Note something at the texts.

        :raises AccessError: the user only reads
        """
        self.check_access("read")
        if not self.env.user.has_group("customer_care.group_care_supervisor"):
            raise AccessError(self.env._("Comments are marked by supervisors."))
        lines = self.env["survey.user_input.line"].browse(self.ids)
        lines.check_access("read")
        # texts belong to Odoo's surveys, which our roles only read
        lines.sudo().write(vals)
        self.invalidate_model()
