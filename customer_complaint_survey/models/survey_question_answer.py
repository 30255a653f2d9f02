from odoo import fields, models
from odoo.tools.sql import column_exists, table_exists

from .survey_user_input import STEPS


class SurveyQuestionAnswer(models.Model):
    """Choices that say why a customer is not satisfied with how his complaint was handled."""

    _inherit = "survey.question.answer"

    care_dissatisfaction_id = fields.Many2one(
        "customer.complaint.dissatisfaction",
        string="Reason of Dissatisfaction",
        index="btree_not_null",
        ondelete="restrict",
        help="Who chooses this answer about a complaint gives this reason.",
    )

    def _auto_init(self):
        """Name the reasons for the answers of our survey in a database that has it already."""
        cr = self.env.cr
        is_new = table_exists(cr, self._table) and not column_exists(
            cr, self._table, "care_dissatisfaction_id"
        )
        result = super()._auto_init()
        if is_new:
            cr.execute(
                "UPDATE survey_question_answer a SET care_dissatisfaction_id = r.res_id"
                " FROM ir_model_data d, ir_model_data r"
                " WHERE d.module = 'customer_complaint_survey' AND d.model = 'survey.question.answer'"
                " AND d.res_id = a.id AND r.module = 'customer_complaint'"
                " AND r.model = 'customer.complaint.dissatisfaction' AND d.name LIKE 'survey_complaint_reason_%%'"
                " AND r.name = replace(d.name, 'survey_complaint_reason', 'customer_complaint_dissatisfaction')"
            )
            cr.execute(
                "UPDATE customer_complaint SET satisfaction = ROUND(1 + survey_score * %s / 100)::int,"
                " satisfaction_source = 'survey'"
                " WHERE is_survey_answered AND COALESCE(satisfaction, 0) = 0",
                [STEPS],
            )
        return result
