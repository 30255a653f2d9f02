from odoo import models
from odoo.tools import SQL


class CustomerSurveyResponse(models.Model):
    _name = "customer.survey.response"
    _inherit = ["customer.survey.response", "complaint.subject.mixin"]
    _depends = {
        "customer.complaint": ["category_id", "team_id"],
        "survey.user_input": ["care_res_id", "care_res_model"],
    }

    def _get_joins(self, answer):
        own = self._get_complaint_join(SQL("%s.care_res_model", answer), SQL("%s.care_res_id", answer))
        return {**super()._get_joins(answer), **own}

    def _get_columns(self, answer):
        return {**super()._get_columns(answer), **self._get_complaint_columns()}
