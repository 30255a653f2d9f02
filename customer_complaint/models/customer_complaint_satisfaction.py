from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import column_exists, table_exists

from .customer_complaint import STAFF

ANSWER_SOURCES = [
    ("portal", "Rating by the Customer"),
    ("callback", "Callback"),
    ("survey", "Survey"),
    ("staff", "Noted by Hand"),
]
# Only the program says where an answer came from and when, and what was said first.
ANSWER_FIELDS = {"satisfaction_source": False, "satisfaction_datetime": False, "first_confirmation": False}
# The faces of the portal (1, 3, 5) and the stars of Odoo's ratings, on the scale of calls.
POINTS_OF_STAR = 2


class CustomerComplaintSatisfaction(models.Model):
    """How satisfied the customer is with the handling: his last answer, wherever he gave it, and why not.

    A rating in the portal, a callback, a survey (bridge) or what somebody noted by hand. The figures count a
    customer as satisfied from the company's *Satisfied From* on.
    """

    _inherit = "customer.complaint"

    satisfaction = fields.Integer(
        string="Satisfaction (1-10)",
        copy=False,
        aggregator=None,
        tracking=True,
        groups=STAFF,
        help="The customer's last answer, from 1 (not at all satisfied) to 10; empty without an answer.",
    )
    satisfaction_source = fields.Selection(
        ANSWER_SOURCES, string="Answer from", readonly=True, copy=False, groups=STAFF
    )
    satisfaction_datetime = fields.Datetime(string="Answered on", readonly=True, copy=False, groups=STAFF)
    dissatisfaction_ids = fields.Many2many(
        "customer.complaint.dissatisfaction",
        "customer_complaint_dissatisfaction_rel",
        "complaint_id",
        "dissatisfaction_id",
        string="Reasons of Dissatisfaction",
        copy=False,
        groups=STAFF,
    )

    _satisfaction_range = models.Constraint(
        "CHECK(satisfaction BETWEEN 0 AND 10)", "The satisfaction goes from 1 to 10."
    )

    def _auto_init(self):
        """Take over what customers answered before there was a field for it."""
        cr = self.env.cr
        is_new = table_exists(cr, self._table) and not column_exists(cr, self._table, "satisfaction")
        result = super()._auto_init()
        if is_new:
            cr.execute(self._get_known_answers())
        return result

    @api.model
    def _get_known_answers(self):
        """Return SQL that stores the last rating or call of each complaint without an answer."""
        return SQL(
            """
            UPDATE customer_complaint complaint
               SET satisfaction = answer.points, satisfaction_source = answer.source,
                   satisfaction_datetime = answer.moment
              FROM (
                SELECT DISTINCT ON (res_id) *
                  FROM (
                    SELECT res_id, ROUND(rating * %(points)s)::int AS points, 'portal' AS source,
                           write_date AS moment
                      FROM rating_rating
                     WHERE res_model = %(model)s AND consumed AND rating > 0
                     UNION ALL
                    SELECT res_id, satisfaction, 'callback', done_datetime
                      FROM customer_callback
                     WHERE res_model = %(model)s AND state = 'done' AND outcome = 'reached' AND satisfaction > 0
                  ) answers
                 ORDER BY res_id, moment DESC
              ) answer
             WHERE answer.res_id = complaint.id AND COALESCE(complaint.satisfaction, 0) = 0
            """,
            points=POINTS_OF_STAR,
            model=self._name,
        )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_answer_fields(name for vals in vals_list for name in vals)
        return super().create([{**ANSWER_FIELDS, **self._add_answer_source(vals)} for vals in vals_list])

    def write(self, vals):
        self._check_answer_fields(vals)
        if "satisfaction" in vals and not self.env.su:
            self._check_own_praise()
        return super().write(self._add_answer_source(vals))

    def _check_answer_fields(self, names):
        """:raises AccessError: unless called as superuser"""
        if not self.env.su and not ANSWER_FIELDS.keys().isdisjoint(names):
            raise AccessError(
                self.env._("Where an answer of the customer came from is noted by the program alone.")
            )

    def _check_own_praise(self):
        """Leave noting how satisfied the customer is to others than the handler, or to supervisors.

        :raises AccessError: by the handler
        """
        if self.env.user.has_group("customer_complaint.group_complaint_supervisor"):
            return
        if any(complaint.user_id == self.env.user for complaint in self.sudo()):
            raise AccessError(
                self.env._("The handler does not note how satisfied the customer is: a supervisor does.")
            )

    @api.model
    def _add_answer_source(self, vals):
        """Return the values with where the answer came from and when, unless they say so."""
        if "satisfaction" not in vals or "satisfaction_source" in vals:
            return vals
        given = bool(vals["satisfaction"])
        return {
            **vals,
            "satisfaction_source": given and "staff",
            "satisfaction_datetime": given and fields.Datetime.now(),
        }

    def _set_satisfaction(self, points, source, reasons=None):
        """Note the customer's answer to his complaint (singleton), as superuser.

        :param int points: 1 to 10
        :param source: key of ``ANSWER_SOURCES``
        :param reasons: ``customer.complaint.dissatisfaction``; ``None`` leaves what is there
        """
        self.ensure_one()
        vals = {
            "satisfaction": min(max(points, 1), 10),
            "satisfaction_source": source,
            "satisfaction_datetime": fields.Datetime.now(),
        }
        if reasons is not None:
            vals["dissatisfaction_ids"] = [fields.Command.set(reasons.ids)]
        self.sudo().write(vals)

    @api.model
    def _get_offered_reasons(self):
        """Return the reasons from which a customer chooses, as superuser."""
        return self.env["customer.complaint.dissatisfaction"].sudo().search(Domain.TRUE)

    def rating_apply(self, rate, *args, **kwargs):
        """Take over the rating, however it came in.

        :raises AccessError: unless called as superuser, as the pages of customers do; else an employee could apply a
            rating of his own
        """
        if not self.env.su:
            self.env["rating.rating"]._refuse_rating()
        rating = super().rating_apply(rate, *args, **kwargs)
        if rate:
            none = self.env["customer.complaint.dissatisfaction"]
            self._set_satisfaction(round(rate * POINTS_OF_STAR), "portal", none)
        return rating

    def _care_callback_done(self, callback):
        """Take over what the customer said in the call before it leads to anything."""
        if callback.state == "done" and callback.outcome == "reached" and callback.satisfaction:
            self._set_satisfaction(callback.satisfaction, "callback", callback.dissatisfaction_ids)
        return super()._care_callback_done(callback)
