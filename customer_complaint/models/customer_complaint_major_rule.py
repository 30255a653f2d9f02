from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .customer_complaint import SEVERITIES
from .customer_complaint_compensation import LARGEST_AMOUNT

FLAGS = ("is_safety", "is_media", "is_legal")
# Who is alarmed, from below: an alarm that nobody acknowledges goes on to the next.
ALARM_ROLES = ("handler", "leader", "manager", "director")
LONGEST_ACKNOWLEDGE = 200


class MajorFacts(NamedTuple):
    """What is needed to match a rule, as plain values; empty conditions are None, 0 or empty."""

    id: int
    company_id: int
    severity: int
    amount: float
    currency_id: int
    flags: tuple
    repeats: int
    grade_ids: frozenset


class CustomerComplaintMajorRule(models.Model):
    """Which complaints are major by themselves, and who is alarmed; the first rule by sequence that fits wins."""

    _name = "customer.complaint.major.rule"
    _description = "Rule for Major Complaints"
    _inherit = ["customer.complaint.rule.mixin", "customer.cached.mixin"]

    severity = fields.Selection(SEVERITIES, string="Severity from", help="This severity and those above it.")
    amount_from = fields.Monetary(
        string="Claimed Amount from", help="In the currency of the rule; other currencies are converted."
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self._default_currency_id()
    )
    is_safety = fields.Boolean(string="Injury or Safety")
    is_media = fields.Boolean(string="In the Media")
    is_legal = fields.Boolean(string="Lawyers or Courts")
    repeats_from = fields.Integer(
        string="Repeats from",
        help="The complaint repeats at least so many earlier ones about the same matter. 0: not asked.",
    )
    grade_ids = fields.Many2many("customer.grade", string="Key Customers", help="Customers of these grades.")

    tells_handler = fields.Boolean(string="Alarm the Handler")
    tells_leader = fields.Boolean(string="Alarm the Team Leader", default=True)
    tells_manager = fields.Boolean(string="Alarm the Service Manager", default=True)
    tells_director = fields.Boolean(string="Alarm the Directors")
    user_ids = fields.Many2many(
        "res.users",
        "customer_complaint_major_rule_user_rel",
        string="Alarm Also",
        domain=[("share", "=", False)],
    )
    acknowledge_hours = fields.Float(
        string="Acknowledge within",
        default=2,
        help="Working hours. Whoever has not acknowledged by then is passed over for the next role above.",
    )
    sentence = fields.Char(string="In Words", compute="_compute_sentence")

    _acknowledge_range = models.Constraint(
        f"CHECK(acknowledge_hours > 0 AND acknowledge_hours <= {LONGEST_ACKNOWLEDGE})",
        "An alarm is acknowledged within 200 working hours, and in more than none.",
    )
    _amount_range = models.Constraint(
        # not a number is larger than any number
        f"CHECK(amount_from >= 0 AND amount_from < {LARGEST_AMOUNT})",
        "The claimed amount is out of range.",
    )
    _repeats_range = models.Constraint("CHECK(repeats_from >= 0)", "Repeats are counted from 0.")

    def _default_currency_id(self):
        return self.env.company.currency_id

    @api.depends(
        "severity",
        "amount_from",
        "currency_id",
        *FLAGS,
        "repeats_from",
        "grade_ids",
        *(f"tells_{role}" for role in ALARM_ROLES),
        "user_ids",
        "acknowledge_hours",
    )
    @api.depends_context("lang")
    def _compute_sentence(self):
        for rule in self:
            rule.sentence = self.env._(
                "Major when %(conditions)s; told at once: %(people)s; acknowledged within %(hours)s working hours.",
                conditions=self.env._(" and ").join(rule._say_conditions()) or "-",
                people=", ".join(rule._say_people()) or "-",
                hours=f"{rule.acknowledge_hours:g}",
            )

    def _say_conditions(self):
        """Yield the conditions in words (singleton)."""
        if self.severity:
            names = dict(self._fields["severity"]._description_selection(self.env))
            yield self.env._("severity %(severity)s or above", severity=names[self.severity])
        if self.amount_from and self.currency_id:
            yield self.env._("at least %(amount)s claimed", amount=self.currency_id.format(self.amount_from))
        if self.is_safety:
            yield self.env._("somebody was or can be hurt")
        if self.is_media:
            yield self.env._("it is in the media")
        if self.is_legal:
            yield self.env._("lawyers or courts are involved")
        if self.repeats_from:
            yield self.env._("it repeats at least %(count)s earlier ones", count=self.repeats_from)
        if self.grade_ids:
            yield self.env._(
                "the customer has the grade %(grades)s", grades=", ".join(self.grade_ids.mapped("name"))
            )

    def _say_people(self):
        """Return who is alarmed, in words (singleton)."""
        texts = {
            "handler": self.env._("the handler"),
            "leader": self.env._("the team leader"),
            "manager": self.env._("the service manager"),
            "director": self.env._("the directors"),
        }
        roles = [texts[role] for role in self._get_roles()]
        return roles + self.sudo().user_ids.mapped("name")

    def _get_roles(self):
        """Return the roles that are alarmed (singleton)."""
        return [role for role in ALARM_ROLES if self[f"tells_{role}"]]

    @api.constrains("name", "severity", "amount_from", "repeats_from", "grade_ids", *FLAGS)
    def _check_condition(self):
        for rule in self:
            if not list(rule._say_conditions()):
                raise ValidationError(
                    self.env._("Without a condition all complaints would be major: %(rule)s", rule=rule.name)
                )

    @api.constrains(*(f"tells_{role}" for role in ALARM_ROLES), "user_ids")
    def _check_people(self):
        for rule in self:
            if not rule._get_roles() and not rule.user_ids:
                raise ValidationError(self.env._("Please say who is alarmed: %(rule)s", rule=rule.name))
            if any(user.share for user in rule.sudo().user_ids):
                raise ValidationError(self.env._("Only employees can be alarmed."))

    @api.model
    @tools.ormcache()
    def _get_major_facts(self):
        """Return the rules by sequence as tuple of :class:`MajorFacts`, kept in the registry's cache."""
        order = [severity for severity, _name in SEVERITIES]
        return tuple(
            MajorFacts(
                rule.id,
                rule.company_id.id,
                order.index(rule.severity) if rule.severity else 0,
                rule.amount_from,
                rule.currency_id.id,
                tuple(flag for flag in FLAGS if rule[flag]),
                rule.repeats_from,
                frozenset(rule.grade_ids.ids),
            )
            for rule in self.sudo().search(Domain.TRUE)
        )

    @api.model
    def _match(self, values, count_repeats=None):
        """Return the first rule that fits a complaint, may be empty.

        :param values: dict or record with ``company_id`` (id), ``severity``, the flags, ``claimed_amount``,
            ``claimed_currency_id`` (id, may be empty) and ``grade_id`` (function without argument)
        :param count_repeats: function that returns how many earlier ones it repeats; None: not known yet
        """
        order = [severity for severity, _name in SEVERITIES]
        for facts in self._get_major_facts():
            if facts.company_id and facts.company_id != values["company_id"]:
                continue
            if order.index(values["severity"]) < facts.severity:
                continue
            if not all(values[flag] for flag in facts.flags):
                continue
            if facts.amount and not self._reaches(facts, values):
                continue
            if facts.grade_ids and values["grade_id"]() not in facts.grade_ids:
                continue
            if facts.repeats and (count_repeats is None or count_repeats() < facts.repeats):
                continue
            return self.browse(facts.id)
        return self.browse()

    @api.model
    def _reaches(self, facts, values):
        """Return whether the claim reaches the amount of the rule, in the rule's currency."""
        amount = values["claimed_amount"]
        if not amount:
            return False
        company = self.env["res.company"].browse(values["company_id"])
        Currency = self.env["res.currency"]
        currency = Currency.browse(values["claimed_currency_id"] or company.sudo().currency_id.id)
        wanted = Currency.browse(facts.currency_id)
        if currency == wanted:
            return amount >= facts.amount
        return currency._convert(amount, wanted, company, fields.Date.context_today(self)) >= facts.amount
