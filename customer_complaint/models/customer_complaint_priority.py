from odoo import api, fields, models, tools
from odoo.addons.customer_care.tools.answers import notify
from odoo.fields import Domain
from odoo.tools import SQL

from .customer_complaint import PRIORITIES, SEVERITIES, URGENCIES
from .customer_complaint_stage import OPEN_PHASES


def get_usual_priority(severity, urgency):
    """Return the priority (0 to 3) where the matrix has no row: the severity, one step per urgency."""
    severities = [key for key, _name in SEVERITIES]
    urgencies = [key for key, _name in URGENCIES]
    return min(max(severities.index(severity) + urgencies.index(urgency) - 1, 0), 3)


class CustomerComplaintPriority(models.Model):
    """The matrix of severity and urgency: one row for each severity, one column for each urgency."""

    _name = "customer.complaint.priority"
    _description = "Complaint Priority Matrix"
    _inherit = "customer.cached.mixin"
    _order = "id"
    _rec_name = "severity"

    severity = fields.Selection(SEVERITIES, required=True, readonly=True)
    priority_low = fields.Selection(PRIORITIES, string="Low Urgency", required=True, default="0")
    priority_normal = fields.Selection(PRIORITIES, string="Normal Urgency", required=True, default="1")
    priority_high = fields.Selection(PRIORITIES, string="High Urgency", required=True, default="2")

    _severity_uniq = models.UniqueIndex("(severity)", "The matrix has one row for each severity.")

    def action_apply(self):
        """Give the open complaints of the user's companies the priority that the matrix has for them now."""
        self.browse().check_access("write")
        count = self._apply(Domain("company_id", "in", self.env.companies.ids))
        return notify(
            self.env._("%(count)s open complaints have another priority now.", count=count), "success"
        )

    @api.model
    @tools.ormcache()
    def _get_matrix(self):
        """Return {(severity, urgency): priority from 0 to 3}, complete.

        Kept in the registry's cache: each complaint asks, administrators rarely change it.
        """
        matrix = {
            (severity, urgency): get_usual_priority(severity, urgency)
            for severity, _severity_name in SEVERITIES
            for urgency, _urgency_name in URGENCIES
        }
        for row in self.sudo().search(Domain.TRUE):
            for urgency, _name in URGENCIES:
                matrix[row.severity, urgency] = int(row[f"priority_{urgency}"])
        return matrix

    @api.model
    def _apply(self, domain):
        """Store the present priority of open complaints in one statement; return how many changed."""
        Complaint = self.env["customer.complaint"].sudo().with_context(active_test=False)
        query = Complaint._search(Domain("phase", "in", OPEN_PHASES) & Domain(domain))
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE customer_complaint complaint
                   SET priority = new.priority
                  FROM (
                    SELECT complaint.id,
                           LEAST(
                               GREATEST(matrix.level + COALESCE(steps.step, 0), 0)
                               + COALESCE(complaint.priority_raise, 0),
                               3
                           )::varchar AS priority
                      FROM customer_complaint complaint
                      JOIN (VALUES %(matrix)s) AS matrix(severity, urgency, level)
                        ON matrix.severity = complaint.severity AND matrix.urgency = complaint.urgency
                      LEFT JOIN res_partner partner ON partner.id = complaint.partner_id
                      LEFT JOIN (VALUES %(steps)s) AS steps(grade_id, step) ON steps.grade_id = partner.care_grade_id
                     WHERE complaint.id IN %(complaints)s
                  ) new
                 WHERE new.id = complaint.id AND new.priority IS DISTINCT FROM complaint.priority
                RETURNING complaint.id
                """,
                matrix=SQL(", ").join(
                    SQL("%s", (severity, urgency, level))
                    for (severity, urgency), level in self._get_matrix().items()
                ),
                # no grade has the id 0
                steps=SQL(", ").join(
                    SQL("%s", step)
                    for step in [(0, 0), *self.env["customer.grade"]._get_complaint_steps().items()]
                ),
                complaints=query.subselect(),
            )
        )
        Complaint.invalidate_model(["priority"])
        return len(rows)
