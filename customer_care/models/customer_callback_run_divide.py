from collections import Counter

from odoo import models
from odoo.tools import SQL

from ..tools.division import rotate, share


class CustomerCallbackRun(models.Model):
    """Divide the candidates among the people of their teams: shares by numbers, given out in one statement."""

    _inherit = "customer.callback.run"

    def _divide(self, part, staff):
        """Give each candidate without a caller one of the team's members who are there on the day, else the leader.

        :return: how many nobody calls
        """
        groups = self._get_open_groups(part)
        if groups:
            self._give(part, self._get_shares(groups, staff))
        return self.env.execute_query(
            SQL("SELECT COUNT(*) FROM customer_callback_candidate WHERE %s", self._get_open_sql(part))
        )[0][0]

    def _get_open_sql(self, part):
        return SQL(
            "run_id = %s AND company_id = %s AND code IS NULL AND user_id IS NULL", self.id, part.company.id
        )

    def _get_open_groups(self, part):
        """Return ``[(team, day, number of candidates)]`` without a caller, by day."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT team_id, date_planned, COUNT(*) FROM customer_callback_candidate
                 WHERE %s AND team_id IS NOT NULL GROUP BY team_id, date_planned ORDER BY date_planned, team_id
                """,
                self._get_open_sql(part),
            )
        )
        Team = self.env["customer.care.team"].sudo()
        return [(Team.browse(team_id), day, count) for team_id, day, count in rows]

    def _get_load(self):
        """Return the open callbacks of each user, with those that this run has given out so far."""
        load = self.rule_id._get_load()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT user_id, COUNT(*) FROM customer_callback_candidate
                 WHERE run_id = %s AND code IS NULL AND callback_id IS NULL AND user_id IS NOT NULL GROUP BY user_id
                """,
                self.id,
            )
        )
        return load + Counter(dict(rows))

    def _get_shares(self, groups, staff):
        """Return ``[(team id, day, first, last, user id)]``: who gets which numbers of a group."""
        in_turn = self.rule_id.assign_to == "turn"
        load = Counter() if in_turn else self._get_load()
        turns = dict(self.rule_id.turns or {})
        shares = []
        for team, day, count in groups:
            there = [user_id for user_id in sorted(team.member_ids.ids) if staff.is_there(user_id, day)]
            leader = staff.resolve(team.user_id.id, day)
            if in_turn:
                there = rotate(there, turns.get(str(team.id)))
                parts = share(count, dict.fromkeys(there, 0))
                if there and count % len(there):
                    turns[str(team.id)] = there[count % len(there) - 1]
            else:
                parts = share(count, {user_id: load[user_id] for user_id in there})
            if not there and leader:
                parts = {leader: count}
            first = 1
            for user_id, number in parts.items():
                if number:
                    shares.append((team.id, day, first, first + number - 1, user_id))
                    first += number
                    load[user_id] += number
        if in_turn and self.source != "preview":
            self.rule_id.turns = turns
        return shares

    def _give(self, part, shares):
        # In an order that mixes customers, so that nobody gets all the good ones; the same in preview and run.
        self.env.cr.execute(
            SQL(
                """
                UPDATE customer_callback_candidate candidate SET user_id = portion.user_id
                  FROM (SELECT id, team_id, date_planned,
                               row_number() OVER (PARTITION BY team_id, date_planned
                                                  ORDER BY hashint4(customer_id), customer_id) AS place
                          FROM customer_callback_candidate WHERE %(open)s) numbered
                  JOIN unnest(%(teams)s::int[], %(days)s::date[], %(firsts)s::int[], %(lasts)s::int[], %(users)s::int[])
                       AS portion (team_id, day, first, last, user_id)
                    ON portion.team_id = numbered.team_id AND portion.day = numbered.date_planned
                   AND numbered.place BETWEEN portion.first AND portion.last
                 WHERE numbered.id = candidate.id
                """,
                open=self._get_open_sql(part),
                teams=[row[0] for row in shares],
                days=[row[1] for row in shares],
                firsts=[row[2] for row in shares],
                lasts=[row[3] for row in shares],
                users=[row[4] for row in shares],
            )
        )
