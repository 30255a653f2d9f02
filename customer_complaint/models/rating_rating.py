from odoo import api, models
from odoo.exceptions import AccessError

COMPLAINT = "customer.complaint"


class RatingRating(models.Model):
    """Customers rate how their complaints were handled; an employee could write any rating by himself."""

    _inherit = "rating.rating"

    @api.model_create_multi
    def create(self, vals_list):
        ratings = super().create(vals_list)
        ratings._check_not_of_complaints()
        return ratings

    def write(self, vals):
        self._check_not_of_complaints()
        result = super().write(vals)
        self._check_not_of_complaints()
        return result

    def _check_not_of_complaints(self):
        """:raises AccessError: for ratings of complaints, unless called as superuser"""
        if not self.env.su and COMPLAINT in self.sudo().mapped("res_model"):
            self._refuse_rating()

    def _refuse_rating(self):
        raise AccessError(self.env._("Only customers rate how their complaints were handled."))


class CustomerComplaint(models.Model):
    _inherit = "customer.complaint"

    def message_post(self, **kwargs):
        """Refuse a rating with the message of an employee: Odoo would store it as superuser.

        :raises AccessError: for a rating of an employee, as himself or by the client
        """
        if kwargs.get("rating_value") and self.env.user._is_internal() and not self.env.user._is_superuser():
            self.env["rating.rating"]._refuse_rating()
        return super().message_post(**kwargs)
