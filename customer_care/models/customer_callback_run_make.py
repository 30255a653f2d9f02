from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.insert import add_defaults
from .customer_callback_run_divide import PORTION_USER


class CustomerCallbackRun(models.Model):
    """Make the callbacks of some candidates, move and cancel those that do not stand, and tell the timeline."""

    _inherit = "customer.callback.run"

    def _make(self, after, until, asks_gate=True):
        """Work on the candidates with numbers above ``after`` up to ``until``; 0 belongs to the first.

        :return: the figures of the slice
        """
        self.ensure_one()
        self.env.flush_all()
        figures = {"count_new": 0, "count_moved": 0, "count_cancelled": 0, "count_blocked": 0}
        for company, own in self._get_company_rows(self._get_slice_rows(after, until)):
            if asks_gate:
                figures["count_blocked"] += self._drop_blocked(own)
            figures["count_cancelled"] += self._cancel(own, company)
            figures["count_moved"] += self._move(own, company)
            figures["count_new"] += self._insert(own, company)
        self.env["customer.callback"].invalidate_model()
        self.env["customer.care.event"].invalidate_model()
        return figures

    def _drop_blocked(self, rows):
        """Ask the gate once more: since the run began somebody may have said that he wants no calls."""
        people = SQL(
            "SELECT partner_id FROM customer_callback_candidate candidate WHERE %s AND code IS NULL", rows
        )
        gate = self.env["res.partner"]._care_gate_query(
            self.env["customer.consent.purpose"]._get_by_code("callback"),
            "phone",
            SQL("p.id IN (%s)", people),
        )
        blocked = [
            row[0]
            for row in self.env.execute_query(SQL("SELECT id FROM (%s) gate WHERE codes <> '{}'", gate))
        ]
        if blocked:
            self.env.cr.execute(
                SQL(
                    "DELETE FROM customer_callback_candidate candidate"
                    " WHERE %s AND code IS NULL AND partner_id = ANY(%s)",
                    rows,
                    blocked,
                )
            )
        return len(blocked)

    def _get_columns(self, company):
        """Return ``{column: SQL}`` of a new callback, over ``candidate``, ``partner``, ``portion`` and ``own_team``.

        Override to fill a stored field that ``create`` would compute; defaults are filled anyway.
        """
        rule = self.rule_id.with_context(lang=company.partner_id.lang or None)
        now = SQL("now() AT TIME ZONE 'UTC'")
        return {
            "subject": SQL("%s", rule.name),
            "partner_id": SQL("partner.id"),
            "commercial_partner_id": SQL("partner.commercial_partner_id"),
            "company_id": SQL("candidate.company_id"),
            "rule_id": SQL("%s::int", rule.id),
            "team_id": SQL("COALESCE(candidate.team_id, own_team.team_id)"),
            "user_id": SQL("COALESCE(candidate.user_id, %s)", PORTION_USER),
            "date_planned": SQL("candidate.date_planned"),
            "date_deadline": SQL("candidate.date_deadline"),
            "priority": SQL("%s", rule.priority),
            "reason": SQL("candidate.reason"),
            "key": SQL("candidate.key"),
            "state": SQL("'planned'"),
            "attempt": SQL("1"),
            "create_uid": SQL("%s::int", self.user_id.id),
            "write_uid": SQL("%s::int", self.user_id.id),
            "create_date": now,
            "write_date": now,
        }

    def _insert(self, rows, company):
        columns = self._get_columns(company)
        columns = add_defaults(self.env["customer.callback"].with_user(self.user_id), columns)
        query = SQL(
            """
            WITH made AS (
                INSERT INTO customer_callback (%(names)s)
                SELECT %(values)s
                  FROM customer_callback_candidate candidate
                  %(joins)s
                 WHERE %(rows)s AND code IS NULL AND callback_id IS NULL
                 -- By customer: neighbours in an index are written together.
                 ORDER BY candidate.number
                    ON CONFLICT (key) WHERE key IS NOT NULL DO NOTHING
             RETURNING id, partner_id, commercial_partner_id, company_id, subject, create_date
            ), told AS (
                INSERT INTO customer_care_event
                       (partner_id, commercial_partner_id, company_id, kind, date, summary, user_id, res_model, res_id)
                SELECT partner_id, commercial_partner_id, company_id, 'callback_planned',
                       date_trunc('second', create_date),
                       subject, %(user)s, 'customer.callback', id
                  FROM made
            )
            SELECT COUNT(*) FROM made
            """,
            names=SQL(", ").join(map(SQL.identifier, columns)),
            values=SQL(", ").join(columns.values()),
            joins=self._get_joins_sql(company),
            rows=rows,
            user=self.user_id.id,
        )
        return self.env.execute_query(query)[0][0]

    def _get_joins_sql(self, company):
        """Return what a candidate is joined with: the customer who still is one, the portion, the caller's own team."""
        teams = self._get_own_teams(company)
        return SQL(
            """
            JOIN res_partner partner ON partner.id = candidate.partner_id
            LEFT JOIN %s ON portion.team_id = candidate.team_id AND portion.day = candidate.date_planned
            LEFT JOIN unnest(%s::int[], %s::int[]) AS own_team (user_id, team_id)
                   ON own_team.user_id = candidate.user_id
            """,
            self._get_portions_sql(),
            list(teams),
            list(teams.values()),
        )

    def _get_own_teams(self, company):
        """Return ``{user id: id of the first team of the user in the company}``."""
        domain = Domain("company_id", "in", [company.id, False])
        found = {}
        for team in self.env["customer.care.team"].sudo().search(domain):
            for user_id in team.member_ids.ids:
                found.setdefault(user_id, team.id)
        return found

    def _move(self, rows, company):
        """Give untouched callbacks the day, the person and the reason that they would have if made today."""
        columns = self._get_columns(company)
        kept = (
            "create_uid",
            "write_uid",
            "create_date",
            "write_date",
            "state",
            "attempt",
            "company_id",
            "rule_id",
        )
        values = SQL(", ").join(
            SQL("%s = %s", SQL.identifier(name), value) for name, value in columns.items() if name not in kept
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE customer_callback callback SET %(values)s
                  FROM customer_callback_candidate candidate
                  %(joins)s
                 WHERE %(rows)s AND candidate.code IS NULL AND callback.id = candidate.callback_id AND %(untouched)s
                """,
                values=values,
                joins=self._get_joins_sql(company),
                rows=rows,
                untouched=self.rule_id._get_untouched_sql(SQL("callback.")),
            )
        )
        return self.env.cr.rowcount

    def _cancel(self, rows, company):
        ids = SQL(
            "SELECT callback_id FROM customer_callback_candidate candidate WHERE %s AND code = 'gone'", rows
        )
        text = self.with_context(lang=company.partner_id.lang or None).env._(
            "The customer is no longer due, or the rule was changed."
        )
        return self.rule_id._cancel_untouched(SQL("id IN (%s)", ids), text, self.user_id)
