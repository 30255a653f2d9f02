from odoo import fields, models


class ResCompany(models.Model):
    """Settings of the intake of complaints."""

    _inherit = "res.company"

    care_legal_user_id = fields.Many2one(
        "res.users", string="Told of Legal Complaints", domain=[("share", "=", False)]
    )
    care_safety_user_id = fields.Many2one(
        "res.users", string="Told of Safety Complaints", domain=[("share", "=", False)]
    )
    care_media_user_id = fields.Many2one(
        "res.users", string="Told of Media Complaints", domain=[("share", "=", False)]
    )
    care_repeat_days = fields.Integer(
        string="Days of Repeats",
        default=90,
        help="A complaint of the same customer about the same category or product within so many days is a "
        "repeat, or a possible duplicate while the earlier one is open. 0: none is looked for.",
    )

    _care_repeat_days_range = models.Constraint(
        "CHECK(care_repeat_days BETWEEN 0 AND 3660)", "Repeats are looked for within 0 to 3,660 days."
    )

    def write(self, vals):
        result = super().write(vals)
        if "care_repeat_days" in vals:
            self.env["customer.complaint"].sudo()._request_repeat_check([("company_id", "in", self.ids)])
        return result
