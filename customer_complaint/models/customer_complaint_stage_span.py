from odoo import fields, models
from odoo.tools import SQL

from .customer_complaint_stage import PHASES
from .customer_complaint_waiting_reason import WAITS_FOR


class CustomerComplaintStageSpan(models.Model):
    """How long complaints were in their stages, and what they waited for: a query over the history."""

    _name = "customer.complaint.stage.span"
    _description = "Time in Complaint Stages"
    _auto = False
    _order = "datetime desc, id desc"
    _rec_name = "complaint_id"
    _depends = {
        "customer.complaint": ["team_id", "user_id", "company_id", "category_id"],
        "customer.complaint.stage.history": ["complaint_id", "stage_id", "phase", "datetime", "reason_id"],
        "customer.complaint.waiting.reason": ["waits_for"],
    }

    complaint_id = fields.Many2one("customer.complaint", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    team_id = fields.Many2one("customer.complaint.team", readonly=True)
    user_id = fields.Many2one("res.users", string="Handler", readonly=True)
    category_id = fields.Many2one("customer.complaint.category", readonly=True)
    stage_id = fields.Many2one("customer.complaint.stage", readonly=True)
    phase = fields.Selection(PHASES, readonly=True)
    reason_id = fields.Many2one("customer.complaint.waiting.reason", string="Waiting Reason", readonly=True)
    waits_for = fields.Selection(WAITS_FOR, string="Waiting for", readonly=True)
    datetime = fields.Datetime(string="Entered on", readonly=True)
    left_datetime = fields.Datetime(string="Left on", readonly=True)
    days = fields.Float(
        string="Days on Average", readonly=True, aggregator="avg", help="Days of the calendar."
    )
    total_days = fields.Float(string="Days in All", readonly=True, aggregator="sum")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT spans.*, complaint.company_id, complaint.team_id, complaint.user_id, complaint.category_id,
                   reason.waits_for, spans.days AS total_days
              FROM (
                SELECT id, complaint_id, stage_id, phase, reason_id, datetime,
                       LEAD(datetime) OVER following AS left_datetime,
                       EXTRACT(EPOCH FROM
                           COALESCE(LEAD(datetime) OVER following, NOW() AT TIME ZONE 'UTC') - datetime
                       ) / 86400.0 AS days
                  FROM customer_complaint_stage_history
                WINDOW following AS (PARTITION BY complaint_id ORDER BY datetime, id)
              ) spans
              JOIN customer_complaint complaint ON complaint.id = spans.complaint_id
              LEFT JOIN customer_complaint_waiting_reason reason ON reason.id = spans.reason_id
            """
        )

    def action_open_complaint(self):
        """Open the complaint."""
        self.ensure_one()
        return self.complaint_id.action_open()
