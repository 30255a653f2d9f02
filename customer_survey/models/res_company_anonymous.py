from odoo import fields, models


class ResCompany(models.Model):
    """How many answers an anonymous figure needs."""

    _inherit = "res.company"

    care_survey_min_answers = fields.Integer(
        string="Answers Needed",
        default=5,
        help="Figures, answers and comments of anonymous surveys are shown from so many answers on.",
    )

    _care_survey_min_answers_range = models.Constraint(
        "CHECK(care_survey_min_answers BETWEEN 2 AND 1000)", "Anonymous figures need 2 to 1000 answers."
    )
