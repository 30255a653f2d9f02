import logging

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, split_every
from psycopg2 import DataError

from ..tools import holidays

_logger = logging.getLogger(__name__)

# Planned at once; each batch is a transaction of the nightly job.
ROWS_AT_ONCE = 10000
# Whose consent is asked at once.
GATE_AT_ONCE = 2000
# Twice within this time is the same year's day by another calendar.
SAME_DAYS = 180
PLANNED_DAYS = 60


class CustomerCareOccasion(models.Model):
    """Plan the greetings of the coming weeks: one row for each person, occasion and year.

    One INSERT .. SELECT for each occasion and batch; the unique key makes a second run, or a second worker, add
    nothing. A year is that of the calendar by which the day comes back, so that a lunar day that falls twice into one
    Gregorian year is kept twice.
    """

    _inherit = "customer.care.occasion"

    def action_plan(self):
        """Plan the greetings of the coming weeks now; for administrators of the customer care.

        :raises AccessError: without the right to change occasions
        """
        self.check_access("write")
        for occasion in self.filtered("is_on"):
            occasion.sudo()._plan_all(lambda: None)
        return True

    @api.model
    def _cron_plan(self):
        """Plan for all occasions that are switched on, ask the gate anew, and tell the specialists."""
        cron = self.env["ir.cron"]
        for occasion in self.search([("is_on", "=", True)]):
            try:
                occasion._plan_all(cron._commit_progress)
            except (ValidationError, DataError) as error:
                # Its form says so too; the other occasions are kept.
                self.env.cr.rollback()
                _logger.warning("Occasion %s was not planned: %s", occasion.id, error)
        self.env["customer.care.greeting"]._notify_key_customers()
        cron._commit_progress(1)

    def _plan_all(self, commit):
        """Plan one occasion in batches (singleton).

        :param commit: called after each batch
        """
        self.ensure_one()
        today = fields.Date.today()
        end = fields.Date.add(today, days=PLANNED_DAYS + self.days_before)
        while True:
            count = self._plan_batch(today, end)
            commit()
            if count < ROWS_AT_ONCE:
                break
        greetings = self.env["customer.care.greeting"].sudo()
        domain = [
            ("occasion_id", "=", self.id),
            ("date", ">=", today),
            "|",
            ("state", "=", "planned"),
            ("is_blocked", "=", True),
        ]
        for ids in split_every(GATE_AT_ONCE, greetings.search(domain, order="id").ids):
            greetings.browse(ids)._ask_gate()
            commit()

    def _plan_batch(self, begin, end):
        """Insert up to ``ROWS_AT_ONCE`` missing greetings from ``begin`` to ``end``; return how many (singleton)."""
        self.ensure_one()
        days = self._get_day_query(begin, end)
        if not days:
            return 0
        self.env.flush_all()
        Partner = self.env["res.partner"].sudo().with_context(active_test=False)
        query = Partner._search(self._get_partner_domain(), bypass_access=True)
        now = self.env.cr.now()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO customer_care_greeting
                    (occasion_id, partner_id, commercial_partner_id, company_id, user_id, anniversary_id, channel,
                     date, date_action, year, state, is_blocked, create_uid, write_uid, create_date, write_date)
                SELECT %(occasion)s, p.id, p.commercial_partner_id, %(company)s,
                       COALESCE(p.care_user_id, c.care_user_id), days.anniversary_id, %(channel)s,
                       days.date, days.date - %(before)s, days.year, 'planned', FALSE,
                       %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM (%(days)s) days (partner_id, anniversary_id, date, year)
                  JOIN res_partner p ON %(join)s
                  LEFT JOIN res_partner c ON c.id = p.commercial_partner_id
                 WHERE p.id IN (%(partners)s)
                   AND NOT EXISTS (
                        SELECT FROM customer_care_greeting known
                         WHERE known.occasion_id = %(occasion)s AND known.partner_id = p.id
                           AND COALESCE(known.anniversary_id, 0) = COALESCE(days.anniversary_id, 0)
                           AND known.date BETWEEN days.date - %(same)s AND days.date + %(same)s)
                 ORDER BY p.id
                 LIMIT %(limit)s
                ON CONFLICT DO NOTHING
                RETURNING id
                """,
                occasion=self.id,
                company=self.company_id.id,
                channel=self.channel,
                before=self.days_before,
                uid=self.env.uid,
                now=now,
                days=days,
                join=SQL("TRUE") if self.kind == "holiday" else SQL("p.id = days.partner_id"),
                partners=query.subselect(),
                same=SAME_DAYS,
                limit=ROWS_AT_ONCE,
            )
        )
        self.env["customer.care.greeting"].invalidate_model()
        return len(rows)

    def _get_day_query(self, begin, end):
        """Return SQL of (partner, anniversary, date, year); without partner: for all of them. None: no day."""
        self.ensure_one()
        if self.kind == "birthday":
            return SQL(
                "SELECT id, NULL::int, care_next_birthday, %s FROM res_partner"
                " WHERE care_next_birthday BETWEEN %s AND %s",
                self._get_year_sql(SQL("care_next_birthday"), SQL("care_birthday_calendar"), begin, end),
                begin,
                end,
            )
        if self.kind == "anniversary":
            return SQL(
                "SELECT partner_id, id, next_date, %s FROM customer_anniversary"
                " WHERE active AND next_date BETWEEN %s AND %s AND %s",
                self._get_year_sql(SQL("next_date"), SQL("calendar"), begin, end),
                begin,
                end,
                SQL("kind = %s", self.anniversary_kind)
                if self.anniversary_kind
                else SQL("kind != 'memorial'"),
            )
        rows = [
            SQL("(NULL::int, NULL::int, %s::date, %s)", day, year) for day, year in self._get_days(begin, end)
        ]
        return SQL("VALUES %s", SQL(", ").join(rows)) if rows else None

    @api.model
    def _get_year_sql(self, date, calendar, begin, end):
        """Return SQL of the year of a day: the lunar one of lunar days, before New Year the year before."""
        new_years = holidays.get_days(
            "lunar", 1, 1, begin.replace(month=1, day=1), end.replace(month=12, day=31)
        )
        cases = [
            SQL(
                "WHEN EXTRACT(YEAR FROM %s) = %s AND %s < %s::date THEN %s",
                date,
                day.year,
                date,
                day,
                year - 1,
            )
            for day, year in new_years
        ]
        year = SQL("EXTRACT(YEAR FROM %s)::int", date)
        if not cases:
            return year
        lunar_year = SQL("CASE %s ELSE %s END", SQL(" ").join(cases), year)
        return SQL("CASE WHEN %s = 'lunar' THEN %s ELSE %s END", calendar, lunar_year, year)
