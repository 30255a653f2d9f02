from odoo import models

from .survey_user_input import get_points


class CustomerSurveyScore(models.Model):
    """The satisfaction with a complaint follows the corrections of its answer."""

    _inherit = "customer.survey.score"

    def _follow_correction(self):
        result = super()._follow_correction()
        Complaint = self.env["customer.complaint"].sudo()
        ids = self.filtered(lambda score: score.res_model == Complaint._name).mapped("res_id")
        complaints = Complaint.browse(ids).exists()
        complaints.invalidate_recordset(["survey_score_ids"])
        self.env.add_to_compute(Complaint._fields["survey_score"], complaints)
        self.env.add_to_compute(Complaint._fields["is_survey_answered"], complaints)
        for complaint in complaints.filtered(lambda complaint: complaint.satisfaction_source == "survey"):
            if complaint.is_survey_answered:
                complaint._set_satisfaction(get_points([complaint.survey_score]), "survey")
            else:
                complaint.write(
                    {"satisfaction": 0, "satisfaction_source": False, "satisfaction_datetime": False}
                )
        return result
