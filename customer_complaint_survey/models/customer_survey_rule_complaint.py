from odoo import api, fields, models
from odoo.addons.customer_complaint.models.customer_complaint import PROBLEM_KINDS, SEVERITIES
from odoo.addons.customer_complaint.models.customer_complaint_stage import OPEN_PHASES
from odoo.exceptions import ValidationError
from odoo.fields import Domain

COMPLAINT = "customer.complaint"
SEVERITY_ORDER = [key for key, _label in SEVERITIES]


class CustomerSurveyRule(models.Model):
    """About which complaints a rule asks, and whether a low answer becomes a complaint."""

    _inherit = "customer.survey.rule"

    only_team_ids = fields.Many2many(
        "customer.complaint.team", string="Only Complaints of Teams", help="Empty: of all teams."
    )
    only_category_ids = fields.Many2many(
        "customer.complaint.category",
        string="Only Complaint Categories",
        help="With the categories below them. Empty: all.",
    )
    only_severity = fields.Selection(
        SEVERITIES, string="From This Severity On", help="Empty: complaints of every severity."
    )

    is_complaint_opened = fields.Boolean(
        string="Open a Complaint",
        help="A low answer becomes a complaint instead of a callback; where the customer has an open complaint it is "
        "added to that one. An answer about a complaint opens no other one: reopening it is proposed.",
    )
    complaint_team_id = fields.Many2one("customer.complaint.team", ondelete="set null")
    complaint_category_id = fields.Many2one("customer.complaint.category", ondelete="set null")
    complaint_severity = fields.Selection(SEVERITIES, default="general")

    @api.constrains("complaint_team_id", "company_id")
    def _check_complaint_team_id(self):
        for rule in self:
            team = rule.sudo().complaint_team_id
            if team.company_id and rule.company_id and team.company_id != rule.company_id:
                raise ValidationError(
                    self.env._(
                        "Team %(team)s works for another company than rule %(rule)s.",
                        team=team.name,
                        rule=rule.name,
                    )
                )

    def _ask(self, documents, company, cause="", channels=None):
        if documents._name == COMPLAINT:
            documents = self._filter_complaints(documents)
        return super()._ask(documents, company, cause, channels=channels)

    def _filter_complaints(self, complaints):
        """Return the complaints about which the rule (singleton, superuser) asks. Override to add a condition."""
        if self.only_team_ids:
            complaints = complaints.filtered(lambda complaint: complaint.team_id in self.only_team_ids)
        if self.only_category_ids:
            wanted = complaints.category_id.search([("id", "child_of", self.only_category_ids.ids)])
            complaints = complaints.filtered(lambda complaint: complaint.category_id in wanted)
        if self.only_severity:
            first = SEVERITY_ORDER.index(self.only_severity)
            complaints = complaints.filtered(
                lambda complaint: SEVERITY_ORDER.index(complaint.severity) >= first
            )
        return complaints

    def _get_open_complaint(self, customer, company):
        """Return the customer's oldest open complaint in a company, to which a low answer is added; may be empty."""
        domain = (
            Domain("commercial_partner_id", "=", customer.id)
            & Domain("phase", "in", OPEN_PHASES)
            & Domain("kind", "in", PROBLEM_KINDS)
            & Domain("company_id", "=", company.id)
        )
        return self.env[COMPLAINT].sudo().search(domain, order="id", limit=1)

    def _prepare_complaint_vals(self, score, company):
        """Return the values of the complaint that a low score (singleton) becomes."""
        self.ensure_one()
        team = self.complaint_team_id
        if team.company_id and team.company_id != company or not team.active:
            team = team.browse()
        vals = {
            "name": self.env._("Low survey answer: %(score)s", score=score.display_name),
            "partner_id": score.partner_id.id,
            "company_id": company.id,
            "category_id": self.complaint_category_id.id,
            "severity": self.complaint_severity or "general",
            "channel": "survey",
        }
        return {**vals, "team_id": team.id} if team else vals
