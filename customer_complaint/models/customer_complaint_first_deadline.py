from odoo import fields, models
from odoo.tools import SQL

from .customer_complaint import EARLIEST_YEAR
from .customer_complaint_policy import CONDITION_FIELDS

FIRST_FIELDS = ("policy_id", "next_deadline", "next_target", "next_escalation_datetime")
# What the computation reads. As dependencies they would have it done again when they change, which the time
# limits do themselves.
READ_FIELDS = {
    *CONDITION_FIELDS,
    "company_id",
    "team_id",
    "stage_id",
    "received_datetime",
    "acknowledged_datetime",
    "responded_datetime",
    "informed_datetime",
    "escalation_level",
    "escalation_round",
    "escalation_since",
    "has_open_tasks",
}


class CustomerComplaint(models.Model):
    """The first deadline of a new complaint goes into the row with all the rest, without a change right after."""

    _inherit = "customer.complaint"

    policy_id = fields.Many2one(compute="_compute_first_deadline", store=True, precompute=True)
    next_deadline = fields.Datetime(compute="_compute_first_deadline", store=True, precompute=True)
    next_target = fields.Selection(compute="_compute_first_deadline", store=True, precompute=True)
    next_escalation_datetime = fields.Datetime(compute="_compute_first_deadline", store=True, precompute=True)

    def _compute_first_deadline(self):
        """Look ahead for complaints that are not stored yet; those that are keep what is stored."""
        stored = self.filtered("id")
        for complaint_id, *values in stored._get_stored_deadlines():
            for name, value in zip(FIRST_FIELDS, values, strict=True):
                self.browse(complaint_id)[name] = value
        # A receipt in another age is refused when the complaint is stored.
        drafts = (self - stored).filtered(lambda complaint: complaint.received_datetime.year >= EARLIEST_YEAR)
        for name in FIRST_FIELDS:
            (self - stored - drafts)[name] = False
        Clock = self.env["customer.complaint.clock"].sudo()
        alike = drafts._group_alike()
        firsts = drafts.browse().concat(*alike)
        results = Clock._compute_results(firsts, firsts._get_first_histories())
        escalations = firsts._get_next_escalations(results)
        values = {key: Clock._prepare_clock_vals(key, entry) for key, entry in results.items()}
        for row, complaints in Clock._group_by_next(firsts, values, escalations):
            for complaint in complaints:
                for name in FIRST_FIELDS:
                    alike[complaint][name] = row[name]

    def _group_alike(self):
        """Return {complaint: complaints with the same time limits} of new ones: what is registered together is alike.

        They are alike when nothing differs at which the clocks and the rules in use look.
        """
        watched = self._get_watched_conditions()
        names = sorted((READ_FIELDS - CONDITION_FIELDS) | (watched - {"partner_id"}))
        has_grades = "partner_id" in watched
        groups = self.sudo().grouped(
            lambda complaint: (
                has_grades and complaint.partner_id.care_grade_id.id,
                *(complaint[name] for name in names),
            )
        )
        return {complaints[0]: complaints for complaints in groups.values()}

    def _get_stored_deadlines(self):
        """Return [(id, value of each of ``FIRST_FIELDS``), ...] as they stand in the database."""
        if not self:
            return []
        columns = SQL(", ").join(SQL.identifier(name) for name in ("id", *FIRST_FIELDS))
        return self.env.execute_query(
            SQL("SELECT %s FROM customer_complaint WHERE id IN %s", columns, tuple(self.ids))
        )

    def _get_first_histories(self):
        """Return {complaint id: history} of new complaints, as of ``Past``."""
        return {
            complaint.id: [
                (vals["datetime"], vals["clock_effect"], vals["is_solution"], vals["target_effects"])
            ]
            for complaint in self
            for vals in [complaint._prepare_stage_history_vals(complaint.received_datetime)]
        }

    def _get_read_names(self, field):
        names = super()._get_read_names(field)
        return names | READ_FIELDS if field.name in FIRST_FIELDS else names
