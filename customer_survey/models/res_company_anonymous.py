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

    def _care_hide_small(self, count):
        """Tell whether an anonymous figure of the company (singleton) over so many answers stays hidden.

        None at all is no secret: 0 answers are shown as such.

        :param count: number of answers the figure is made of
        """
        self.ensure_one()
        return 0 < count < self.care_survey_min_answers
