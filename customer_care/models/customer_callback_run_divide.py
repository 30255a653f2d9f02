import json
from collections import Counter
from itertools import accumulate

from odoo import fields, models
from odoo.tools import SQL

from ..tools.division import rotate, share

PORTION_USER = SQL("portion.users[width_bucket(candidate.place, portion.firsts)]")


class CustomerCallbackRun(models.Model):
    """Divide the candidates among the people of their teams: shares by numbers, given out in one statement."""

    _inherit = "customer.callback.run"

    portions = fields.Json(
        readonly=True, help="Who gets which of the candidates that have no caller of their own."
    )

    def _divide(self, part, staff):
        """Share the candidates without a caller among the team's members who are there on the day, else the leader.

        Which of a group gets whom follows from the candidate's place in it (``_get_portions_sql``), so that no row is
        written twice; a preview writes it down.

        :return: how many nobody calls
        """
        groups = self._get_open_groups(part)
        portions, given = self._get_portions(groups, staff)
        self.portions = [*(self.portions or []), *portions]
        if self.source == "preview" and portions:
            self._query_many(
                SQL(
                    """
                    UPDATE customer_callback_candidate candidate SET user_id = %s FROM %s
                     WHERE %s AND portion.team_id = candidate.team_id AND portion.day = candidate.date_planned
                 RETURNING 1
                    """,
                    PORTION_USER,
                    self._get_portions_sql(),
                    self._get_open_sql(part),
                )
            )
        open_count = self.env.execute_query(
            SQL("SELECT COUNT(*) FROM customer_callback_candidate WHERE %s", self._get_open_sql(part))
        )[0][0]
        return open_count if self.source == "preview" else open_count - given

    def _get_portions_sql(self):
        """Return the table ``portion``: for each team and day the numbers with which the portions begin, and whose."""
        return SQL(
            "jsonb_to_recordset(%s::jsonb) AS portion (team_id int, day date, firsts int[], users int[])",
            json.dumps(self.portions or []),
        )

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

    def _get_portions(self, groups, staff):
        """Return the portions of the groups, see above, and how many candidates they give out."""
        in_turn = self.rule_id.assign_to == "turn"
        load = Counter() if in_turn else self._get_load()
        turns = dict(self.rule_id.turns or {})
        portions, given = [], 0
        for team, day, count in groups:
            there = [user_id for user_id in sorted(team.member_ids.ids) if staff.is_there(user_id, day)]
            leader = staff.resolve(team.user_id.id, day)
            if in_turn:
                there = rotate(there, turns.get(str(team.id)))
                if there and count % len(there):
                    turns[str(team.id)] = there[count % len(there) - 1]
            if not there:
                there = [leader] if leader else []
            shares = share(count, {user_id: 0 if in_turn else load[user_id] for user_id in there})
            load.update(shares)
            shares = {user_id: number for user_id, number in shares.items() if number}
            if shares:
                firsts = [1, *accumulate(shares.values(), initial=1)][1:-1]
                portions.append(
                    {"team_id": team.id, "day": str(day), "firsts": firsts, "users": list(shares)}
                )
                given += count
        if in_turn and self.source != "preview":
            self.rule_id.turns = turns
        return portions, given
