from odoo import fields, models


class CustomerSurveyRule(models.Model):
    """What follows the answers to a rule's surveys."""

    _inherit = "customer.survey.rule"

    is_followed = fields.Boolean(
        string="Follow Up Low Answers",
        default=True,
        help="Each low answer becomes a follow-up with a responsible person, a time limit and an outcome.",
    )
    answer_hours = fields.Float(
        string="Follow Up Within (working hours)",
        default=24.0,
        digits=(6, 2),
        help="Working hours of the care team, or of the company's customer care, in which a follow-up is closed.",
    )
    thanks_template_id = fields.Many2one(
        "mail.template",
        string="Thank-You E-mail",
        domain=[("model", "=", "customer.survey.loop")],
        help="Sent once to who recommends us (9 or 10), if he may be written to. Empty: nobody is thanked.",
    )
    is_referral_asked = fields.Boolean(
        string="Ask for a Referral",
        help="Who recommends us becomes a follow-up: ask whom else we could serve. The callback rules with the trigger "
        "Recommendation in a survey plan the call.",
    )

    _answer_hours_check = models.Constraint(
        "CHECK(answer_hours > 0 AND answer_hours <= 1000)",
        "The working hours of a follow-up go from above 0 to 1000.",
    )
