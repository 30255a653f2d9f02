from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    care_survey_quiet_days = fields.Integer(
        string="Quiet Period of Surveys (days)",
        default=30,
        help="A customer who was asked by any survey rule is left in peace for so many days; a rule may say "
        "otherwise. 0: off.",
    )
    care_survey_limit = fields.Integer(
        string="Surveys without Asking",
        default=2000,
        help="A rule that would ask more customers in one run waits until somebody confirms it. 0: it never waits.",
    )

    _check_care_survey_quiet_days = models.Constraint(
        "CHECK(care_survey_quiet_days BETWEEN 0 AND 3650)", "The quiet period goes from 0 to 3650 days."
    )
    _check_care_survey_limit = models.Constraint(
        "CHECK(care_survey_limit >= 0)", "The number of surveys sent without asking cannot be negative."
    )
