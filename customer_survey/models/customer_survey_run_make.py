from collections import Counter

from odoo import models
from odoo.addons.customer_care.tools.days import get_day_sql
from odoo.addons.customer_care.tools.insert import add_defaults
from odoo.tools import SQL, split_every

# Invitations made by the ORM, where each gets questions of its own.
BATCH = 500


class CustomerSurveyRun(models.Model):
    """Make the requests and invitations of some candidates."""

    _inherit = "customer.survey.run"

    def _do_step(self):
        """Stop when the rule was archived, paused or broken meanwhile."""
        if not self.rule_id._is_at_work() or self.rule_id._get_problems():
            self._wait_for_row()
            self._end("cancelled")
            return False
        return super()._do_step()

    def _make(self, after, until, asks_gate=True):
        self.ensure_one()
        self.env.flush_all()
        rows = SQL("%s AND candidate.code IS NULL", self._get_slice_rows(after, until))
        counts, made = Counter(), 0
        for company, own in self._get_company_rows(rows):
            self.rule_id._lock_decision(
                company, SQL("SELECT customer_id FROM customer_survey_candidate candidate WHERE %s", own)
            )
            if asks_gate:
                counts += self._drop_changed(own, company)
            made += self._insert(own, company)
        self.env["customer.survey.request"].invalidate_model()
        self.env["survey.user_input"].invalidate_model()
        return {"count_new": made, "counts": dict(counts)}

    def _drop_changed(self, rows, company):
        """Leave out who may not be asked any more: since the run began somebody may have objected or been asked.

        :return: Counter of the reasons
        """
        rule = self.rule_id
        counts = Counter()
        for channel in rule._get_channels():
            counts += self._drop_blocked(SQL("%s AND candidate.channel = %s", rows, channel), channel)
        [(moment,)] = self.env.execute_query(
            SQL("SELECT MIN(send_datetime) FROM customer_survey_candidate candidate WHERE %s", rows)
        )
        day = moment and company._care_get_day(moment)
        if day and rule._get_quiet_period(company):
            customers = SQL("SELECT customer_id FROM customer_survey_candidate candidate WHERE %s", rows)
            quiet = self._query_many(rule._get_quiet_sql(company, day, customers))
            if quiet:
                ids = [row[0] for row in quiet]
                counts["quiet"] += self._drop(SQL("%s AND candidate.customer_id = ANY(%s)", rows, ids))
        room = rule._get_room(day) if day else None
        if room is not None:
            counts["quota"] += self._drop(
                SQL(
                    "candidate.id IN (SELECT id FROM customer_survey_candidate candidate WHERE %s"
                    " ORDER BY number OFFSET %s)",
                    rows,
                    room,
                )
            )
        return counts

    def _drop_blocked(self, rows, channel):
        """Leave out whom the gate does not let pass any more; return a Counter of the reasons."""
        gate = self.env["res.partner"]._care_gate_query(
            self.env["customer.consent.purpose"]._get_by_code("survey"),
            channel,
            SQL("p.id IN (SELECT partner_id FROM customer_survey_candidate candidate WHERE %s)", rows),
        )
        # In two steps: a DELETE joined with what was just filled is planned as if that were empty.
        blocked = {}
        for person_id, code in self._query_many(
            SQL("SELECT id, codes[1] FROM (%s) gate WHERE codes <> '{}'", gate)
        ):
            blocked.setdefault(code, []).append(person_id)
        return Counter(
            {
                code: self._drop(SQL("%s AND candidate.partner_id = ANY(%s)", rows, ids))
                for code, ids in blocked.items()
            }
        )

    def _drop(self, rows):
        self.env.cr.execute(SQL("DELETE FROM customer_survey_candidate candidate WHERE %s", rows))
        return self.env.cr.rowcount

    def _insert(self, rows, company):
        """Make requests, and invitations where nobody else did; return how many."""
        survey = self.rule_id.survey_id.sudo()
        if survey.questions_selection != "all":
            return self._insert_slowly(rows, company)
        columns = self._get_answer_columns(company)
        columns = add_defaults(self.env["survey.user_input"].with_user(self.user_id), columns)
        # The defaults are those of one record: each invitation has a link of its own.
        columns["access_token"] = SQL("gen_random_uuid()::text")
        questions = survey._prepare_user_input_predefined_questions()
        relation = self.env["survey.user_input"]._fields["predefined_question_ids"]
        ids = [
            row[0]
            for row in self.env.execute_query(
                SQL(
                    """
                    WITH made AS (%(requests)s), answer AS (
                        INSERT INTO survey_user_input (%(names)s)
                        SELECT %(values)s
                          FROM made
                          JOIN res_partner partner ON partner.id = made.partner_id
                          LEFT JOIN res_lang lang ON lang.code = partner.lang AND lang.code = ANY(%(langs)s)
                         ORDER BY %(order)s
                            ON CONFLICT DO NOTHING
                     RETURNING id
                    ), asked AS (
                        INSERT INTO %(relation)s (%(answer)s, %(question)s)
                        SELECT answer.id, question FROM answer CROSS JOIN unnest(%(questions)s::int[]) question
                    )
                    SELECT id FROM answer
                    """,
                    requests=self._get_requests_sql(rows, company),
                    names=SQL(", ").join(map(SQL.identifier, columns)),
                    values=SQL(", ").join(columns.values()),
                    # Numbers of anonymous invitations must not follow those of the requests.
                    order=SQL("random()") if survey.care_is_anonymous else SQL("made.id"),
                    langs=list(survey._get_supported_lang_codes()),
                    relation=SQL.identifier(relation.relation),
                    answer=SQL.identifier(relation.column1),
                    question=SQL.identifier(relation.column2),
                    questions=questions.ids,
                )
            )
        ]
        self._compute_others(ids, columns)
        return len(ids)

    def _insert_slowly(self, rows, company):
        """Let the ORM make the invitations: each has questions drawn for itself."""
        ids = [row[0] for row in self.env.execute_query(self._get_requests_sql(rows, company))]
        requests = self.env["customer.survey.request"].sudo()
        requests.invalidate_model()
        made = 0
        for part in split_every(BATCH, ids):
            vals_list = self.rule_id._prepare_answers_vals(requests.browse(part))
            made += len(self.env["survey.user_input"].sudo().create(vals_list))
        return made

    def _get_requests_sql(self, rows, company):
        """Return the INSERT of the requests, whose key leaves out who was asked; returns what invitations need."""
        now = SQL("now() AT TIME ZONE 'UTC'")
        user = SQL("%s::int", self.user_id.id)
        columns = {
            "key": SQL("candidate.key"),
            "rule_id": SQL("%s::int", self.rule_id.id),
            "run_id": SQL("%s::int", self.id),
            "partner_id": SQL("partner.id"),
            "commercial_partner_id": SQL("partner.commercial_partner_id"),
            "company_id": SQL("%s::int", company.id),
            "res_model": SQL("candidate.res_model"),
            "res_id": SQL("candidate.res_id"),
            "send_datetime": SQL("candidate.send_datetime"),
            "date_send": get_day_sql(SQL("candidate.send_datetime"), company._care_get_tz()),
            "channel": SQL("candidate.channel"),
            "outcome": SQL("'asked'"),
            "create_uid": user,
            "write_uid": user,
            "create_date": now,
            "write_date": now,
        }
        columns = add_defaults(self.env["customer.survey.request"].with_user(self.user_id), columns)
        return SQL(
            """
            INSERT INTO customer_survey_request (%s)
            SELECT %s FROM customer_survey_candidate candidate
              JOIN res_partner partner ON partner.id = candidate.partner_id AND partner.active
             WHERE %s ORDER BY candidate.number
                ON CONFLICT (key) DO NOTHING
         RETURNING id, key, partner_id, company_id, res_model, res_id, send_datetime, date_send, channel
            """,
            SQL(", ").join(map(SQL.identifier, columns)),
            SQL(", ").join(columns.values()),
            rows,
        )

    def _get_answer_columns(self, company):
        """Return ``{column: SQL}`` of an invitation over ``made`` (the request), ``partner`` and ``lang``.

        What ``_prepare_answer_vals`` is for single ones. Override to fill a stored field that ``create`` would compute
        slowly; defaults are filled, and other computed fields computed, anyway.
        """
        rule = self.rule_id
        survey = rule.survey_id.sudo()
        now = SQL("now() AT TIME ZONE 'UTC'")
        user = SQL("%s::int", self.user_id.id)
        deadline = SQL("NULL::timestamp")
        if rule.expiry_days:
            deadline = SQL(
                "(%(day)s + %(days)s + time '23:59:59') AT TIME ZONE %(zone)s AT TIME ZONE 'UTC'",
                day=get_day_sql(SQL("made.send_datetime"), company._care_get_tz()),
                zone=company._care_get_tz(),
                days=rule.expiry_days,
            )
        return {
            "survey_id": SQL("%s::int", survey.id),
            "partner_id": SQL("partner.id"),
            "email": SQL("partner.email"),
            "nickname": SQL("partner.name"),
            "lang_id": SQL("lang.id"),
            "deadline": deadline,
            "state": SQL("'new'"),
            "test_entry": SQL("FALSE"),
            "scoring_percentage": SQL("0"),
            "scoring_total": SQL("0"),
            "scoring_success": SQL("%s", survey.scoring_success_min <= 0),
            "care_rule_id": SQL("%s::int", rule.id),
            "care_company_id": SQL("made.company_id"),
            "care_res_model": SQL("made.res_model"),
            "care_res_id": SQL("made.res_id"),
            "care_key": SQL("made.key"),
            "care_send_datetime": SQL("made.send_datetime"),
            "care_send_date": SQL("made.date_send"),
            "care_channel": SQL("made.channel"),
            "create_uid": user,
            "write_uid": user,
            "create_date": now,
            "write_date": now,
        }

    def _compute_others(self, ids, columns):
        """Let the ORM compute what is stored and computed and not among the columns: fields of other addons."""
        Answer = self.env["survey.user_input"].sudo()
        others = [
            field
            for field in Answer._fields.values()
            if field.store and field.compute and field.column_type and field.name not in columns
        ]
        if others and ids:
            for field in others:
                self.env.add_to_compute(field, Answer.browse(ids))
            Answer.flush_model([field.name for field in others])

    def _end(self, state):
        result = super()._end(state)
        if self.count_new:
            moments = self.env.execute_query(
                SQL("SELECT DISTINCT send_datetime FROM customer_survey_request WHERE run_id = %s", self.id)
            )
            cron = self.env.ref("customer_survey.ir_cron_send_surveys").sudo()
            cron._trigger(at=[moment for (moment,) in moments])
        return result

    def _get_end_counts(self, slices):
        counts = Counter(self.counts or {})
        for part in slices:
            counts.update(part.counts or {})
        return dict(counts)
