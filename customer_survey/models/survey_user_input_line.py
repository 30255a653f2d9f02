from odoo import fields, models


class SurveyUserInputLine(models.Model):
    """What we note at the texts of customers."""

    _inherit = "survey.user_input.line"

    care_is_read = fields.Boolean(string="Read", readonly=True, copy=False)
    care_theme_ids = fields.Many2many(
        "customer.survey.theme",
        "customer_survey_theme_line_rel",
        "line_id",
        "theme_id",
        string="Themes",
        readonly=True,
        copy=False,
    )

    _care_text_idx = models.Index("(user_input_id) WHERE answer_type IN ('char_box', 'text_box')")
