from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    care_callback_limit = fields.Integer(
        string="Callbacks without Asking",
        default=2000,
        help="A rule that would make more callbacks in a run asks before. 0: it never asks.",
    )

    _check_care_callback_limit = models.Constraint(
        "CHECK(care_callback_limit >= 0)", "The number of callbacks made without asking cannot be negative."
    )
