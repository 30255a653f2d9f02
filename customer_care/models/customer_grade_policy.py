from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomerGrade(models.Model):
    """What a grade means for the care of its customers."""

    _inherit = "customer.grade"

    contact_interval_days = fields.Integer(
        string="Contact Every", help="Days after which a customer has to be contacted again. 0: no rule."
    )
    channel_ids = fields.Many2many("customer.contact.channel", string="Channels")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self._default_currency_id()
    )
    yearly_budget = fields.Monetary(
        help="What the care of one customer may cost in a year. 0: no limit is set."
    )
    plan_template_id = fields.Many2one(
        "customer.care.plan.template",
        index="btree_not_null",
        ondelete="restrict",
        help="Its measures cost no more than the yearly budget.",
    )
    plan_currency_id = fields.Many2one(related="plan_template_id.currency_id", string="Currency of the Plan")
    plan_cost = fields.Monetary(
        related="plan_template_id.total_cost", string="Cost of the Plan", currency_field="plan_currency_id"
    )

    _check_interval = models.Constraint(
        "CHECK(contact_interval_days BETWEEN 0 AND 3660)", "The days between contacts go from 0 to 3660."
    )
    _check_budget = models.Constraint("CHECK(yearly_budget >= 0)", "The yearly budget cannot be negative.")

    def _default_currency_id(self):
        return self.env.company.currency_id

    @api.constrains("yearly_budget", "currency_id", "plan_template_id")
    def _check_plan_budget(self):
        """:raises ValidationError: a grade's plan template costs more than its yearly budget"""
        today = fields.Date.context_today(self)
        for grade in self.filtered(lambda grade: grade.plan_template_id and grade.yearly_budget):
            template = grade.plan_template_id
            cost = template.currency_id._convert(
                template.total_cost, grade.currency_id, template.company_id or self.env.company, today
            )
            if grade.currency_id.compare_amounts(cost, grade.yearly_budget) > 0:
                raise ValidationError(
                    self.env._(
                        "The plan %(plan)s costs %(cost)s for a customer, more than the yearly budget of the grade "
                        "%(grade)s: %(budget)s.",
                        plan=template.name,
                        cost=grade.currency_id.format(cost),
                        grade=grade.display_name,
                        budget=grade.currency_id.format(grade.yearly_budget),
                    )
                )
