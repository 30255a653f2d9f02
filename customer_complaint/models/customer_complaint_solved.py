from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, table_exists

from .customer_callback_rule import TRIGGERS
from .customer_complaint import STAFF

CONFIRMED = [("yes", "Solved"), ("no", "Not Solved")]


class CustomerComplaintSolved(models.Model):
    """Whether the customer, called afterwards, confirms the solution.

    The first call that was answered is kept: the solution is *confirmed at first try* when the customer said
    then that the problem is solved, and the complaint was never reopened.
    """

    _inherit = "customer.complaint"

    first_confirmation = fields.Selection(
        CONFIRMED,
        string="Solved, as the Customer First Said",
        readonly=True,
        copy=False,
        groups=STAFF,
        help="What the customer said in the first callback about this complaint. Together with no reopening, "
        "“Solved” counts as confirmed at first try.",
    )

    def _auto_init(self):
        """Take over what customers said before there was a field for it."""
        cr = self.env.cr
        is_new = table_exists(cr, self._table) and not column_exists(cr, self._table, "first_confirmation")
        result = super()._auto_init()
        if is_new:
            cr.execute(self._get_known_confirmations())
        return result

    @api.model
    def _get_known_confirmations(self):
        """Return SQL that stores what was said in the first call about each complaint."""
        return SQL(
            """
            UPDATE customer_complaint complaint
               SET first_confirmation = said.problem_solved
              FROM (
                SELECT DISTINCT ON (res_id) res_id, problem_solved
                  FROM customer_callback
                 WHERE res_model = %(model)s AND state = 'done' AND outcome = 'reached'
                       AND problem_solved IN ('yes', 'no')
                 ORDER BY res_id, done_datetime, id
              ) said
             WHERE said.res_id = complaint.id AND complaint.first_confirmation IS NULL
            """,
            model=self._name,
        )

    def _care_callback_done(self, callback):
        """Keep the first answer before it leads to anything."""
        said = callback.problem_solved
        complaint = self.sudo()
        if (
            callback.state == "done"
            and callback.outcome == "reached"
            and said in dict(CONFIRMED)
            and not complaint.first_confirmation
        ):
            complaint._write_dates({"first_confirmation": said})
        return super()._care_callback_done(callback)

    def _complaint_on_closed(self):
        result = super()._complaint_on_closed()
        self._plan_follow_up("complaint_closed")
        return result

    def _complaint_on_reopened(self):
        """Take back calls that would ask whether it is solved: it is not, and there will be others."""
        result = super()._complaint_on_reopened()
        self.env["customer.callback"].flush_model()
        self.env["customer.callback.rule"]._cancel_untouched(
            SQL(
                "res_model = %s AND res_id IN %s AND rule_id IN"
                " (SELECT id FROM customer_callback_rule WHERE trigger IN %s)",
                self._name,
                tuple(self.ids),
                tuple(dict(TRIGGERS)),
            ),
            self.env._("The complaint was reopened."),
            self.env.user,
        )
        return result
