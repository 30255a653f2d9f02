from odoo import fields, models

READERS = "customer_care.group_care_user,customer_care.group_care_auditor"


class ResPartner(models.Model):
    """What the headline of the form shows beside stored fields."""

    _inherit = "res.partner"

    care_score_trend = fields.Selection(
        [("up", "Rising"), ("same", "Unchanged"), ("down", "Falling")],
        string="Trend of the Score",
        compute="_compute_care_score_trend",
        groups=READERS,
    )
    care_plan_name = fields.Char(string="Plan", compute="_compute_care_plan_name", groups=READERS)

    def _compute_care_score_trend(self):
        """Compare the score with the one before; empty without two scores."""
        for partner in self:
            score, before = partner["care_score"], partner["care_previous_score"]
            if not score or not before:
                partner.care_score_trend = False
            else:
                partner.care_score_trend = "up" if score > before else "down" if score < before else "same"

    def _compute_care_plan_name(self):
        """Name the plan that the grade's policy proposes. Addons with plans override it."""
        for partner in self:
            partner.care_plan_name = partner.sudo().care_grade_id.plan_template_id.name
