from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    care_plan_manager_id = fields.Many2one(
        "res.users",
        string="Customer Service Manager",
        domain="[('share', '=', False)]",
        help="Responsible for the measures that templates give to the manager.",
    )
    care_plan_director_id = fields.Many2one(
        "res.users",
        string="Customer Director",
        domain="[('share', '=', False)]",
        help="Responsible for the measures that templates give to the director.",
    )
    care_is_cost_evidence_required = fields.Boolean(
        string="Costs Need Evidence",
        default=True,
        help="A measure that had a cost is done with a file or a note.",
    )
    care_has_unplanned_measures = fields.Boolean(
        string="Small Measures in Between",
        help="Measures without cost may be added to a running plan without a new version.",
    )
    care_escalation_days = fields.Integer(string="Days until Escalation", default=3)
    care_thrift_percent = fields.Float(string="Cost in Percent of Revenue", default=5.0)

    _check_care_escalation_days = models.Constraint(
        "CHECK(care_escalation_days BETWEEN 0 AND 365)",
        "The days until a late measure is escalated go from 0 to 365.",
    )
    _check_care_thrift_percent = models.Constraint(
        "CHECK(care_thrift_percent BETWEEN 0 AND 1000)",
        "The cost in percent of the revenue goes from 0 to 1000.",
    )
