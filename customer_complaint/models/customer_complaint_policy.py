from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.fields import Domain

from .customer_complaint import CHANNELS, URGENCIES

# Fields of a complaint that policies may look at besides its team and company; each policy which it wants.
CONDITION_FIELDS = frozenset(
    {"category_id", "severity", "urgency", "source_id", "kind", "channel", "partner_id"}
)
# Conditions that are not fields of a complaint: the field through which they are found.
INDIRECT = {"grade_id": "partner_id", "is_regulator": "source_id"}


class Rule(NamedTuple):
    """A policy as it is matched: plain ids, ``conditions`` is ((field, frozenset of accepted values), ...).

    A condition is a field of complaints or a key of ``INDIRECT``. ``limits`` is ((target, limit, unit), ...).
    """

    policy_id: int
    conditions: tuple
    limits: tuple


class CustomerComplaintPolicy(models.Model):
    """Time limits for the complaints that match; the first policy by sequence wins.

    What is needed to match is kept in the registry's cache, so that registering a complaint reads no policy.
    """

    _name = "customer.complaint.policy"
    _description = "Complaint Time Limit Policy"
    _inherit = ["customer.complaint.matter.mixin"]

    urgency = fields.Selection(URGENCIES, help="Leave empty for all.")
    channel = fields.Selection(CHANNELS, help="Leave empty for all.")
    is_regulator = fields.Boolean(
        string="Only from Regulators",
        help="Only for complaints that come through a source that is a regulator.",
    )
    source_ids = fields.Many2many(
        "customer.complaint.source",
        string="Sources",
        help="Leave empty for all, also for complaints that come from the customer himself.",
    )
    grade_ids = fields.Many2many(
        "customer.grade", string="Customer Grades", help="Leave empty for all grades."
    )
    note = fields.Text(
        translate=True, help="Why these limits: the rule of law or the promise they come from."
    )
    line_ids = fields.One2many("customer.complaint.policy.line", "policy_id", string="Limits", copy=True)

    @api.model_create_multi
    def create(self, vals_list):
        before = self._get_rules()
        policies = super().create(vals_list)
        self._after_change(before)
        return policies

    def write(self, vals):
        before = self._get_rules()
        result = super().write(vals)
        # A change of the lines has told by itself.
        if vals.keys() != {"line_ids"}:
            self._after_change(before)
        return result

    def unlink(self):
        before = self._get_rules()
        result = super().unlink()
        self._after_change(before)
        return result

    def action_refresh_clocks(self):
        """Compute the time limits of all open complaints of the user's companies anew."""
        self.check_access("write")
        self.env["customer.complaint"]._request_clock_refresh([("company_id", "in", self.env.companies.ids)])

    @api.model
    def _after_change(self, before):
        """Have the time limits of open complaints computed anew when the rules are others than ``before``."""
        self.env.registry.clear_cache()
        if self._get_rules() != before:
            self.env["customer.complaint"]._request_clock_refresh([])

    @api.model
    @tools.ormcache()
    def _get_rules(self):
        """Return the active policies by sequence as :class:`Rule`."""
        policies = self.sudo().with_context(active_test=True).search(Domain.TRUE)
        return tuple(
            Rule(
                policy.id,
                tuple(policy.with_context(active_test=False)._get_conditions()),
                tuple((line.target, line.limit, line.unit) for line in policy.line_ids),
            )
            for policy in policies
        )

    def _get_conditions(self):
        """Yield (field, frozenset of accepted values) of one policy; ids for relations."""
        wanted = {
            "company_id": self.company_id.ids,
            "team_id": self.team_ids.ids,
            "source_id": self.source_ids.ids,
            "severity": [self.severity] if self.severity else (),
            "urgency": [self.urgency] if self.urgency else (),
            "kind": [self.kind] if self.kind else (),
            "channel": [self.channel] if self.channel else (),
            "category_id": self.category_ids.search([("id", "child_of", self.category_ids.ids)]).ids
            if self.category_ids
            else (),
            # Last: they are not on the complaint itself.
            "is_regulator": [True] if self.is_regulator else (),
            "grade_id": self.grade_ids.ids,
        }
        yield from ((name, frozenset(values)) for name, values in wanted.items() if values)

    @api.model
    @tools.ormcache()
    def _get_condition_fields(self):
        """Return which of the fields of complaints named in ``CONDITION_FIELDS`` the policies look at."""
        names = {name for rule in self._get_rules() for name, _values in rule.conditions}
        return frozenset(INDIRECT.get(name, name) for name in names) & CONDITION_FIELDS

    @api.model
    def _match(self, complaint):
        """Return (policy id, limits) for a complaint, (False, ()) when no policy matches."""
        for rule in self._get_rules():
            if all(self._get_value(complaint, name) in values for name, values in rule.conditions):
                return rule.policy_id, rule.limits
        return False, ()

    @api.model
    def _get_value(self, complaint, name):
        """Return what a complaint has of a condition: an id or a key, False for nothing."""
        if name == "is_regulator":
            return complaint.source_id.is_regulator
        value = complaint.sudo().partner_id.care_grade_id if name == "grade_id" else complaint[name]
        return value.id if isinstance(value, models.BaseModel) else value

    @api.model
    def _explain_match(self, complaint):
        """Return why a policy applies to a complaint: ([(name, conditions)] of those before, the same of it).

        The second is None when no policy matches. ``conditions`` is [(field, wanted, actual, holds), ...] with the
        values as they are named to the reader.
        """
        passed = []
        for rule in self._get_rules():
            policy = self.browse(rule.policy_id)
            conditions = [
                (
                    name,
                    policy._say_wanted(name),
                    self._say_actual(complaint, name),
                    self._get_value(complaint, name) in values,
                )
                for name, values in rule.conditions
            ]
            if all(holds for *_names, holds in conditions):
                return passed, (policy.name, conditions)
            passed.append((policy.name, conditions))
        return passed, None

    def _say_wanted(self, name):
        """Return what one policy wants of a condition, in words."""
        if name == "is_regulator":
            return self.env._("a regulator")
        own = name if name in self._fields else f"{name.removesuffix('_id')}_ids"
        records = self.with_context(active_test=False)[own]
        if isinstance(records, models.BaseModel):
            return ", ".join(records.mapped("display_name"))
        return dict(self._fields[own]._description_selection(self.env))[records]

    @api.model
    def _say_actual(self, complaint, name):
        """Return what a complaint has of a condition, in words; "-" for nothing."""
        if name == "grade_id":
            return complaint.partner_id.care_grade_id.display_name or "-"
        value = complaint[INDIRECT.get(name, name)]
        if isinstance(value, models.BaseModel):
            return value.display_name or "-"
        return dict(complaint._fields[name]._description_selection(self.env)).get(value, "-")
