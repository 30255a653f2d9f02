from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.fields import Domain

from .customer_complaint import SEVERITIES


class Depth(NamedTuple):
    """What an investigation must contain; plain values, kept in the registry's cache."""

    severity: str | bool
    category_ids: frozenset
    needs: tuple  # of the keys of NEEDS
    days: int
    is_working_days: bool = False


# What an administrator can ask for, each a field of the model without "needs_".
NEEDS = ("facts", "verdict", "statements", "cause", "analysis", "responsibility", "findings")
NOTHING = Depth(False, frozenset(), (), 0)


class CustomerComplaintDepth(models.Model):
    """How deep an investigation must go; the first line that fits a complaint holds."""

    _name = "customer.complaint.depth"
    _description = "Depth of Complaint Investigations"
    _inherit = ["customer.cached.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    severity = fields.Selection(SEVERITIES, help="Leave empty for any.")
    category_ids = fields.Many2many(
        "customer.complaint.category",
        string="Categories",
        help="Leave empty for all. Categories below the chosen ones are included.",
    )
    needs_facts = fields.Boolean(string="Facts", default=True, help="At least one fact with its source.")
    needs_findings = fields.Boolean(string="Findings", help="What was found, in words.")
    needs_verdict = fields.Boolean(string="Verdict", default=True)
    needs_statements = fields.Boolean(
        string="Both Sides Heard", help="A statement of the customer and one of somebody else."
    )
    needs_cause = fields.Boolean(string="Main Cause")
    needs_analysis = fields.Boolean(
        string="5 Whys or 8D", help="A root cause found by asking why, or a complete 8D sheet."
    )
    needs_responsibility = fields.Boolean(string="Responsibility Split", help="100 % are accounted for.")
    days = fields.Integer(string="Due in Days", default=7, help="Days from its start; 0: no date.")
    is_working_days = fields.Boolean(
        string="Working Days",
        default=True,
        help="Count working days of the team, or of the company's customer care, rather than calendar days.",
    )

    _check_days = models.Constraint(
        "CHECK(days >= 0 AND days <= 1000)", "The days must lie between 0 and 1000."
    )

    def _init_column(self, column_name):
        """Go on with days of the calendar in lines that were there before there was a choice."""
        return None if column_name == "is_working_days" else super()._init_column(column_name)

    @api.model
    @tools.ormcache()
    def _get_rules(self):
        """Return the lines as :class:`Depth`, in order."""
        return tuple(
            Depth(
                line.severity,
                frozenset(line.category_ids.ids),
                tuple(need for need in NEEDS if line[f"needs_{need}"]),
                line.days,
                line.is_working_days,
            )
            for line in self.sudo().search(Domain.TRUE)
        )

    @api.model
    def _match(self, complaint):
        """Return the :class:`Depth` for a complaint; without a line that fits nothing is asked."""
        ancestors = {int(key) for key in (complaint.category_id.parent_path or "").split("/") if key}
        for rule in self._get_rules():
            if rule.severity and rule.severity != complaint.severity:
                continue
            if rule.category_ids and rule.category_ids.isdisjoint(ancestors):
                continue
            return rule
        return NOTHING
