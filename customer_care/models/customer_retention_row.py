from datetime import datetime, time, timedelta

import pytz
from odoo import api, fields, models
from odoo.tools import SQL


class CustomerRetentionRow(models.Model):
    """What became of each customer between two days, read from the history of stages when looked at.

    The context keys ``care_date_from`` and ``care_date_to`` name the period; without them it is the year up to
    today.
    """

    _name = "customer.retention.row"
    _description = "Retention of Customers"
    _auto = False
    _order = "status, partner_id"
    _rec_name = "partner_id"
    _depends = {
        "res.partner": ["care_user_id", "care_team_id", "company_id", "commercial_partner_id", "active"],
        "customer.lifecycle.change": ["partner_id", "to_stage_id", "date"],
        "customer.lifecycle.stage": ["kind"],
        "customer.grading.result": ["partner_id", "grade_id", "date", "state", "is_dry_run"],
    }

    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    is_active = fields.Boolean(string="Active", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    care_user_id = fields.Many2one("res.users", string="Responsible Specialist", readonly=True)
    care_team_id = fields.Many2one("customer.care.team", readonly=True)
    grade_from_id = fields.Many2one("customer.grade", string="Grade at the Start", readonly=True)
    stage_from_id = fields.Many2one("customer.lifecycle.stage", string="Stage at the Start", readonly=True)
    stage_to_id = fields.Many2one("customer.lifecycle.stage", string="Stage at the End", readonly=True)
    status = fields.Selection(
        [("kept", "Kept"), ("lost", "Lost"), ("won_back", "Won back"), ("new", "New")], readonly=True
    )
    start_count = fields.Integer(string="At the Start", readonly=True)
    kept_count = fields.Integer(string="Kept", readonly=True)
    lost_count = fields.Integer(string="Lost", readonly=True)
    won_back_count = fields.Integer(string="Won Back", readonly=True)
    new_count = fields.Integer(string="New", readonly=True)
    end_count = fields.Integer(string="At the End", readonly=True)
    retention_percent = fields.Float(
        string="Retention (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Kept / at the start × 100",
    )
    churn_percent = fields.Float(
        string="Churn (%)", readonly=True, aggregator="avg", digits=(16, 1), help="Lost / at the start × 100"
    )

    @property
    def _table_query(self):
        date_from, date_to = self._get_period()
        return SQL(
            """
            SELECT facts.*,
                   (status IN ('kept', 'lost'))::int AS start_count,
                   (status = 'kept')::int AS kept_count,
                   (status = 'lost')::int AS lost_count,
                   (status = 'won_back')::int AS won_back_count,
                   (status = 'new')::int AS new_count,
                   (status != 'lost')::int AS end_count,
                   CASE status WHEN 'kept' THEN 100.0 WHEN 'lost' THEN 0.0 END AS retention_percent,
                   CASE status WHEN 'kept' THEN 0.0 WHEN 'lost' THEN 100.0 END AS churn_percent
              FROM (%s) facts
            """,
            self._get_facts_sql(date_from, date_to),
        )

    def _get_facts_sql(self, date_from, date_to):
        # With the reader's rights: whoever may not see a customer does not count him. Archived ones count.
        customers = self.env["res.partner"].with_context(active_test=False)._search([])
        customers.add_where("res_partner.commercial_partner_id = res_partner.id")
        changes = self.env["customer.lifecycle.change"]
        return SQL(
            """
            SELECT partner.id, partner.id AS partner_id, partner.company_id, partner.care_user_id,
                   partner.care_team_id, before.stage_id AS stage_from_id, after.stage_id AS stage_to_id,
                   partner.active AS is_active, grade.grade_id AS grade_from_id,
                   CASE WHEN old.kind = 'customer' AND new.kind = 'customer' THEN 'kept'
                        WHEN old.kind = 'customer' THEN 'lost'
                        WHEN old.kind = 'lost' THEN 'won_back'
                        ELSE 'new' END AS status
              FROM res_partner partner
              JOIN (%(after)s) after ON after.partner_id = partner.id
              LEFT JOIN (%(before)s) before ON before.partner_id = partner.id
              LEFT JOIN (%(grade)s) grade ON grade.partner_id = partner.id
              LEFT JOIN customer_lifecycle_stage old ON old.id = before.stage_id
              LEFT JOIN customer_lifecycle_stage new ON new.id = after.stage_id
             WHERE (old.kind = 'customer' OR new.kind = 'customer') AND partner.id IN %(customers)s
            """,
            grade=self.env["customer.grade.migration.row"]._get_grade_query(date_from - timedelta(days=1)),
            before=changes._get_stage_query(self._get_moment(date_from)),
            after=changes._get_stage_query(self._get_moment(date_to + timedelta(days=1))),
            customers=customers.subselect(),
        )

    @api.model
    def _get_period(self):
        """Return the first and the last day that the context names."""
        today = fields.Date.context_today(self)
        first = fields.Date.to_date(self.env.context.get("care_date_from"))
        last = fields.Date.to_date(self.env.context.get("care_date_to"))
        last = last or today
        return first or fields.Date.subtract(last, years=1, days=-1), last

    @api.model
    def _get_moment(self, date):
        """Return when the day begins for the user, as naive UTC."""
        zone = pytz.timezone(self.env.user.tz or "UTC")
        return zone.localize(datetime.combine(date, time.min)).astimezone(pytz.utc).replace(tzinfo=None)
