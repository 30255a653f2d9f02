from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import column_exists

from .customer_complaint_policy_line import COMPLAINT_TARGETS, TARGETS


class RuleFacts(NamedTuple):
    """What is needed to match a rule, as plain ids; empty conditions are None or empty."""

    id: int
    company_id: int
    team_ids: frozenset
    category_ids: frozenset
    severity: str
    kind: str
    grade_ids: frozenset
    targets: frozenset
    levels: tuple

    def fits(self, complaint, target):
        """Return whether the rule is for a time limit of the complaint (as superuser)."""
        return (
            target in self.targets
            and (not self.company_id or self.company_id == complaint.company_id.id)
            and (not self.team_ids or complaint.team_id.id in self.team_ids)
            and (not self.category_ids or complaint.category_id.id in self.category_ids)
            and (not self.severity or self.severity == complaint.severity)
            and (not self.kind or self.kind == complaint.kind)
            and (not self.grade_ids or complaint.partner_id.care_grade_id.id in self.grade_ids)
        )


class CustomerComplaintEscalation(models.Model):
    """Who is told when the time limits of complaints run out; the first rule by sequence that fits wins.

    It is asked for each time limit of a complaint. What is needed to match is kept in the registry's cache, so
    that registering a complaint reads no rule.
    """

    _name = "customer.complaint.escalation"
    _description = "Complaint Escalation Rule"
    _inherit = ["customer.complaint.matter.mixin"]

    grade_ids = fields.Many2many(
        "customer.grade",
        string="Customer Grades",
        help="Leave empty for customers of all grades and of none.",
    )
    for_acknowledge = fields.Boolean(string="Acknowledgement")
    for_response = fields.Boolean(string="First Response")
    for_update = fields.Boolean(string="Next Update")
    for_solution = fields.Boolean(string="Proposed Solution")
    for_resolution = fields.Boolean(string="Resolution")
    for_task = fields.Boolean(
        string="Department Task",
        help="Tasks of other departments, from their handing over to their deadline.",
    )
    targets_text = fields.Char(string="Time Limits", compute="_compute_targets_text")
    level_ids = fields.One2many(
        "customer.complaint.escalation.level", "escalation_id", string="Levels", copy=True
    )

    def _auto_init(self):
        """Take over the single time limit that rules had before."""
        cr = self.env.cr
        is_new = column_exists(cr, self._table, "target") and not column_exists(cr, self._table, "for_task")
        result = super()._auto_init()
        if is_new:
            for target in COMPLAINT_TARGETS:
                cr.execute(
                    SQL(
                        "UPDATE customer_complaint_escalation SET %s = TRUE WHERE target = %s",
                        SQL.identifier(f"for_{target}"),
                        target,
                    )
                )
        return result

    @api.depends(*(f"for_{target}" for target, _name in TARGETS))
    @api.depends_context("lang")
    def _compute_targets_text(self):
        names = dict(self.env["customer.complaint.clock"]._fields["target"]._description_selection(self.env))
        for rule in self:
            chosen = [names[target] for target, _name in TARGETS if rule[f"for_{target}"]]
            rule.targets_text = ", ".join(chosen) or self.env._("All of the complaint itself")

    def _get_targets(self):
        """Return the time limits a rule is for: those chosen, else all of the complaint itself."""
        self.ensure_one()
        chosen = frozenset(target for target, _name in TARGETS if self[f"for_{target}"])
        return chosen or frozenset(COMPLAINT_TARGETS)

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._after_change()
        return rules

    def write(self, vals):
        was_active = any(self.mapped("active"))
        result = super().write(vals)
        if not {"name", "level_ids"}.issuperset(vals):
            # For whom the rule is new, what was reached before does not count.
            self.with_context(active_test=False).level_ids._begin_anew()
        self._after_change(was_active)
        return result

    def unlink(self):
        was_active = any(self.mapped("active"))
        result = super().unlink()
        self._after_change(was_active)
        return result

    def _after_change(self, was_active=False):
        """Have the next moment of all open complaints asked anew, unless only archived rules changed."""
        self.env.registry.clear_cache()
        if was_active or any(self.exists().mapped("active")):
            self.env["customer.complaint"]._request_clock_refresh([])

    @api.ondelete(at_uninstall=False)
    def _unlink_levels(self):
        """Let the levels go as they do alone: what has been logged keeps its words."""
        self.with_context(active_test=False).level_ids.unlink()

    @api.model
    @tools.ormcache()
    def _get_rules(self):
        """Return the active rules by sequence, as :class:`RuleFacts`."""
        Category = self.env["customer.complaint.category"].sudo().with_context(active_test=False)
        return tuple(
            RuleFacts(
                rule.id,
                rule.company_id.id,
                frozenset(rule.with_context(active_test=False).team_ids.ids),
                frozenset(
                    rule.category_ids and Category.search([("id", "child_of", rule.category_ids.ids)]).ids
                ),
                rule.severity,
                rule.kind,
                frozenset(rule.grade_ids.ids),
                rule._get_targets(),
                tuple(level._get_facts() for level in rule.level_ids),
            )
            for rule in self.sudo().with_context(active_test=True).search(Domain.TRUE)
        )

    @api.model
    def _get_watched(self):
        """Return which fields of complaints the rules look at, beside team and company."""
        conditions = {
            "category_id": "category_ids",
            "severity": "severity",
            "kind": "kind",
            "partner_id": "grade_ids",
        }
        rules = self._get_rules()
        return {name for name, own in conditions.items() if any(getattr(rule, own) for rule in rules)}

    @api.model
    def _is_watching(self, target):
        """Return whether any rule is for a time limit."""
        return any(target in rule.targets for rule in self._get_rules())

    @api.model
    def _match(self, complaint, target):
        """Return the levels (``LevelFacts``) for a time limit of a complaint, none when no rule fits."""
        for rule in self._get_rules():
            if rule.fits(complaint, target):
                return rule.levels
        return ()
