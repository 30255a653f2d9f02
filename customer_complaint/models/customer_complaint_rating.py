from odoo import fields, models
from odoo.addons.rating.models.rating_data import RATING_TEXT
from odoo.tools import SQL

from . import identity_fields as masked


class CustomerComplaintRating(models.Model):
    """How customers rated the handling of their complaints: a query over the ratings and what they are about.

    Each row is seen by whoever sees the complaint.
    """

    _name = "customer.complaint.rating"
    _description = "Rating of a Complaint"
    _inherit = "complaint.identity.mixin"
    _auto = False
    _order = "datetime desc, id desc"
    _rec_name = "complaint_id"
    _depends = {
        "customer.complaint": ["team_id", "user_id", "company_id", "category_id", "partner_id"],
        "rating.rating": ["res_model", "res_id", "rating", "rating_text", "feedback", "consumed", "rated_on"],
    }

    complaint_id = fields.Many2one("customer.complaint", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    team_id = fields.Many2one("customer.complaint.team", readonly=True)
    user_id = fields.Many2one("res.users", string="Handler", readonly=True)
    category_id = fields.Many2one("customer.complaint.category", readonly=True)
    partner_id = masked.Many2one("res.partner", string="Customer", readonly=True)
    rating = fields.Float(string="Rating (1 to 5)", readonly=True, aggregator="avg")
    rating_text = fields.Selection(RATING_TEXT, string="Rated as", readonly=True)
    feedback = masked.Text(string="What the Customer Wrote", readonly=True)
    datetime = fields.Datetime(string="Rated on", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT rating.id, complaint.id AS complaint_id, complaint.company_id, complaint.team_id,
                   complaint.user_id, complaint.category_id, complaint.partner_id, rating.rating,
                   rating.rating_text, rating.feedback, COALESCE(rating.rated_on, rating.write_date) AS datetime
              FROM rating_rating rating
              JOIN customer_complaint complaint ON complaint.id = rating.res_id
             WHERE rating.res_model = 'customer.complaint' AND rating.consumed AND rating.rating >= 1
            """
        )

    def action_open_complaint(self):
        """Open the complaint."""
        self.ensure_one()
        return self.complaint_id.action_open()
