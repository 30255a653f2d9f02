from odoo import api, fields, models

# Also the kinds of the measures of plans, and who is responsible for them.
KINDS = [
    ("visit", "Visit"),
    ("call", "Call"),
    ("event", "Event"),
    ("gift", "Gift"),
    ("training", "Training"),
    ("discount", "Discount"),
    ("report", "Report"),
]
ROLES = [
    ("specialist", "Responsible specialist"),
    ("leader", "Leader of the care team"),
    ("manager", "Customer service manager"),
    ("director", "Customer director"),
]


class CustomerCarePlanTemplateLine(models.Model):
    """One measure of a plan template."""

    _name = "customer.care.plan.template.line"
    _description = "Measure of a Care Plan Template"
    _order = "template_id, day_offset, id"

    template_id = fields.Many2one(
        "customer.care.plan.template", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="template_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="template_id.currency_id")
    kind = fields.Selection(KINDS, required=True, default="call")
    name = fields.Char(required=True, translate=True)
    day_offset = fields.Integer(string="Day", default=0, help="Days after the begin of the plan.")
    responsible_role = fields.Selection(ROLES, required=True, default="specialist", string="Responsible")
    cost = fields.Monetary(help="Cost for one customer.")

    _check_cost = models.Constraint("CHECK(cost >= 0)", "The cost of a measure cannot be negative.")
    _check_day = models.Constraint(
        "CHECK(day_offset BETWEEN 0 AND 3660)",
        "A measure lies between the begin of the plan and ten years after.",
    )

    @api.constrains("cost", "template_id")
    def _check_grade_budget(self):
        self.template_id._check_grade_budget()
