from odoo import api, fields, models

from .customer_complaint_compensation import LARGEST_AMOUNT

LARGEST_TOTAL = 1000


class CustomerComplaintRewardBand(models.Model):
    """What is proposed for a scorecard of so many points. Nothing follows without the approval of a manager."""

    _name = "customer.complaint.reward.band"
    _description = "Reward Band of Scorecards"
    _inherit = ["customer.number.mixin"]
    _order = "total_from desc, id"

    name = fields.Char(string="Proposal", required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Leave empty for all companies.")
    kind = fields.Selection(
        [("reward", "Reward"), ("talk", "Conversation"), ("penalty", "Penalty")],
        required=True,
        default="reward",
    )
    total_from = fields.Float(string="From Points", required=True)
    total_to = fields.Float(string="Below Points", required=True, default=101)
    amount = fields.Float(digits=(16, 2), help="In the currency of the company; 0 where no money is meant.")

    _points_order = models.Constraint(
        f"CHECK(total_from >= 0 AND total_from < total_to AND total_to <= {LARGEST_TOTAL})",
        "A band begins at 0 or more points and ends above its beginning, at 1,000 at most.",
    )
    _amount_positive = models.Constraint(
        # not a number is larger than any number
        f"CHECK(amount >= 0 AND amount < {LARGEST_AMOUNT})",
        "The amount is out of range; it is never negative: the kind says what it is.",
    )

    @api.model
    def _find(self, company, total):
        """Return the band of so many points, those of the company first; may be empty."""
        bands = self.sudo().search(
            [
                ("company_id", "in", (company.id, False)),
                ("total_from", "<=", total),
                ("total_to", ">", total),
            ]
        )
        return (bands.filtered("company_id") or bands)[:1]
