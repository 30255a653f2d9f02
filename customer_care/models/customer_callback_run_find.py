from odoo import models
from odoo.tools import SQL


class CustomerCallbackRun(models.Model):
    """Find the customers of a rule in one company, and say of each when he is called or why not."""

    _inherit = "customer.callback.run"

    def _find(self, part, new_before, due_before):
        """Keep the candidates of one company, in one statement, and divide them.

        :param new_before, due_before: found in companies before: the maximum and the numbers go on from there
        :return: dict of ``customers``, ``due``, ``new``, ``unassigned``, ``no_phone`` (of those to call), and
        ``counts``
            by reason of those left out
        """
        rule = self.rule_id
        days = rule._get_working_days(part.company, part.today, part.limit)
        staff = rule._get_staff(part.company, part.today, max(days.values()))
        self.env.flush_all()
        rows = self._query_many(self._get_find_sql(part, days, staff, new_before, due_before))
        found = {"customers": 0, "due": 0, "new": 0, "no_phone": 0, "counts": {}}
        for code, is_moved, count, no_phone in rows:
            if code != "gone":
                found["customers"] += count
            if code:
                found["counts"][code] = found["counts"].get(code, 0) + count
                continue
            found["due"] += count
            found["new"] += 0 if is_moved else count
            found["no_phone"] += no_phone
        self.env["customer.callback.candidate"].invalidate_model()
        found["unassigned"] = self._divide(part, staff) if found["due"] else 0
        return found

    def _get_find_sql(self, part, days, staff, new_before, due_before):
        """Return the statement, step by step:

        ``due`` who is due and when · ``known`` callbacks of the rule · ``loose`` the untouched ones that must be
        moved or go · ``timed`` day and person, and what already speaks against it · ``gate`` whom the gate lets pass ·
        ``checked`` gate, number and sample · ``final`` the maximum · then the rows are kept and counted.
        """
        rule = self.rule_id
        joins, place_by, order = rule._get_order_sql(part)
        maximum = max(rule.max_count - new_before, 0) if rule.max_count else None
        steps = [
            SQL("due AS MATERIALIZED (%s)", rule._get_due_sql(part)),
            self._get_known_sql(),
            self._get_loose_sql(part),
            self._get_timed_sql(part, days, joins, place_by),
            SQL("gate AS MATERIALIZED (%s)", self._get_gate_sql(part)),
            self._get_checked_sql(),
            SQL(
                "final AS MATERIALIZED (SELECT *, %(code)s AS final_code FROM checked)",
                code=SQL("code")
                if maximum is None
                else SQL(
                    "CASE WHEN code IS NULL AND move_id IS NULL AND row_number() OVER"
                    " (PARTITION BY code IS NULL, move_id IS NULL ORDER BY %s) > %s THEN 'over' ELSE code END",
                    order,
                    maximum,
                ),
            ),
            SQL("kept_rows AS (%s)", self._get_keep_sql(part, staff, due_before)),
            SQL(
                """
                gone AS (
                    INSERT INTO customer_callback_candidate (run_id, number, company_id, customer_id, partner_id, code,
                                                             callback_id, has_phone)
                    SELECT %(run)s, 0, %(company)s, customer_id, partner_id, 'gone', id, TRUE
                      FROM loose
                     WHERE id NOT IN (SELECT move_id FROM final WHERE final_code IS NULL AND move_id IS NOT NULL)
                 RETURNING 1
                )
                """,
                run=self.id,
                company=part.company.id,
            ),
        ]
        return SQL(
            """
            WITH %s
            SELECT final_code, move_id IS NOT NULL, count(*), count(*) FILTER (WHERE NOT has_phone)
              FROM final GROUP BY 1, 2
             UNION ALL
            SELECT 'gone', TRUE, count(*), 0 FROM gone HAVING count(*) > 0
            """,
            SQL(", ").join(steps),
        )

    def _get_known_sql(self):
        """All callbacks of the rule; nobody has touched what was never written since it was made."""
        return SQL(
            """
            known AS MATERIALIZED (
                SELECT id, commercial_partner_id AS customer_id, partner_id, company_id, state, key, date_planned,
                       reason ->> 'date' AS anchor, reason ->> 'days' AS days,
                       %s AS is_untouched
                  FROM customer_callback WHERE rule_id = %s AND (key IS NOT NULL OR state = 'planned')
            ),
            opened AS (
                SELECT known.*, row_number() OVER (
                           PARTITION BY customer_id
                           ORDER BY is_untouched, known.anchor IS DISTINCT FROM due.anchor::text, date_planned, known.id
                       ) AS place
                  FROM known LEFT JOIN due ON due.id = customer_id WHERE state = 'planned'
            )
            """,
            self.rule_id._get_untouched_sql(),
            self.rule_id.id,
        )

    def _get_loose_sql(self, part):
        """Untouched callbacks that do not stand any more.

        The rule was changed and they lie in the future; the customer was contacted, bought, or changed the grade since;
        or customers were merged and there is a second one.
        """
        rule = self.rule_id
        stale = {
            "purchase": SQL("due.id IS NOT NULL AND opened.anchor IS DISTINCT FROM due.anchor::text"),
            "dormant": SQL("due.id IS NOT NULL AND opened.anchor IS DISTINCT FROM due.anchor::text"),
            "frequency": SQL(
                "due.id IS NOT NULL"
                " AND (opened.anchor, opened.days) IS DISTINCT FROM (due.anchor::text, due.days::text)"
            ),
        }.get(rule.trigger, SQL("FALSE"))
        return SQL(
            """
            loose AS MATERIALIZED (
                SELECT opened.id, opened.customer_id, opened.partner_id, opened.place
                  FROM opened LEFT JOIN due ON due.id = opened.customer_id
                 WHERE is_untouched AND opened.company_id = %(company)s
                   AND (opened.place > 1 OR %(changed)s AND opened.date_planned > %(today)s OR %(stale)s)
            ),
            kept AS (
                SELECT DISTINCT customer_id FROM opened WHERE NOT EXISTS (SELECT FROM loose WHERE loose.id = opened.id)
            ),
            movable AS (SELECT customer_id, MIN(id) AS id FROM loose WHERE place = 1 GROUP BY customer_id)
            """,
            company=part.company.id,
            changed=rule.is_changed,
            today=part.today,
            stale=stale,
        )

    def _get_timed_sql(self, part, days, joins, place_by):
        rule = self.rule_id
        others = SQL(
            """
            WHEN EXISTS (SELECT FROM customer_callback other WHERE other.commercial_partner_id = due.id
                            AND other.state = 'planned' AND other.rule_id IS DISTINCT FROM %s) THEN 'other'
            """,
            rule.id,
        )
        return SQL(
            """
            timed AS MATERIALIZED (
                SELECT due.*, %(prefix)s || due.id || ':' || due.cause AS key, calendar.planned,
                       movable.id AS move_id, customer.care_user_id, customer.care_team_id,
                       COALESCE(person.id, due.id) AS person_id, %(place_by)s AS place_by,
                       COALESCE(customer.phone, '') <> '' OR person.id IS NOT NULL AS has_phone,
                       %(sample)s AS is_sample,
                       CASE WHEN due.anchor IS NULL THEN 'none'
                            WHEN due.date_from > %(limit)s THEN 'early'
                            WHEN due.date_until < %(today)s THEN 'late'
                            WHEN kept.customer_id IS NOT NULL THEN 'planned'
                            WHEN twin.id IS NOT NULL THEN 'done'
                            %(others)s
                       END AS own_code
                  FROM due
                  JOIN res_partner customer ON customer.id = due.id
                  LEFT JOIN unnest(%(days)s::date[], %(planned)s::date[]) AS calendar (day, planned)
                         ON calendar.day = GREATEST(due.date_from, %(today)s)
                  LEFT JOIN kept ON kept.customer_id = due.id
                  LEFT JOIN movable ON movable.customer_id = due.id
                  LEFT JOIN known twin ON twin.key = %(prefix)s || due.id || ':' || due.cause
                        AND twin.id IS DISTINCT FROM movable.id
                  LEFT JOIN LATERAL (
                        SELECT contact.id FROM res_partner contact
                         WHERE contact.commercial_partner_id = due.id AND contact.id <> due.id AND contact.active
                           AND contact.phone <> '' AND contact.care_do_not_call IS NOT TRUE
                         ORDER BY contact.type = 'contact' DESC, contact.id LIMIT 1
                       ) person ON COALESCE(customer.phone, '') = ''
                  %(joins)s
            )
            """,
            prefix=f"{rule.id}:res.partner,",
            place_by=place_by,
            sample=rule._get_sample_sql(SQL("customer.id")),
            today=part.today,
            limit=part.limit,
            others=others if rule.is_once_enough else SQL(),
            days=list(days),
            planned=list(days.values()),
            joins=joins,
        )

    def _get_gate_sql(self, part):
        """Ask the gate of those who are left; whoever has a problem is found among all customers of the rule."""
        goal = self.env["customer.consent.purpose"]._get_by_code("callback")
        return self.env["res.partner"]._care_gate_query(
            goal,
            "phone",
            SQL("p.id IN (SELECT person_id FROM timed WHERE own_code IS NULL)"),
            everybody=SQL("p.id IN (%s)", self.rule_id._get_customers_sql(part)),
        )

    def _get_checked_sql(self):
        return SQL(
            """
            checked AS (
                SELECT timed.*, gate.codes,
                       COALESCE(own_code, gate.codes[1], CASE WHEN %(needs_phone)s AND NOT has_phone THEN 'phone'
                                                              WHEN NOT is_sample THEN 'sample' END) AS code
                  FROM timed LEFT JOIN gate ON gate.id = timed.person_id
            )
            """,
            needs_phone=self.rule_id.is_phone_needed,
        )

    def _get_keep_sql(self, part, staff, due_before):
        """Keep the rows, each with team and the person whom the rule names by role, or the deputy."""
        rule = self.rule_id
        shared = SQL("(team.company_id IS NULL OR team.company_id = %s)", part.company.id)
        fixed = {
            "customer": SQL("final.care_user_id"),
            "document": SQL("final.care_user_id"),
            "leader": SQL("team.user_id"),
            "user": SQL("%s::int", rule.caller_id.id or None),
        }.get(rule.assign_to, SQL("NULL::int"))
        away = [(user_id, day, deputy) for (user_id, day), deputy in staff.away.items()]
        return SQL(
            """
            INSERT INTO customer_callback_candidate (
                   run_id, number, company_id, customer_id, partner_id, code, codes, key, reason, date_planned,
                   date_deadline, team_id, user_id, callback_id, has_phone, place)
            SELECT *, CASE WHEN caller_id IS NULL AND final_code IS NULL THEN row_number() OVER (
                               PARTITION BY team_id, planned, caller_id IS NULL AND final_code IS NULL
                               -- Mixed, so that nobody gets all the good ones; the same in preview and run.
                               ORDER BY hashint4(id), id) END
              FROM (SELECT %(run)s, %(before)s + row_number() OVER (ORDER BY final.id) AS number, %(company)s, final.id,
                           final.person_id, final_code,
                           array_to_string(final.codes, ','), final.key, %(reason)s, final.planned,
                           %(deadline)s, team.id AS team_id,
                           CASE WHEN away.user_id IS NOT NULL THEN away.deputy_id
                                WHEN %(fixed)s = ANY(%(able)s) THEN %(fixed)s END AS caller_id,
                           final.move_id, final.has_phone
                      FROM final
                      LEFT JOIN customer_care_team team
                             ON team.id = COALESCE(%(team)s, final.care_team_id) AND %(shared)s
                      LEFT JOIN unnest(%(away_users)s::int[], %(away_days)s::date[], %(deputies)s::int[])
                             AS away (user_id, day, deputy_id) ON away.user_id = %(fixed)s AND away.day = final.planned
                     WHERE %(rows)s
                   ) kept
            """,
            run=self.id,
            before=due_before,
            company=part.company.id,
            reason=self._get_reason_sql(),
            deadline=SQL("GREATEST(final.date_until, final.planned)")
            if rule.trigger == "purchase"
            else SQL("final.planned + %s", rule.window_days)
            if rule.window_days
            else SQL("NULL::date"),
            fixed=fixed,
            able=list(staff.able),
            team=rule.team_id.id or None,
            shared=shared,
            away_users=[row[0] for row in away],
            away_days=[row[1] for row in away],
            deputies=[row[2] for row in away],
            rows=SQL("TRUE") if self.source == "preview" else SQL("final_code IS NULL"),
        )

    def _get_reason_sql(self):
        """Return the reason of a callback, see ``customer_callback_reason``. Override for a trigger of your own."""
        rule = self.rule_id
        if rule.trigger == "purchase":
            return SQL(
                "jsonb_build_object('kind', %s, 'date', anchor, 'from', %s + days, 'to', %s + days)",
                f"{rule.purchase_of}_purchase",
                rule.month_from,
                rule.month_to,
            )
        if rule.trigger == "filter":
            return SQL(
                "jsonb_build_object('kind', 'filter', 'days', days,"
                " 'date', CASE WHEN since = 'call' THEN anchor END)"
            )
        return SQL(
            "jsonb_build_object('kind', %s, 'date', anchor, 'days', days, 'since', since, 'grade', extra)",
            rule.trigger,
        )
