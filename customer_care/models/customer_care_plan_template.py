from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerCarePlanTemplate(models.Model):
    """What we do for a customer of a grade in a year: measures with their day, their people and their cost."""

    _name = "customer.care.plan.template"
    _description = "Care Plan Template"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self._default_currency_id()
    )
    description = fields.Text(translate=True)
    lessons = fields.Text(
        string="Lessons of Earlier Plans",
        copy=False,
        help="What evaluated plans taught, copied here from their evaluation, the newest first.",
    )
    line_ids = fields.One2many(
        "customer.care.plan.template.line", "template_id", string="Measures", copy=True
    )
    grade_ids = fields.One2many("customer.grade", "plan_template_id", string="Grades", readonly=True)
    total_cost = fields.Monetary(
        compute="_compute_total_cost", store=True, help="Cost for one customer in a year."
    )
    measure_count = fields.Integer(string="Number of Measures", compute="_compute_total_cost", store=True)
    last_day = fields.Integer(
        string="Days", compute="_compute_total_cost", store=True, help="Day of the last measure."
    )

    def _default_currency_id(self):
        return self.env.company.currency_id

    @api.depends("line_ids.cost", "line_ids.day_offset")
    def _compute_total_cost(self):
        for template in self:
            template.total_cost = sum(template.line_ids.mapped("cost"))
            template.measure_count = len(template.line_ids)
            template.last_day = max(template.line_ids.mapped("day_offset"), default=0)

    @api.constrains("currency_id", "line_ids")
    def _check_grade_budget(self):
        """A plan never costs more than the yearly budget of a grade that it serves."""
        self.sudo().with_context(active_test=False).grade_ids._check_plan_budget()

    def _add_lessons(self, text):
        """Put what a plan taught before what stands there (singleton, as superuser)."""
        self.ensure_one()
        self.sudo().lessons = "\n\n".join(filter(None, [text, self.lessons]))

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for template, vals in zip(self, vals_list, strict=True):
            vals["name"] = self.env._("%(name)s (copy)", name=template.name)
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        grades = self.sudo().with_context(active_test=False).grade_ids
        if grades:
            raise UserError(
                self.env._(
                    "The template is used by these grades: %(grades)s. Archive it, or take it from them first.",
                    grades=", ".join(grades.mapped("display_name")),
                )
            )
