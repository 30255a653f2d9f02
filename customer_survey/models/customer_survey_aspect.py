from odoo import fields, models


class CustomerSurveyAspect(models.Model):
    """What customers judge one by one: quality, speed, attitude, price.

    Questions of different surveys with the same aspect can be compared with each other.
    """

    _name = "customer.survey.aspect"
    _description = "Satisfaction Aspect"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Char(translate=True, help="What customers should think of when they judge it.")
    question_count = fields.Integer(string="Questions Asked", compute="_compute_question_count")

    def _compute_question_count(self):
        # a figure alone: who may read the aspect may know how often it is asked
        groups = (
            self.env["survey.question"]
            .sudo()
            ._read_group([("care_aspect_id", "in", self.ids)], ["care_aspect_id"], ["__count"])
        )
        counts = {aspect.id: count for aspect, count in groups}
        for aspect in self:
            aspect.question_count = counts.get(aspect.id, 0)
