from odoo import api, fields, models, tools
from odoo.fields import Domain

from .customer_complaint import SEVERITIES

LEVELS = [severity for severity, _name in SEVERITIES]


class CustomerComplaintQualification(models.Model):
    """A topic in which handlers are trained, and from which severity on a handler needs it."""

    _name = "customer.complaint.qualification"
    _description = "Qualification of Complaint Handlers"
    _inherit = "customer.cached.mixin"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", help="Leave empty for all companies.")
    severity = fields.Selection(
        SEVERITIES,
        string="Needed from Severity",
        help="Who handles complaints of this severity or a higher one needs the qualification, once the company's "
        "setting says so. Major complaints count as the highest. Leave empty when nobody needs it.",
    )
    valid_months = fields.Integer(
        string="Valid for Months", help="Proposed as the end of new records. 0: without end."
    )
    reminder_days = fields.Integer(
        string="Remind before the End (Days)",
        default=30,
        help="So many days before a qualification ends, the person and the leader of the team get a to-do. "
        "0: nobody is reminded.",
    )
    note = fields.Text(translate=True)
    training_ids = fields.One2many("customer.complaint.training", "qualification_id", string="Records")
    training_count = fields.Integer(string="Number of Records", compute="_compute_training_count")

    _valid_months_range = models.Constraint(
        "CHECK(valid_months BETWEEN 0 AND 1200)", "A qualification is valid for 0 to 1,200 months."
    )
    _reminder_days_range = models.Constraint(
        "CHECK(reminder_days BETWEEN 0 AND 3660)", "Reminders come 0 to 3,660 days before the end."
    )

    @api.depends("training_ids")
    def _compute_training_count(self):
        counts = dict(
            self.env["customer.complaint.training"]._read_group(
                [("qualification_id", "in", self.ids)], ["qualification_id"], ["__count"]
            )
        )
        for qualification in self:
            qualification.training_count = counts.get(qualification, 0)

    def action_open_trainings(self):
        """Open the records of the topic (singleton)."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_training_action"
        )
        return {
            **action,
            "domain": [("qualification_id", "=", self.id)],
            "context": {"default_qualification_id": self.id},
        }

    @api.model
    @tools.ormcache()
    def _get_needed(self):
        """Return {company id: {severity: ids of the needed topics}} of companies whose setting is on.

        Kept in the registry's cache: each assignment asks, administrators rarely change a topic.
        """
        companies = self.env["res.company"].sudo().search([("care_is_qualification_needed", "=", True)])
        topics = self.sudo().with_context(active_test=True).search(Domain("severity", "!=", False))
        needed = {}
        for company in companies:
            own = topics.filtered(
                lambda topic, company=company: topic.company_id in (company, topic.browse().company_id)
            )
            needed[company.id] = {
                level: frozenset(topic.id for topic in own if LEVELS.index(topic.severity) <= rank)
                for rank, level in enumerate(LEVELS)
            }
        return needed

    @api.model
    def _get_missing(self, user_ids, company_id, severity):
        """Return {user id: topics that the user lacks} for complaints of a severity; {} when nothing is needed.

        Asks the database only where the setting of the company is on.
        """
        topic_ids = self._get_needed().get(company_id, {}).get(severity)
        if not topic_ids:
            return {}
        held = self.env["customer.complaint.training"].sudo()._get_held(user_ids, topic_ids)
        topics = self.sudo().browse(sorted(topic_ids))
        missing = {
            user_id: topics.filtered(lambda topic, user_id=user_id: (user_id, topic.id) not in held)
            for user_id in user_ids
        }
        return {user_id: lacking for user_id, lacking in missing.items() if lacking}
