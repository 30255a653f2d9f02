from odoo import api, fields, models

WEIGHTS = ("speed", "limit", "satisfaction", "volume", "first")


class ResCompany(models.Model):
    """Settings about the people who handle complaints: qualifications and scorecards."""

    _inherit = "res.company"

    care_is_qualification_needed = fields.Boolean(
        string="Only the Qualified Handle Severe Complaints",
        help="Handlers need the qualifications that the topics name for the severity of a complaint.",
    )
    care_weight_speed = fields.Integer(string="Weight of Speed", default=20)
    care_weight_limit = fields.Integer(string="Weight of Time Limits", default=25)
    care_weight_satisfaction = fields.Integer(string="Weight of Satisfaction", default=25)
    care_weight_volume = fields.Integer(string="Weight of Volume", default=15)
    care_weight_first = fields.Integer(string="Weight of Solved at First Try", default=15)
    care_card_minimum = fields.Integer(
        string="Fewest Complaints for a Total",
        default=5,
        help="A scorecard with fewer solved complaints shows its figures, but no total and no rank.",
    )
    care_objection_days = fields.Integer(
        string="Days for Objections",
        default=14,
        help="So many days after a scorecard was confirmed, its person may object.",
    )

    _care_weights = models.Constraint(
        "CHECK(care_weight_speed >= 0 AND care_weight_limit >= 0 AND care_weight_satisfaction >= 0"
        " AND care_weight_volume >= 0 AND care_weight_first >= 0 AND care_weight_speed + care_weight_limit"
        " + care_weight_satisfaction + care_weight_volume + care_weight_first = 100)",
        "The weights of a scorecard must be 0 or more and add up to 100.",
    )
    _care_card_minimum_range = models.Constraint(
        "CHECK(care_card_minimum BETWEEN 1 AND 1000)", "The fewest complaints for a total are 1 to 1,000."
    )
    _care_objection_days_range = models.Constraint(
        "CHECK(care_objection_days BETWEEN 0 AND 365)", "Objections are possible for 0 to 365 days."
    )

    @api.model
    def _get_cached_fields(self):
        return super()._get_cached_fields() | {"care_is_qualification_needed"}

    def _get_card_weights(self):
        """Return {figure: weight} of the company (singleton); the weights add up to 100."""
        self.ensure_one()
        return {name: self[f"care_weight_{name}"] for name in WEIGHTS}
