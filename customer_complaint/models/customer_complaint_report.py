from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .customer_complaint import CHANNELS, KINDS, PRIORITIES, SEVERITIES, VERDICTS
from .customer_complaint_clock import STATES
from .customer_complaint_satisfaction import ANSWER_SOURCES
from .customer_complaint_stage import PHASES

FIRST_TRY = [("yes", "Confirmed at First Try"), ("no", "Not Confirmed at First Try")]
SATISFIED = [("yes", "Satisfied"), ("no", "Not Satisfied")]
# Time limits that are measured once for each complaint, with the date that ends the time of the calendar.
MEASURED = {
    "acknowledge": "acknowledged_datetime",
    "response": "responded_datetime",
    "solution": None,
    "resolution": "resolved_datetime",
}
# What keeps figures from naming the customer of a complaint.
SECRETS = ("is_confidential", "is_identity_protected")


class CustomerComplaintReport(models.Model):
    """Complaints as rows of figures: a query over complaints, time limits and answers.

    A row stands for each complaint that its reader may see: the rules of complaints, companies and confidentiality
    are inside the query, once. Archived complaints and those that were merged into another one are left out;
    cancelled ones are counted, but their times and limits are not. Of complaints that are confidential, or whose
    complainant is protected, customer, grade and product are not named.

    Besides the usual aggregators the measures know ``median`` and ``p90``, both exact.
    """

    _name = "customer.complaint.report"
    _description = "Complaint Analysis"
    _inherit = ["customer.quantile.mixin"]
    _auto = False
    _order = "received_datetime desc, id desc"
    _rec_name = "complaint_id"
    _depends = {
        "customer.complaint": [
            "active",
            "category_id",
            "cause_id",
            "channel",
            "closed_datetime",
            "commercial_partner_id",
            "company_id",
            "dissatisfaction_ids",
            "ending_reason_id",
            "first_confirmation",
            "is_confidential",
            "is_major",
            "kind",
            "merged_into_id",
            "priority",
            "product_ref",
            "received_datetime",
            "reopen_count",
            "repeat_of_id",
            "resolved_datetime",
            "responded_datetime",
            "acknowledged_datetime",
            "satisfaction",
            "satisfaction_datetime",
            "satisfaction_source",
            "severity",
            "source_id",
            "stage_id",
            "team_id",
            "user_id",
            "verdict",
        ],
        "customer.complaint.clock": ["complaint_id", "target", "state", "unit", "used_seconds"],
        "customer.complaint.category": ["parent_path"],
        "customer.complaint.responsibility": ["complaint_id", "department_id", "percent", "state"],
        "customer.complaint.stage": ["phase"],
        "res.company": ["care_satisfied_from"],
        "res.partner": ["care_grade_id"],
    }

    complaint_id = fields.Many2one("customer.complaint", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    team_id = fields.Many2one("customer.complaint.team", readonly=True)
    user_id = fields.Many2one("res.users", string="Handler", readonly=True)
    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, help="Not named where the complaint is confidential."
    )
    grade_id = fields.Many2one(
        "customer.grade", string="Grade Today", readonly=True, help="The grade that the customer has now."
    )
    category_id = fields.Many2one("customer.complaint.category", readonly=True)
    root_category_id = fields.Many2one("customer.complaint.category", string="Type", readonly=True)
    cause_id = fields.Many2one("customer.complaint.cause", string="Root Cause", readonly=True)
    department_id = fields.Many2one(
        "customer.complaint.department",
        string="Responsible Department",
        readonly=True,
        help="The department with the largest share in the split of responsibility that was put to those named.",
    )
    product_ref = fields.Char(
        string="Product", readonly=True, help="Not named where the complaint is confidential."
    )
    kind = fields.Selection(KINDS, readonly=True)
    channel = fields.Selection(CHANNELS, readonly=True)
    source_id = fields.Many2one("customer.complaint.source", readonly=True)
    severity = fields.Selection(SEVERITIES, readonly=True)
    priority = fields.Selection(PRIORITIES, readonly=True)
    is_major = fields.Boolean(string="Major Complaint", readonly=True)
    verdict = fields.Selection(VERDICTS, readonly=True)
    stage_id = fields.Many2one("customer.complaint.stage", readonly=True)
    phase = fields.Selection(PHASES, readonly=True)
    ending_reason_id = fields.Many2one(
        "customer.complaint.ending.reason", readonly=True, help="Why it was rejected or withdrawn."
    )

    received_datetime = fields.Datetime(string="Received on", readonly=True)
    resolved_datetime = fields.Datetime(string="Resolved on", readonly=True)
    closed_datetime = fields.Datetime(string="Closed on", readonly=True)

    acknowledge_state = fields.Selection(STATES, string="Limit of Acknowledgement", readonly=True)
    response_state = fields.Selection(STATES, string="Limit of First Response", readonly=True)
    solution_state = fields.Selection(STATES, string="Limit of Proposed Solution", readonly=True)
    resolution_state = fields.Selection(STATES, string="Limit of Resolution", readonly=True)
    response_within = fields.Float(string="First Response within Limit (%)", readonly=True, aggregator="avg")
    resolution_within = fields.Float(string="Resolved within Limit (%)", readonly=True, aggregator="avg")
    acknowledge_timed = fields.Boolean(string="Acknowledgement Timed", readonly=True)
    response_timed = fields.Boolean(string="First Response Timed", readonly=True)
    solution_timed = fields.Boolean(string="Proposed Solution Timed", readonly=True)
    resolution_timed = fields.Boolean(
        readonly=True,
        help="Resolved, with the working time that was used; not where the limit is in days of the calendar.",
    )
    acknowledge_hours = fields.Float(
        string="Acknowledgement: Median Working Hours", readonly=True, aggregator="median"
    )
    response_hours = fields.Float(
        string="First Response: Median Working Hours", readonly=True, aggregator="median"
    )
    solution_hours = fields.Float(
        string="Proposed Solution: Median Working Hours", readonly=True, aggregator="median"
    )
    resolution_hours = fields.Float(
        string="Resolution: Median Working Hours", readonly=True, aggregator="median"
    )
    response_hours_p90 = fields.Float(
        string="First Response: 90th Percentile Working Hours", readonly=True, aggregator="p90"
    )
    resolution_hours_p90 = fields.Float(
        string="Resolution: 90th Percentile Working Hours", readonly=True, aggregator="p90"
    )
    response_days = fields.Float(string="First Response: Median Days", readonly=True, aggregator="median")
    resolution_days = fields.Float(string="Resolution: Median Days", readonly=True, aggregator="median")
    resolution_days_p90 = fields.Float(
        string="Resolution: 90th Percentile Days", readonly=True, aggregator="p90"
    )

    is_repeat = fields.Boolean(readonly=True)
    repeat_percent = fields.Float(string="Repeats (%)", readonly=True, aggregator="avg")
    is_reopened = fields.Boolean(readonly=True)
    reopen_count = fields.Integer(string="Times Reopened", readonly=True, aggregator="sum")
    reopened_percent = fields.Float(string="Reopened (%)", readonly=True, aggregator="avg")
    first_try = fields.Selection(
        FIRST_TRY,
        string="Result of the Callback",
        readonly=True,
        help="Confirmed at first try: solved, as the customer said in the first callback, and never reopened.",
    )
    confirmed_percent = fields.Float(string="Confirmed at First Try (%)", readonly=True, aggregator="avg")
    satisfaction = fields.Float(string="Satisfaction (1-10)", readonly=True, aggregator="avg", digits=(4, 1))
    satisfaction_source = fields.Selection(ANSWER_SOURCES, string="Answer from", readonly=True)
    satisfaction_datetime = fields.Datetime(string="Answered on", readonly=True)
    is_satisfied = fields.Selection(SATISFIED, string="Satisfied with Handling", readonly=True)
    satisfied_percent = fields.Float(string="Satisfied with Handling (%)", readonly=True, aggregator="avg")
    dissatisfaction_ids = fields.Many2many(
        "customer.complaint.dissatisfaction",
        "customer_complaint_dissatisfaction_rel",
        "complaint_id",
        "dissatisfaction_id",
        string="Reasons of Dissatisfaction",
        readonly=True,
    )

    @property
    def _table_query(self):
        query = self._get_cases()
        case = SQL.identifier(query.table)
        joins = {
            "category": ("customer_complaint_category", SQL("category.id = %s.category_id", case)),
            "stage": ("customer_complaint_stage", SQL("stage.id = %s.stage_id", case)),
            "company": ("res_company", SQL("company.id = %s.company_id", case)),
            "customer": ("res_partner", SQL("customer.id = %s.commercial_partner_id", case)),
            # A unique key for each: PostgreSQL leaves out those of which nothing is asked.
            **{
                target: (
                    "customer_complaint_clock",
                    SQL(
                        "%(clock)s.complaint_id = %(case)s.id AND %(clock)s.target = %(target)s",
                        clock=SQL.identifier(target),
                        case=case,
                        target=target,
                    ),
                )
                for target in MEASURED
            },
        }
        for alias, (table, condition) in joins.items():
            query.add_join("LEFT JOIN", alias, table, condition)
        columns = self._get_columns(case)
        return query.select(
            *(SQL("%s AS %s", column, SQL.identifier(name)) for name, column in columns.items())
        )

    @api.model
    def _get_case_domain(self):
        """Return the domain of the complaints that figures are about."""
        return Domain("active", "=", True) & Domain("merged_into_id", "=", False)

    @api.model
    def _get_cases(self, domain=Domain.TRUE):
        """Return the query of the complaints that the reader may see and that figures are about."""
        return self.env["customer.complaint"]._search(self._get_case_domain() & Domain(domain))

    @api.model
    def _get_columns(self, case):
        """Return {field: SQL} of a row. Override to add columns.

        :param case: SQL of the alias of the complaint; ``category``, ``stage``, ``company``, ``customer`` and the
            targets of ``MEASURED`` are joined
        """
        same = (
            "company_id",
            "team_id",
            "user_id",
            "category_id",
            "cause_id",
            "kind",
            "channel",
            "source_id",
            "severity",
            "priority",
            "is_major",
            "verdict",
            "stage_id",
            "ending_reason_id",
            "received_datetime",
            "resolved_datetime",
            "closed_datetime",
            "reopen_count",
            "satisfaction_source",
            "satisfaction_datetime",
        )
        columns = {name: SQL("%s.%s", case, SQL.identifier(name)) for name in ("id", *same)}
        columns["complaint_id"] = SQL("%s.id", case)
        columns["root_category_id"] = SQL("NULLIF(split_part(category.parent_path, '/', 1), '')::integer")
        columns["phase"] = SQL("stage.phase")
        columns["department_id"] = self._get_department_sql(case)
        is_named = self._get_naming_sql(case)
        columns["grade_id"] = SQL("CASE WHEN %s THEN customer.care_grade_id END", is_named)
        for name in ("commercial_partner_id", "product_ref"):
            columns[name] = SQL("CASE WHEN %s THEN %s.%s END", is_named, case, SQL.identifier(name))
        columns["is_repeat"] = SQL("%s.repeat_of_id IS NOT NULL", case)
        columns["repeat_percent"] = self._get_percent(columns["is_repeat"])
        columns["is_reopened"] = SQL("COALESCE(%s.reopen_count, 0) > 0", case)
        columns["reopened_percent"] = self._get_percent(columns["is_reopened"])
        confirmed = SQL("(%s)", self._get_confirmed_sql(case))
        columns["first_try"] = SQL("CASE %s WHEN TRUE THEN 'yes' WHEN FALSE THEN 'no' END", confirmed)
        columns["confirmed_percent"] = self._get_percent(confirmed)
        answer = SQL("NULLIF(%s.satisfaction, 0)", case)
        is_satisfied = SQL("%s >= company.care_satisfied_from", answer)
        columns["satisfaction"] = SQL("%s::numeric", answer)
        columns["is_satisfied"] = SQL("CASE %s WHEN TRUE THEN 'yes' WHEN FALSE THEN 'no' END", is_satisfied)
        columns["satisfied_percent"] = self._get_percent(is_satisfied)
        return {**columns, **self._get_time_columns(case)}

    @api.model
    def _get_department_sql(self, case):
        """Return SQL of the main responsible department; PostgreSQL leaves it out where nobody asks for it."""
        return SQL(
            "(SELECT share.department_id FROM customer_complaint_responsibility share"
            " WHERE share.complaint_id = %s.id AND share.department_id IS NOT NULL AND share.state != 'draft'"
            " ORDER BY share.percent DESC, share.id LIMIT 1)",
            case,
        )

    @api.model
    def _get_naming_sql(self, case):
        """Return SQL of whether figures may name the customer of a complaint; for all readers alike."""
        known = self.env["customer.complaint"]._fields
        terms = [SQL("%s.%s IS NOT TRUE", case, SQL.identifier(name)) for name in SECRETS if name in known]
        return SQL("(%s)", SQL(" AND ").join(terms))

    @api.model
    def _get_confirmed_sql(self, case):
        """Return SQL of whether the solution was confirmed at first try; NULL where no customer said so."""
        return SQL(
            "CASE WHEN %(case)s.first_confirmation IS NOT NULL"
            " THEN %(case)s.first_confirmation = 'yes' AND COALESCE(%(case)s.reopen_count, 0) = 0 END",
            case=case,
        )

    @api.model
    def _get_time_columns(self, case):
        """Return {field: SQL} of the times and limits; those of cancelled complaints are empty."""
        columns = {}
        for target, end in MEASURED.items():
            alias = SQL.identifier(target)
            state = SQL("CASE WHEN stage.phase != 'cancelled' THEN %s.state END", alias)
            columns[f"{target}_state"] = state
            columns[f"{target}_within"] = self._get_percent(self._get_within(state))
            timed = SQL(
                "COALESCE(%(state)s IN ('met', 'missed') AND %(clock)s.unit != 'calendar_days', FALSE)",
                state=state,
                clock=alias,
            )
            columns[f"{target}_timed"] = timed
            columns[f"{target}_hours"] = SQL("CASE WHEN %s THEN %s.used_seconds / 3600.0 END", timed, alias)
            if end:
                columns[f"{target}_days"] = SQL(
                    "CASE WHEN stage.phase != 'cancelled'"
                    " THEN EXTRACT(EPOCH FROM %(case)s.%(end)s - %(case)s.received_datetime) / 86400.0 END",
                    case=case,
                    end=SQL.identifier(end),
                )
        for name in ("response_hours", "resolution_hours", "resolution_days"):
            columns[f"{name}_p90"] = columns[name]
        return {name: column for name, column in columns.items() if name in self._fields}

    @api.model
    def _get_within(self, state):
        """Return SQL of whether a limit was kept: not yet known while time runs or is held."""
        return SQL(
            "CASE WHEN %s = 'met' THEN TRUE WHEN %s IN ('missed', 'breached') THEN FALSE END", state, state
        )

    @api.model
    def _get_percent(self, condition):
        """Return SQL that is 100 or 0, so that its average is a share in percent; unknown stays unknown."""
        return SQL("CASE %s WHEN TRUE THEN 100.0 WHEN FALSE THEN 0.0 END", condition)

    def action_open_complaint(self):
        """Open the complaint."""
        self.ensure_one()
        return self.complaint_id.action_open()
