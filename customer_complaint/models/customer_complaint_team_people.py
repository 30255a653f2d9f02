from collections import Counter

from odoo import api, fields, models, tools
from odoo.addons.customer_care.tools.division import rotate, share
from odoo.fields import Domain

from .customer_complaint_stage import OPEN_PHASES

ASSIGN_METHODS = [
    ("hand", "By hand"),
    ("turn", "Members in turn"),
    ("load", "Member with the fewest open complaints"),
]
# A change of one of these asks for the facts anew.
FACT_FIELDS = {
    "assign_method",
    "assign_registered",
    "max_open",
    "member_ids",
    "user_id",
    "manager_id",
    "receiver_stays",
    "active",
}


class CustomerComplaintTeam(models.Model):
    """Who of a team gets a new complaint."""

    _inherit = "customer.complaint.team"

    assign_method = fields.Selection(
        ASSIGN_METHODS,
        string="New Complaints Go to",
        required=True,
        default="hand",
        tracking=True,
        help="Who gets complaints for which nobody was named. Absent members are passed over. Assignment rules "
        "come first.",
    )
    assign_registered = fields.Boolean(
        string="Also Those Registered by Staff",
        help="Complaints by phone and visit are given out too when whoever registers them names nobody.",
    )
    max_open = fields.Integer(
        string="Most Open Complaints per Member",
        help="Who has so many gets no more; when all have, the complaint waits and the team leader is told. 0: "
        "no limit.",
    )
    receiver_stays = fields.Boolean(
        string="First Receiver Stays Responsible",
        tracking=True,
        help="Who took the complaint first keeps following it: he is told when it is handed over and when it is "
        "closed, and others cannot remove him from the followers.",
    )

    _check_max_open = models.Constraint(
        "CHECK(max_open >= 0)", "The most open complaints cannot be negative."
    )

    @api.model
    def _get_cached_fields(self):
        return super()._get_cached_fields() | FACT_FIELDS

    def unlink(self):
        ids = self.ids
        result = super().unlink()
        for team_id in ids:
            self.env.cr.execute(tools.SQL("DROP SEQUENCE IF EXISTS %s", self._get_turn_sequence(team_id)))
        return result

    def _get_uses(self):
        return [
            *super()._get_uses(),
            ("customer.complaint.assign.rule", "team_id"),
            ("customer.complaint.assign.rule", "team_ids"),
        ]

    @api.model
    @tools.ormcache()
    def _get_people_facts(self):
        """Return {team id: dict of method, registered, limit, leader_id, manager_id, receiver_stays and member_ids}.

        Kept in the registry's cache: each complaint asks, administrators rarely change a team.
        """
        teams = self.sudo().with_context(active_test=False).search(Domain.TRUE)
        return {
            team.id: {
                "method": team.assign_method,
                "registered": team.assign_registered,
                "limit": team.max_open,
                "leader_id": team.user_id.id,
                "manager_id": team.manager_id.id,
                "receiver_stays": team.receiver_stays,
                "member_ids": tuple(sorted(team.member_ids.ids)),
            }
            for team in teams
        }

    @api.model
    def _get_turn_sequence(self, team_id):
        return tools.SQL.identifier(f"customer_complaint_turn_{int(team_id)}")

    def _draw_turns(self, count):
        """Return ``count`` numbers that nobody else gets, also of workers at the same time; gaps may arise."""
        self.ensure_one()
        sequence = self._get_turn_sequence(self.id)
        self.env.cr.execute(tools.SQL("SELECT to_regclass(%s)", f"customer_complaint_turn_{self.id}"))
        if not self.env.cr.fetchone()[0]:
            self.env.cr.execute(tools.SQL("CREATE SEQUENCE IF NOT EXISTS %s MINVALUE 0", sequence))
        self.env.cr.execute(
            tools.SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)", f"customer_complaint_turn_{self.id}", count
            )
        )
        return [row[0] for row in self.env.cr.fetchall()]

    def _divide(self, count, method, division, barred=frozenset()):
        """Return at most ``count`` user ids, one for each complaint; fewer when nobody has room.

        :param str method: turn or load
        :param division: the ``Division`` of these complaints, in which the new load is counted
        :param barred: ids of members who must not get them
        """
        self.ensure_one()
        facts = self._get_people_facts()[self.id]
        staff = division.get_staff(self.company_id, division.day)
        there = [
            user_id
            for user_id in facts["member_ids"]
            if user_id not in barred and staff.is_there(user_id, division.day)
        ]
        limit = facts["limit"]
        load = division.get_load() if limit or method == "load" else Counter()
        there = [user_id for user_id in there if not limit or load[user_id] < limit]
        if not there:
            return []
        room = sum(limit - load[user_id] for user_id in there) if limit else count
        turns = self._draw_turns(min(count, room))
        if method == "turn" and not limit:
            given = [there[turn % len(there)] for turn in turns]
        else:
            # Whose turn it is comes first among equals: two workers at the same moment take different members.
            members = rotate(there, there[turns[0] % len(there)])
            members = members[-1:] + members[:-1]
            loads = {user_id: load[user_id] if method == "load" else 0 for user_id in members}
            if method == "turn":
                given = self._take_turns(len(turns), members, limit, load)
            else:
                given = [
                    user_id
                    for user_id, number in share(len(turns), loads).items()
                    for _index in range(number)
                ]
        division.count(given)
        return given

    @api.model
    def _take_turns(self, count, members, limit, load):
        """Return ``count`` of the members one after the other, leaving out who has reached the limit."""
        room = {user_id: limit - load[user_id] for user_id in members}
        given = []
        while len(given) < count:
            for user_id in members:
                if room[user_id] and len(given) < count:
                    room[user_id] -= 1
                    given.append(user_id)
        return given

    @api.model
    def _get_open_load(self):
        """Return how many open complaints each has, a ``Counter`` by user id."""
        groups = (
            self.env["customer.complaint"]
            .sudo()
            ._read_group([("phase", "in", OPEN_PHASES), ("user_id", "!=", False)], ["user_id"], ["__count"])
        )
        return Counter({user.id: count for user, count in groups})
