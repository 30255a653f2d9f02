from odoo import fields, models


class CustomerSurveyScore(models.Model):
    _inherit = "customer.survey.score"

    aspect_id = fields.Many2one(
        "customer.survey.aspect",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="What of our work the question was about.",
    )
