from datetime import datetime, time
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.tools import SQL


class CustomerComplaintAction(models.Model):
    """What the customers of an action's complaints say when they are called after the remedy."""

    _inherit = "customer.complaint.action"

    solved_count = fields.Integer(
        string="Called: Solved",
        compute="_compute_answers",
        help="Callbacks about the complaints of the action, from the day of the remedy on: the problem is solved.",
    )
    unsolved_count = fields.Integer(
        string="Called: Not Solved",
        compute="_compute_answers",
        help="Callbacks about the complaints of the action, from the day of the remedy on: it is not solved.",
    )

    @api.depends("complaint_ids", "date_effect")
    def _compute_answers(self):
        counts = self._count_answers()
        for action in self:
            action.solved_count = counts.get((action._origin.id, "yes"), 0)
            action.unsolved_count = counts.get((action._origin.id, "no"), 0)

    def _get_remedy_moment(self):
        """Return when the day of the remedy begins at the company (naive UTC, singleton), None without one."""
        if not self.date_effect:
            return None
        zone = ZoneInfo(self.company_id.sudo().partner_id.tz or "UTC")
        start = datetime.combine(self.date_effect, time.min, zone)
        return start.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)

    def _count_answers(self):
        """Return {(action id, "yes" or "no"): number of callbacks} in one query for all actions."""
        starts = [(action._origin.id, action._get_remedy_moment()) for action in self if action.date_effect]
        if not starts:
            return {}
        self.env["customer.callback"].flush_model(["res_model", "res_id", "state", "problem_solved"])
        self.flush_model(["complaint_ids"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT link.action_id, call.problem_solved, COUNT(*)
                  FROM (VALUES %(starts)s) start (action_id, moment)
                  JOIN customer_complaint_action_rel link ON link.action_id = start.action_id
                  JOIN customer_callback call
                    ON call.res_model = 'customer.complaint' AND call.res_id = link.complaint_id
                 WHERE call.state = 'done' AND call.problem_solved IN ('yes', 'no')
                       AND call.done_datetime >= start.moment
                 GROUP BY link.action_id, call.problem_solved
                """,
                starts=SQL(", ").join(SQL("(%s, %s::timestamp)", *start) for start in starts),
            )
        )
        return {(action_id, answer): count for action_id, answer, count in rows}

    def action_view_answers(self):
        """Open the callbacks that are counted, as far as the user sees them."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_callback_action"),
            "domain": [
                ("res_model", "=", "customer.complaint"),
                ("res_id", "in", self.sudo().complaint_ids.ids),
                ("state", "=", "done"),
                ("problem_solved", "in", ("yes", "no")),
                ("done_datetime", ">=", self._get_remedy_moment() or fields.Datetime.now()),
            ],
            "context": {},
        }
