from odoo import fields, models


class CustomerGradingSlice(models.Model):
    """A range of customers that a worker does in one transaction."""

    _name = "customer.grading.slice"
    _description = "Slice of a Grading Run"
    _order = "run_id, first_id"
    _log_access = False

    run_id = fields.Many2one(
        "customer.grading.run", required=True, readonly=True, index=True, ondelete="cascade"
    )
    first_id = fields.Integer(required=True, readonly=True)
    last_id = fields.Integer(required=True, readonly=True)
    phase = fields.Selection(
        [("values", "Figures"), ("grading", "Grades"), ("finish", "Customers"), ("done", "Done")],
        required=True,
        readonly=True,
        default="values",
    )
