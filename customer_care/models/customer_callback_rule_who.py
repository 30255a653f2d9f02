from collections import Counter
from datetime import datetime, time, timedelta

import pytz
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools.division import rotate
from ..tools.worktime import to_local

# So many hours of leave in a day mean that nobody is there to call.
HOURS_AWAY = 4


class Staff:
    """Who can call in one company on some days: ``able`` user ids, and ``away`` as {(user id, day): deputy or None}."""

    def __init__(self, able, away):
        self.able = able
        self.away = away

    def is_there(self, user_id, day):
        """Whether the user works here and is not absent."""
        return user_id in self.able and (user_id, day) not in self.away

    def resolve(self, user_id, day):
        """Return the user, the deputy who stands in, or None when neither can call."""
        if user_id not in self.able:
            return None
        return self.away.get((user_id, day), user_id)


class StaffBook:
    """Who is there: read once for each company and day. A base for what is remembered while work is given out."""

    def __init__(self, rules):
        self.rules = rules
        self._staff = {}

    def get_staff(self, company, day):
        """Return the ``Staff`` of a company on one day."""
        if (company, day) not in self._staff:
            self._staff[company, day] = self._read_staff(company, day)
        return self._staff[company, day]

    def _read_staff(self, company, day):
        """Read the ``Staff``. Override where not everybody counts."""
        return self.rules._get_staff(company, day, day)


class Division(StaffBook):
    """What is remembered while callbacks are divided: who has how many, whose turn it was, who is there."""

    def __init__(self, rules):
        super().__init__(rules)
        self.load = rules._get_load()
        self.turns = {rule: dict(rule.turns or {}) for rule in rules}

    def keep_turns(self):
        """Let the next planning go on where this one ended."""
        for rule, turns in self.turns.items():
            if turns != (rule.turns or {}):
                rule.sudo().turns = turns


class CustomerCallbackRule(models.Model):
    """Who calls: a fixed person or the team in turn or by load; who is absent is left out or stood in for."""

    _inherit = "customer.callback.rule"

    assign_to = fields.Selection(
        selection=[
            ("customer", "Responsible of the customer"),
            ("document", "Responsible of the document"),
            ("leader", "Team leader"),
            ("user", "A certain person"),
            ("turn", "Team members in turn"),
            ("load", "Team members by open calls"),
        ],
        required=True,
        default="customer",
        tracking=True,
        help="Where nobody is responsible for the customer, the one of the document is taken, and the other way "
        "round. Who is absent on the day is stood in for by the deputy. Where this gives nobody, the member of the "
        "team with the fewest open callbacks calls, then the leader.",
    )
    caller_id = fields.Many2one(
        "res.users",
        string="Person",
        domain="[('share', '=', False), ('company_ids', 'in', company_id or allowed_company_ids)]",
        check_company=True,
        index="btree_not_null",
        tracking=True,
    )
    turns = fields.Json(string="Whose Turn It Was", readonly=True, copy=False)

    @api.constrains("assign_to", "caller_id")
    def _check_caller(self):
        for rule in self:
            if rule.assign_to == "user" and not rule.caller_id:
                raise ValidationError(
                    self.env._("Please name the person who calls for the rule %(name)s.", name=rule.name)
                )

    def _get_division(self):
        return Division(self)

    def _get_team(self, partner, company):
        """Return the rule's team, else the customer's, if it serves the company."""
        team = self.team_id or partner.care_team_id or partner.commercial_partner_id.care_team_id
        return team if team.company_id in (company, self.env["res.company"]) else team.browse()

    def _get_user(self, record, company, division, day):
        """Return who shall call on the day, empty when nobody can; the division counts it.

        :param division: the ``Division`` of this planning
        """
        staff = division.get_staff(company, day)
        team = self._get_team(record._care_get_partner(), company)
        user_id = self._get_fixed_user_id(record, team, staff, day)
        if not user_id:
            members = [user_id for user_id in sorted(team.member_ids.ids) if staff.is_there(user_id, day)]
            if self.assign_to == "turn":
                turns = division.turns.setdefault(self, {})
                user_id = next(iter(rotate(members, turns.get(str(team.id)))), None)
                if user_id:
                    turns[str(team.id)] = user_id
            else:
                user_id = min(members, key=lambda one: (division.load[one], one), default=None)
            user_id = user_id or staff.resolve(team.user_id.id, day)
        division.load[user_id] += 1
        return self.env["res.users"].browse(user_id or ())

    def _get_fixed_user_id(self, record, team, staff, day):
        """Return the id of the person whom the rule names by role, or of the deputy; None when there is none."""
        users = []
        if self.assign_to in ("customer", "document"):
            users = [record._care_get_partner()._care_get_responsible(), record._care_get_responsible()]
            if self.assign_to == "document":
                users.reverse()
        elif self.assign_to == "leader":
            users = [team.user_id]
        elif self.assign_to == "user":
            users = [self.caller_id]
        found = (staff.resolve(user.id, day) for user in users if len(user) == 1)
        return next((user_id for user_id in found if user_id), None)

    def _get_load(self):
        """Return the number of open callbacks, a ``Counter`` by user id."""
        groups = (
            self.env["customer.callback"]
            .sudo()
            ._read_group([("state", "=", "planned"), ("user_id", "!=", False)], ["user_id"], ["__count"])
        )
        return Counter({user.id: count for user, count in groups})

    # Who is there

    @api.model
    def _get_staff(self, company, first, last):
        """Return the ``Staff`` of a company from day to day: specialists, their absences and deputies."""
        users = self.env.ref("customer_care.group_care_user").sudo().all_user_ids
        users = users.filtered(lambda user: user.active and not user.share and company in user.company_ids)
        able = set(users.ids)
        away = dict.fromkeys(self._get_leave_days(users, company, first, last))
        deputies = self.env["customer.approval.deputy"].sudo()
        found = deputies.search(
            Domain("user_id", "in", users.ids)
            & Domain("date_from", "<=", last)
            & Domain("date_to", ">=", first),
            order="date_from desc, id desc",
        )
        for row in found:
            for number in range((min(row.date_to, last) - max(row.date_from, first)).days + 1):
                day = max(row.date_from, first) + timedelta(days=number)
                away[row.user_id.id, day] = away.get((row.user_id.id, day)) or row.deputy_id.id
        # A deputy who is absent too, or does not work here, helps nobody.
        away = {
            (user_id, day): deputy if deputy in able and (deputy, day) not in away else None
            for (user_id, day), deputy in away.items()
        }
        return Staff(able, away)

    @api.model
    def _get_leave_days(self, users, company, first, last):
        """Return the pairs (user id, day) on which somebody has leave for a good part of the day."""
        zones = {user.id: pytz.timezone(user.tz or company._care_get_tz()) for user in users}
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id.user_id", "in", users.ids),
                    ("time_type", "=", "leave"),
                    ("date_from", "<=", datetime.combine(last + timedelta(days=2), time.min)),
                    ("date_to", ">=", datetime.combine(first - timedelta(days=1), time.min)),
                ]
            )
        )
        hours = Counter()
        for leave in leaves:
            user_id = leave.resource_id.user_id.id
            zone = zones[user_id]
            begin = to_local(leave.date_from, zone).replace(tzinfo=None)
            end = to_local(leave.date_to, zone).replace(tzinfo=None)
            day = max(begin.date(), first)
            while day <= min(end.date(), last):
                midnight = datetime.combine(day, time.min)
                inside = min(end, midnight + timedelta(days=1)) - max(begin, midnight)
                hours[user_id, day] += inside.total_seconds() / 3600
                day += timedelta(days=1)
        return [pair for pair, count in hours.items() if count >= HOURS_AWAY]
