from odoo import api, fields, models
from odoo.tools import SQL


class CustomerSurveyTurn(models.Model):
    """Who decides to ask a customer takes a turn; of two who do so at one moment the second is sent back.

    A quiet period is looked up, then somebody is asked: two workers that do both at once would each see a customer
    who is left in peace. Each counts up the customer's row, which the database allows to one of them: the other gets a
    serialization failure, begins anew, and then sees that the customer was asked.
    """

    _name = "customer.survey.turn"
    _description = "Turn to Ask a Customer"
    _log_access = False
    _rec_name = "commercial_partner_id"

    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, ondelete="cascade"
    )
    number = fields.Integer(readonly=True, aggregator=None)

    _customer_uniq = models.UniqueIndex("(commercial_partner_id)", "Each customer has one row.")

    @api.model
    def _take(self, customers):
        """Take the turns of some customers.

        :param customers: SELECT of the ids of the customers
        """
        self.env.cr.execute(
            SQL(
                # In one order, so that no two wait for each other.
                "INSERT INTO customer_survey_turn (commercial_partner_id, number)"
                " SELECT id, 1 FROM (SELECT DISTINCT id FROM (%s) AS c (id)) customer ORDER BY id"
                " ON CONFLICT (commercial_partner_id) DO UPDATE SET number = customer_survey_turn.number + 1",
                customers,
            )
        )
