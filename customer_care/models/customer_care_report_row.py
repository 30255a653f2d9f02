from odoo import fields, models
from odoo.tools import SQL

from ..tools.care_figures import AMOUNTS, COUNTS


class CustomerCareReportRow(models.Model):
    """What was done for each customer between two days, and with what effect; read when looked at.

    The context keys ``care_date_from`` and ``care_date_to`` name the days (see ``customer.retention.row``). Each
    part is one aggregate over its table (``customer_care_report_parts``); what a column means is said by its help.
    """

    _name = "customer.care.report.row"
    _description = "Care of a Customer"
    _auto = False
    _order = "partner_id"
    _rec_name = "partner_id"
    _depends = {
        "res.partner": [
            "care_user_id",
            "care_team_id",
            "care_grade_id",
            "company_id",
            "commercial_partner_id",
        ],
        "customer.grade": ["contact_interval_days"],
        "customer.callback": [
            "commercial_partner_id",
            "date_planned",
            "date_deadline",
            "done_datetime",
            "outcome",
            "satisfaction",
            "state",
        ],
        "customer.contact.log": ["commercial_partner_id", "date_start", "is_counted"],
        "customer.care.measure": [
            "actual_cost",
            "commercial_partner_id",
            "date",
            "is_live",
            "kind",
            "planned_cost",
            "plan_id",
            "state",
        ],
        "customer.care.plan": ["currency_id", "company_id", "customer_count"],
        "customer.care.plan.member": ["plan_id", "partner_id"],
        "customer.care.gift": [
            "amount",
            "commercial_partner_id",
            "company_id",
            "currency_id",
            "date",
            "state",
        ],
        "customer.care.campaign": ["actual_cost", "company_id", "date_begin", "planned_cost", "state"],
        "customer.care.campaign.participant": ["campaign_id", "commercial_partner_id"],
    }

    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    care_user_id = fields.Many2one("res.users", string="Responsible Specialist", readonly=True)
    care_team_id = fields.Many2one("customer.care.team", readonly=True)
    care_grade_id = fields.Many2one("customer.grade", string="Grade", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)

    planned_count = fields.Integer(
        string="Planned Contacts",
        readonly=True,
        help="Callbacks and measures due in the period, not cancelled.",
    )
    done_count = fields.Integer(
        string="Contacts Made", readonly=True, help="Of those planned: reached, or done."
    )
    overdue_count = fields.Integer(
        string="Overdue Contacts", readonly=True, help="Of those planned: still open after their last day."
    )
    due_count = fields.Integer(
        string="With a Contact Policy",
        readonly=True,
        help="Customers whose grade says how often to contact them.",
    )
    covered_count = fields.Integer(
        string="Contacted in Time",
        readonly=True,
        help="Of those: the last contact is, on the last day, no older than the grade allows.",
    )
    call_count = fields.Integer(string="Calls", readonly=True, help="Callbacks finished in the period.")
    reached_count = fields.Integer(string="Calls Answered", readonly=True, help="Of the calls: reached.")
    contact_count = fields.Integer(
        string="All Contacts",
        readonly=True,
        help="Contacts of the period in the log, without mere greetings.",
    )
    answer_count = fields.Integer(
        string="Satisfaction Answers", readonly=True, help="Answers of the period about the satisfaction."
    )
    satisfied_count = fields.Integer(
        string="Satisfied Answers",
        readonly=True,
        help="Of the answers: as good as the settings ask, or better.",
    )
    buyer_count = fields.Integer(
        string="Buyers a Year Ago",
        readonly=True,
        help="Customers who bought in the year before the last one.",
    )
    loyal_count = fields.Integer(
        string="Bought Again",
        readonly=True,
        help="Of those: who bought again in the year up to the last day.",
    )
    start_count = fields.Integer(string="At the Start", readonly=True)
    kept_count = fields.Integer(string="Kept", readonly=True)
    lost_count = fields.Integer(string="Lost", readonly=True)
    graded_count = fields.Integer(
        string="Graded", readonly=True, help="Customers with a grade on the first and on the last day."
    )
    better_count = fields.Integer(string="Better Grade", readonly=True)
    worse_count = fields.Integer(string="Worse Grade", readonly=True)
    planned_cost = fields.Monetary(
        readonly=True, help="Planned cost of the measures, gifts and campaigns of the period."
    )
    actual_cost = fields.Monetary(
        readonly=True, help="Actual cost of the measures, gifts and campaigns of the period."
    )

    @property
    def _table_query(self):
        date_from, date_to = self.env["customer.retention.row"]._get_period()
        parts = self._get_parts(date_from, date_to)
        # With the reader's rights: whoever may not see a customer does not count him. Archived ones count.
        customers = self.env["res.partner"].with_context(active_test=False)._search([])
        customers.add_where("res_partner.commercial_partner_id = res_partner.id")
        columns = [self._get_column_sql(name, parts) for name in (*COUNTS, *AMOUNTS)]
        joins = [
            SQL(
                "LEFT JOIN (%s) %s ON %s = partner.id",
                query,
                SQL.identifier(part),
                SQL.identifier(part, "partner_id"),
            )
            for part, (query, _names) in parts.items()
        ]
        present = [SQL("%s IS NOT NULL", SQL.identifier(part, "partner_id")) for part in parts]
        return SQL(
            """
            SELECT partner.id, partner.id AS partner_id, partner.company_id, partner.care_user_id,
                   partner.care_team_id, partner.care_grade_id, %(currency)s AS currency_id, %(columns)s
              FROM res_partner partner %(joins)s
             WHERE partner.id IN %(customers)s AND (partner.care_grade_id IS NOT NULL OR %(present)s)
            """,
            currency=self.env.company.currency_id.id,
            columns=SQL(", ").join(columns),
            joins=SQL(" ").join(joins),
            customers=customers.subselect(),
            present=SQL(" OR ").join(present),
        )

    def _get_column_sql(self, name, parts):
        """Return the sum of a column over the parts that have it, as this column."""
        values = [
            SQL("COALESCE(%s, 0)", SQL.identifier(part, name))
            for part, (_query, names) in parts.items()
            if name in names
        ]
        kind = SQL("numeric") if name in AMOUNTS else SQL("int")
        return SQL("(%s)::%s AS %s", SQL(" + ").join(values), kind, SQL.identifier(name))
