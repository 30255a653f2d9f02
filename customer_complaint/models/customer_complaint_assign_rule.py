from collections import defaultdict
from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.addons.customer_care.models.customer_callback_rule_who import StaffBook
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .customer_complaint import CHANNELS, SEVERITIES

# Registered by staff while the customer is there: given out only where the team says so.
STAFF_CHANNELS = ("phone", "visit", "other")


class Case(NamedTuple):
    """What the assignment looks at in a complaint: ids and keys; ``partner`` as superuser, may be empty."""

    company_id: int
    team_id: int | None
    category_id: int | None
    severity: str | None
    channel: str | None
    partner: models.Model
    is_major: bool = False


class Choice(NamedTuple):
    """Who gets a complaint: ``reason`` is a key of ``REASONS``, None when nobody was asked for."""

    user_id: int | None
    team_id: int | None
    reason: str | None
    rule_id: int | None = None


class Division(StaffBook):
    """What is remembered while complaints are divided: who is there and who has how many, each read once."""

    def __init__(self, env):
        super().__init__(env["customer.callback.rule"])
        self.env = env
        self.day = fields.Date.context_today(env["customer.complaint"])
        self._load = None
        self._barred = {}

    def get_barred(self, case):
        """Return the ids of handlers who lack a qualification that the case needs; read once for each severity."""
        key = (case.company_id, self.env["customer.complaint"]._get_level(case.severity, case.is_major))
        if key not in self._barred:
            Qualification = self.env["customer.complaint.qualification"]
            needed = Qualification._get_needed().get(key[0], {}).get(key[1])
            handlers = (
                self.env.ref("customer_complaint.group_complaint_user").sudo().all_user_ids.ids
                if needed
                else []
            )
            self._barred[key] = frozenset(Qualification._get_missing(handlers, *key))
        return self._barred[key]

    def _read_staff(self, company, day):
        """Leave only who handles complaints."""
        staff = super()._read_staff(company, day)
        handlers = self.env.ref("customer_complaint.group_complaint_user").sudo().all_user_ids
        staff.able &= set(handlers.ids)
        return staff

    def get_load(self):
        """Return how many open complaints each has, with those just given out."""
        if self._load is None:
            self._load = self.env["customer.complaint.team"]._get_open_load()
        return self._load

    def count(self, user_ids):
        """Note that these users got one more complaint each."""
        if self._load is not None:
            self._load.update(user_ids)


class CustomerComplaintAssignRule(models.Model):
    """Who or which team gets complaints of some kind; the first rule by sequence wins."""

    _name = "customer.complaint.assign.rule"
    _description = "Complaint Assignment Rule"
    _inherit = ["customer.complaint.rule.mixin", "customer.cached.mixin"]

    team_ids = fields.Many2many(
        "customer.complaint.team",
        "customer_complaint_assign_rule_team_rel",
        string="Teams",
        help="Only complaints that came to these teams. Leave empty for all.",
    )
    category_ids = fields.Many2many(
        "customer.complaint.category",
        string="Categories",
        help="Leave empty for all. Categories below the chosen ones are included.",
    )
    severity = fields.Selection(SEVERITIES, help="Leave empty for all.")
    channel = fields.Selection(CHANNELS, help="Leave empty for all.")
    country_ids = fields.Many2many("res.country", string="Countries", help="Leave empty for all.")
    state_ids = fields.Many2many("res.country.state", string="Provinces", help="Leave empty for all.")
    grade_ids = fields.Many2many("customer.grade", string="Grades", help="Leave empty for all.")
    lang_ids = fields.Many2many("res.lang", string="Languages of the Customer", help="Leave empty for all.")
    user_id = fields.Many2one(
        "res.users",
        string="Goes to",
        domain="[('share', '=', False)]",
        index="btree_not_null",
        help="Who gets the complaint. When he is absent, his deputy gets it.",
    )
    team_id = fields.Many2one(
        "customer.complaint.team",
        string="Goes to Team",
        index="btree_not_null",
        help="Takes the complaint and gives it out by its own setting when no person can.",
    )

    @api.constrains("name", "user_id", "team_id", "company_id")
    def _check_target(self):
        for rule in self:
            if not rule.user_id and not rule.team_id:
                raise ValidationError(
                    self.env._(
                        "Please say who or which team gets complaints by the rule %(name)s.", name=rule.name
                    )
                )
            if rule.user_id.share:
                raise ValidationError(self.env._("Only employees can handle complaints."))
            if rule.company_id and rule.team_id.company_id not in (rule.company_id, self.env["res.company"]):
                raise ValidationError(
                    self.env._("The team %(name)s belongs to another company.", name=rule.team_id.name)
                )

    @api.model
    @tools.ormcache()
    def _get_rules(self):
        """Return the rules by sequence as plain dicts; ``tests`` are (name, ids) that must hold.

        Kept in the registry's cache: each complaint asks, administrators rarely change a rule.
        """
        Category = self.env["customer.complaint.category"].sudo().with_context(active_test=False)
        rules = []
        for rule in self.sudo().with_context(active_test=True).search(Domain.TRUE):
            categories = rule.category_ids and Category.search([("id", "child_of", rule.category_ids.ids)])
            wanted = {
                "company_id": rule.company_id.ids,
                "team_id": rule.team_ids.ids,
                "category_id": categories.ids if categories else (),
                "severity": [rule.severity] if rule.severity else (),
                "channel": [rule.channel] if rule.channel else (),
                "country": rule.country_ids.ids,
                "state": rule.state_ids.ids,
                "grade": rule.grade_ids.ids,
                "lang": rule.lang_ids.mapped("code"),
            }
            rules.append(
                {
                    "id": rule.id,
                    "tests": tuple((name, frozenset(ids)) for name, ids in wanted.items() if ids),
                    "user_id": rule.user_id.id,
                    "team_id": rule.team_id.id,
                    "company_id": rule.team_id.company_id.id,
                }
            )
        return tuple(rules)

    @api.model
    def _match(self, case, keep_team=False):
        """Return the dict of the first rule that fits the case, None when none does.

        :param keep_team: leave out rules that would bring it to another team
        """
        for rule in self._get_rules():
            if keep_team and rule["team_id"] and rule["team_id"] != case.team_id:
                continue
            if rule["company_id"] in (False, case.company_id) and all(
                self._get_value(case, name) in allowed for name, allowed in rule["tests"]
            ):
                return rule
        return None

    @api.model
    def _get_value(self, case, name):
        """Return what of the case a condition looks at."""
        if name == "country":
            return case.partner.country_id.id
        if name == "state":
            return case.partner.state_id.id
        if name == "grade":
            return case.partner.care_grade_id.id
        if name == "lang":
            return case.partner.lang
        return getattr(case, name)

    @api.model
    def _decide(self, cases, method=None, keep_team=False):
        """Return [:class:`Choice`], one for each case, in one go.

        :param cases: list of :class:`Case`
        :param method: turn or load instead of what each team says; rules are then not asked
        :param keep_team: rules that would bring a case to another team are not asked
        """
        division = Division(self.env)
        choices, waiting = [None] * len(cases), defaultdict(list)
        for index, case in enumerate(cases):
            rule = None if method else self._match(case, keep_team)
            team_id = (rule and rule["team_id"]) or case.team_id
            user_id = self._get_rule_user(rule, case, division)
            if user_id:
                choices[index] = Choice(user_id, team_id, "rule", rule["id"])
                division.count([user_id])
            else:
                choices[index] = Choice(None, team_id, None, rule and rule["id"])
                waiting[team_id, division.get_barred(case)].append(index)
        for (team_id, barred), indexes in waiting.items():
            self._decide_in_team(team_id, indexes, choices, method, division, barred)
        return choices

    @api.model
    def _get_rule_user(self, rule, case, division):
        """Return the id of the rule's person or deputy, None when the rule names a team or both are absent."""
        if not rule or not rule["user_id"]:
            return None
        staff = division.get_staff(self.env["res.company"].browse(case.company_id), division.day)
        user_id = staff.resolve(rule["user_id"], division.day)
        return None if user_id in division.get_barred(case) else user_id

    @api.model
    def _decide_in_team(self, team_id, indexes, choices, method, division, barred):
        """Give the cases of one team out as the team says; the choices are replaced in place.

        :param barred: ids of users who must not get them
        """
        facts = self.env["customer.complaint.team"]._get_people_facts().get(team_id)
        how = method or (facts and facts["method"])
        if not facts or how == "hand":
            # A rule whose person is away, in a team that gives out by hand: somebody has to be told.
            for index in indexes:
                if choices[index].rule_id and self.browse(choices[index].rule_id).sudo().user_id:
                    choices[index] = choices[index]._replace(reason="nobody")
            return
        team = self.env["customer.complaint.team"].sudo().browse(team_id)
        given = team._divide(len(indexes), how, division, barred)
        for index, user_id in zip(indexes, given, strict=False):
            choices[index] = choices[index]._replace(user_id=user_id, reason=how)
        for index in indexes[len(given) :]:
            choices[index] = choices[index]._replace(reason="nobody")
