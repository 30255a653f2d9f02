from odoo import models
from odoo.tools import SQL


class CustomerSurveyReport(models.Model):
    _name = "customer.survey.report"
    _inherit = ["customer.survey.report", "complaint.subject.mixin"]
    _depends = {"customer.complaint": ["category_id", "team_id"]}

    def _get_joins(self, score):
        own = self._get_complaint_join(SQL("%s.res_model", score), SQL("%s.res_id", score))
        return {**super()._get_joins(score), **own}

    def _get_columns(self, score):
        return {**super()._get_columns(score), **self._get_complaint_columns()}
