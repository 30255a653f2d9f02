from odoo import api, fields, models


class CustomerSurveyRule(models.Model):
    """Whether mails show the scale of the first question."""

    _inherit = "customer.survey.rule"

    is_scale_mailed = fields.Boolean(
        string="First Question in the Mail",
        default=True,
        help="The mail shows the scale of the first question. A click opens the survey with that answer chosen; it "
        "counts when the customer sends it.",
    )
    has_scale = fields.Boolean(string="Begins with a Scale", compute="_compute_has_scale")

    @api.depends("survey_id")
    def _compute_has_scale(self):
        for rule in self:
            rule.has_scale = bool(rule.sudo().survey_id._care_get_first_scale())

    def _init_column(self, column_name):
        """Leave the mails of rules that are there already as they were."""
        return None if column_name == "is_scale_mailed" else super()._init_column(column_name)
