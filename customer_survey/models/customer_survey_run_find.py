from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL


class CustomerSurveyRun(models.Model):
    """Find the customers of a rule in one company, and say of each when he is asked or why not."""

    _inherit = "customer.survey.run"

    def _find(self, part, new_before, due_before):
        """Keep the candidates of one company, in one statement.

        :raises UserError: the rule can ask nobody
        """
        rule = self.rule_id
        problems = rule._get_problems()
        if problems and self.source != "preview":
            raise UserError(" ".join(problems))
        self.env.flush_all()
        rows = self._query_many(self._get_find_sql(part, new_before, due_before))
        counts = {code: count for code, count in rows if code}
        due = sum(count for code, count in rows if not code)
        self.env["customer.survey.candidate"].invalidate_model()
        return {"customers": sum(counts.values()) + due, "due": due, "new": due, "counts": counts}

    def _get_find_sql(self, part, new_before, due_before):
        """Return the statement, step by step:

        ``due`` who is due and when · ``timed`` the person, and what already speaks against it · ``gate_<channel>``
        whom the gate lets pass · ``reached`` the channel · ``checked`` sample, quiet period · ``final`` the quota ·
        then the rows are kept and counted.
        """
        rule = self.rule_id
        # What is counted from a purchase is due on its day; the delay of what happens begins now.
        moment = rule._get_send_datetime(part.company, has_delay=not rule.is_periodic)
        room = rule._get_room(part.company._care_get_day(moment))
        final_code = SQL("code")
        if room is not None:
            final_code = SQL(
                "CASE WHEN code IS NULL AND row_number() OVER"
                " (PARTITION BY code IS NULL ORDER BY date_from, id, res_id) > %s THEN 'quota' ELSE code END",
                max(room - new_before, 0),
            )
        steps = [
            SQL("due AS MATERIALIZED (%s)", rule._get_due_sql(part)),
            self._get_timed_sql(part),
            *self._get_gates_sql(part),
            self._get_reached_sql(),
            self._get_checked_sql(part, moment),
            SQL("final AS MATERIALIZED (SELECT *, %s AS final_code FROM checked)", final_code),
            SQL(
                """
                kept AS (
                    INSERT INTO customer_survey_candidate (run_id, number, company_id, customer_id, partner_id, code,
                                codes, key, anchor, date_from, send_datetime, channel, res_model, res_id)
                    SELECT %(run)s, %(before)s + row_number() OVER (ORDER BY id, res_id), %(company)s, id, person,
                           final_code, array_to_string(codes, ','), key, anchor, date_from,
                           CASE WHEN final_code IS NULL THEN %(moment)s END, channel, res_model, res_id
                      FROM final WHERE %(rows)s
                )
                """,
                run=self.id,
                before=due_before,
                company=part.company.id,
                moment=moment,
                rows=SQL("TRUE") if self.source == "preview" else SQL("final_code IS NULL"),
            ),
        ]
        return SQL(
            "WITH %s SELECT final_code, count(*) FROM final GROUP BY final_code", SQL(", ").join(steps)
        )

    def _get_person_sql(self):
        """Return joins and the expression of the person who is asked, see ``ask_whom``."""
        rule = self.rule_id
        has_own = rule._get_any_address_sql(SQL("customer"))
        if rule.ask_whom == "contact":
            wanted, person = SQL("TRUE"), SQL("COALESCE(NULLIF(due.person_id, due.id), contact.id, due.id)")
        elif rule.ask_whom == "customer":
            wanted = SQL("NOT %s", has_own)
            person = SQL("CASE WHEN %s THEN due.id ELSE COALESCE(contact.id, due.id) END", has_own)
        else:
            wanted = SQL("due.person_id IS NULL AND NOT %s", has_own)
            person = SQL("COALESCE(due.person_id, contact.id, due.id)")
        joins = SQL(
            """
            LEFT JOIN LATERAL (
                  SELECT p.id FROM res_partner p
                   WHERE p.commercial_partner_id = due.id AND p.id <> due.id AND p.active
                     AND p.care_do_not_call IS NOT TRUE AND %s
                   ORDER BY p.type = 'contact' DESC, p.id LIMIT 1
                 ) contact ON %s
            """,
            rule._get_any_address_sql(SQL("p")),
            wanted,
        )
        return joins, person

    def _get_timed_sql(self, part):
        joins, person = self._get_person_sql()
        return SQL(
            """
            timed AS MATERIALIZED (
                SELECT due.*, %(person)s AS person,
                       %(prefix)s || due.res_model || ',' || due.res_id || ':' || due.cause AS key,
                       CASE WHEN due.anchor IS NULL THEN 'none'
                            WHEN due.date_from > %(today)s THEN 'early'
                            WHEN due.date_until < %(today)s THEN 'late'
                            WHEN twin.id IS NOT NULL THEN 'done'
                       END AS own_code
                  FROM due
                  JOIN res_partner customer ON customer.id = due.id
                  LEFT JOIN customer_survey_request twin
                         ON twin.key = %(prefix)s || due.res_model || ',' || due.res_id || ':' || due.cause
                  %(joins)s
            )
            """,
            person=person,
            prefix=f"{self.rule_id.id}:",
            today=part.today,
            joins=joins,
        )

    def _get_gates_sql(self, part):
        """Ask the gate, for each channel, of those who are left; whoever has a problem is found among all customers."""
        rule = self.rule_id
        everybody = SQL("p.id IN (%s)", rule._get_customers_sql(part)) if rule.is_periodic else SQL("TRUE")
        goal = self.env["customer.consent.purpose"]._get_by_code("survey")
        left = SQL("p.id IN (SELECT person FROM timed WHERE own_code IS NULL)")
        return [
            SQL(
                "%s AS MATERIALIZED (%s)",
                SQL.identifier(f"gate_{channel}"),
                self.env["res.partner"]._care_gate_query(goal, channel, left, everybody=everybody),
            )
            for channel in rule._get_channels()
        ]

    def _get_reached_sql(self):
        """Choose the first channel that leads to the person; whom none reaches keeps the reason of the first."""
        channels = self.rule_id._get_channels()
        codes = [
            SQL(
                "COALESCE(%s.codes[1], CASE WHEN NOT %s THEN 'address' END)",
                SQL.identifier(f"gate_{channel}"),
                self.rule_id._get_address_sql(SQL("person"), channel),
            )
            for channel in channels
        ]
        chosen = SQL(" ").join(
            SQL("WHEN %s IS NULL THEN %s", code, channel)
            for code, channel in zip(codes, channels, strict=True)
        )
        gates = [SQL.identifier(f"gate_{channel}") for channel in channels]
        return SQL(
            """
            reached AS (
                SELECT timed.*, %(first)s.codes, %(code)s AS reach_code, CASE %(chosen)s END AS channel
                  FROM timed
                  JOIN res_partner person ON person.id = timed.person
                  %(joins)s
            )
            """,
            first=gates[0],
            code=codes[0],
            chosen=chosen,
            joins=SQL(" ").join(SQL("LEFT JOIN %s ON %s.id = timed.person", gate, gate) for gate in gates),
        )

    def _get_checked_sql(self, part, moment):
        rule = self.rule_id
        quiet = SQL("FALSE")
        twice = SQL("FALSE")
        if rule._get_quiet_period(part.company):
            day = part.company._care_get_day(moment)
            quiet_query = rule._get_quiet_sql(part.company, day, SQL("SELECT id FROM timed"))
            quiet = SQL("reached.id IN (%s)", quiet_query)
            # Of several documents of a customer one asks.
            twice = SQL("row_number() OVER (PARTITION BY id, code IS NULL ORDER BY anchor, res_id) > 1")
        return SQL(
            """
            coded AS (
                SELECT reached.*,
                       COALESCE(own_code, CASE WHEN channel IS NULL THEN reach_code END,
                                CASE WHEN NOT %(sample)s THEN 'sample' WHEN %(quiet)s THEN 'quiet' END) AS code
                  FROM reached
            ), checked AS (
                SELECT id, person, anchor, date_from, res_model, res_id, key, codes, channel,
                       CASE WHEN code IS NULL AND %(twice)s THEN 'quiet' ELSE code END AS code
                  FROM coded
            )
            """,
            sample=rule._get_sample_sql(SQL("id || ':' || res_model || ',' || res_id || ':' || cause")),
            quiet=quiet,
            twice=twice,
        )
