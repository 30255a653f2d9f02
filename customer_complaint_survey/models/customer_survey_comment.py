from odoo import models
from odoo.tools import SQL


class CustomerSurveyComment(models.Model):
    _name = "customer.survey.comment"
    _inherit = ["customer.survey.comment", "complaint.subject.mixin"]
    _depends = {
        "customer.complaint": ["category_id", "team_id"],
        "survey.user_input": ["care_res_id", "care_res_model"],
    }

    def _get_joins(self, line):
        own = self._get_complaint_join(SQL("answer.care_res_model"), SQL("answer.care_res_id"))
        return {**super()._get_joins(line), **own}

    def _get_columns(self, line):
        return {**super()._get_columns(line), **self._get_complaint_columns()}
