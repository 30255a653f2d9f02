from odoo import fields, models


class CustomerSatisfactionTarget(models.Model):
    """What an index shall reach from a day on, for a segment or a team; empty conditions hold for all."""

    _name = "customer.satisfaction.target"
    _description = "Target of a Satisfaction Index"
    _order = "index_id, date_from, id"
    _rec_name = "value"

    index_id = fields.Many2one("customer.satisfaction.index", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="index_id.company_id")
    date_from = fields.Date(string="From", help="From the period of this day on. Empty: always.")
    grade_id = fields.Many2one("customer.grade", ondelete="cascade")
    stage_id = fields.Many2one("customer.lifecycle.stage", string="Life-Cycle Stage", ondelete="cascade")
    industry_id = fields.Many2one("res.partner.industry", ondelete="cascade")
    state_id = fields.Many2one("res.country.state", string="Province or State", ondelete="cascade")
    team_id = fields.Many2one("customer.care.team", string="Care Team", ondelete="cascade")
    value = fields.Float(string="Target", required=True, digits=(6, 2))

    _check_value = models.Constraint(
        "CHECK(value >= 0 AND value <= 100)", "The target of an index goes from 0 to 100."
    )
