from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .figures_common import FiguresCommon


@tagged("post_install", "-at_install")
class TestSurveyDashboard(FiguresCommon, HttpCase):
    def test_tour(self):
        """In the browser a figure opens the scores that it counts."""
        day = fields.Date.today() - timedelta(days=40)
        for nps, team in ((10, self.team), (9, self.team.browse()), (2, self.team.browse())):
            self._add(2, nps=nps, team_id=team.id).care_score_ids.date = day
        self.users["supervisor"].company_id = self.own_company
        self.start_tour(
            "/odoo/action-customer_survey.customer_survey_dashboard_action",
            "customer_survey_dashboard",
            login=self.users["supervisor"].login,
        )
