from odoo import fields, models


class CustomerComplaintTeam(models.Model):
    _inherit = "customer.complaint.team"

    rating_count = fields.Integer("Rated Complaints", compute="_compute_ratings")
    rating_average = fields.Float(
        compute="_compute_ratings", digits=(3, 1), help="From 1 to 5, over all complaints that were rated."
    )

    def _compute_ratings(self):
        rows = self._read_by_team("customer.complaint.rating", [], ["__count", "rating:avg"])
        ratings = {team.id: (count, average) for team, count, average in rows}
        for team in self:
            team.rating_count, team.rating_average = ratings.get(team.id, (0, 0.0))

    def action_open_ratings(self):
        """Open the ratings of the team's complaints."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_complaint.customer_complaint_rating_action"
            ),
            "domain": [("team_id", "=", self.id)],
            "display_name": self.env._("Ratings of %(team)s", team=self.name),
        }
