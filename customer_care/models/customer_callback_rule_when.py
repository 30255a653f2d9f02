from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, time, timedelta

import pytz
from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.days import get_day_sql
from ..tools.figures import Scope
from ..tools.worktime import WorkTime, to_local

# A calendar without a working day for so long is taken as one that does not say.
LOOK_AHEAD = timedelta(days=90)


@dataclass(frozen=True)
class Part:
    """What a run of a rule does in one company: its day, and the day up to which callbacks are made."""

    company: object
    is_home: bool
    zone: str
    today: Date
    limit: Date


class CustomerCallbackRule(models.Model):
    """Which customers are due, and when: one SELECT for each trigger, a row for each customer.

    Its columns: ``id`` of the customer; ``anchor``, the day from which it is counted, NULL when there is nothing to
    count from; ``days`` counted; ``since``, what happened on that day; ``extra``, a text for the reason;
    ``date_from`` and ``date_until``, the window; ``cause``, which makes the key: there is one callback for each rule,
    customer and cause, ever.
    """

    _inherit = "customer.callback.rule"

    purchase_of = fields.Selection(
        [("first", "First purchase"), ("last", "Last purchase")],
        string="Counted from",
        default="first",
        required=True,
        help="The last purchase counts anew after each purchase.",
    )
    month_from = fields.Integer(
        string="From Month", default=4, help="The window opens so many months after it."
    )
    month_to = fields.Integer(string="To Month", default=6, help="The window closes so many months after it.")
    is_yearly = fields.Boolean(string="Every Year", help="The window opens again each year.")
    dormant_of = fields.Selection(
        [
            ("any", "Neither contact nor purchase"),
            ("contact", "No contact"),
            ("purchase", "No purchase"),
        ],
        string="Dormant Means",
        default="any",
        required=True,
        help="No purchase: only customers who have bought before. Otherwise those never contacted count from the day "
        "they came into the archive.",
    )
    dormant_days = fields.Integer(string="For Days", default=180)
    repeat_days = fields.Integer(
        string="Again after Days",
        help="So many days after the rule's last call to the customer. 0: only once.",
    )
    horizon_days = fields.Integer(
        string="Plan Ahead", default=30, help="Callbacks are made so many days before they are due."
    )
    window_days = fields.Integer(
        string="Days to Call", help="The call makes sense for so many days from the planned day. 0: no limit."
    )

    _check_months = models.Constraint(
        "CHECK(trigger <> 'purchase' OR (month_from >= 0 AND month_to > month_from AND month_to <= 1200))",
        "The window after a purchase ends after it begins, and begins after no less than 0 months.",
    )
    _check_yearly = models.Constraint(
        "CHECK(trigger <> 'purchase' OR NOT is_yearly OR month_to - month_from <= 12)",
        "A window that comes every year cannot be longer than a year.",
    )
    _check_dormant_days = models.Constraint(
        "CHECK(dormant_days BETWEEN 1 AND 3650)", "The days without contact go from 1 to 3650."
    )
    _check_repeat_days = models.Constraint(
        "CHECK(repeat_days BETWEEN 0 AND 3650)", "The days until the next call go from 0 to 3650."
    )
    _check_horizon_days = models.Constraint(
        "CHECK(horizon_days BETWEEN 0 AND 366)", "Callbacks are planned 0 to 366 days ahead."
    )
    _check_window_days = models.Constraint(
        "CHECK(window_days BETWEEN 0 AND 3650)", "The days to call go from 0 to 3650."
    )

    # Days

    def _get_calendar_and_zone(self, company):
        calendar = self.team_id._care_calendar(company)
        return calendar, calendar.tz or company._care_get_tz()

    def _get_today(self, company):
        """Return the present day where the company's customer care works."""
        zone = pytz.timezone(self._get_calendar_and_zone(company)[1])
        return to_local(fields.Datetime.now(), zone).date()

    def _get_date_planned(self, company, days):
        """Return the local date ``days`` after today, in working days if the rule says so.

        An empty rule counts working days of the company's customer care.
        """
        calendar, tz = self._get_calendar_and_zone(company)
        zone = pytz.timezone(tz)
        now = fields.Datetime.now()
        worktime = WorkTime.ALWAYS
        if self.is_working_days or not self:
            worktime = calendar.with_company(company)._care_worktime(
                now - timedelta(days=1), now + timedelta(days=60 + 3 * days)
            )
        end = worktime.day_after(now, days, zone) or WorkTime.ALWAYS.day_after(now, days, zone)
        # The end of a day without end of work is the next midnight.
        return to_local(end - timedelta(microseconds=1), zone).date()

    def _get_date_deadline(self, date_planned):
        return date_planned + timedelta(days=self.window_days) if self.window_days else False

    def _get_working_days(self, company, first, last):
        """Return ``{day: the day itself or the next with work}`` for each day from ``first`` to ``last``.

        Asked once for a run: the calendar of the rule's team, else of the company, public holidays left out.
        """
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        if not self.is_working_days:
            return {day: day for day in days}
        calendar, tz = self._get_calendar_and_zone(company)
        end = last + LOOK_AHEAD
        worktime = calendar.with_company(company)._care_worktime(
            datetime.combine(first - timedelta(days=1), time.min), datetime.combine(end, time.min)
        )
        working = worktime.days(first, tz)
        found, following = {}, next(working, None)
        for day in days:
            while following and following < day:
                following = next(working, None)
            found[day] = following or day
        return found

    def _get_parts(self):
        """Return the ``Part`` of each company that the rule (singleton) serves.

        Customers of no company are served in the rule's company; where it has none, in the team's, else in the first.
        """
        self.ensure_one()
        companies = self.company_id.sudo() or self.env["res.company"].sudo().search(Domain.TRUE, order="id")
        home = self.company_id or self.team_id.company_id or companies[:1]
        parts = []
        for company in companies:
            today = self._get_today(company)
            parts.append(
                Part(
                    company=company,
                    is_home=company == home,
                    zone=self._get_calendar_and_zone(company)[1],
                    today=today,
                    limit=today + timedelta(days=self.horizon_days),
                )
            )
        return parts

    # Who is due

    def _get_due_sql(self, part):
        """Return the SELECT of the trigger, see above. Addons with a periodic trigger add ``_get_due_<trigger>``."""
        return getattr(self, f"_get_due_{self.trigger}")(part, self._get_customers_sql(part))

    def _get_due_purchase(self, part, customers):
        """The window opens after so many months, at the last day of a month that has no such day."""
        scope = Scope(date=part.today, company_ids=tuple(self.company_id.ids), has_amounts=False)
        purchases = SQL(" UNION ALL ").join(self.env["customer.metric"].sudo()._get_purchase_parts(scope))
        # The year in which the window last opened: it is that of the limit, or the one before.
        count = SQL(
            """
            CASE WHEN anchor + make_interval(months => %(from)s + 12 * years) <= %(limit)s THEN years ELSE years - 1 END
            """,
            **{"from": self.month_from, "limit": part.limit},
        )
        years = SQL(
            "EXTRACT(YEAR FROM %s::date)::int - EXTRACT(YEAR FROM anchor + make_interval(months => %s))::int",
            part.limit,
            self.month_from,
        )
        return SQL(
            """
            SELECT id, anchor, 12 * times AS days, 'purchase' AS since, NULL AS extra,
                   (anchor + make_interval(months => %(from)s + 12 * times))::date AS date_from,
                   (anchor + make_interval(months => %(to)s + 12 * times))::date AS date_until,
                   %(cause)s || times AS cause
              FROM (SELECT id, anchor, CASE WHEN %(yearly)s THEN GREATEST(%(count)s, 0) ELSE 0 END AS times
                      FROM (SELECT customer.id, bought.anchor, %(years)s AS years
                              FROM (%(customers)s) customer
                              LEFT JOIN (SELECT partner_id, %(edge)s(date) AS anchor FROM (%(purchases)s) row
                                          WHERE amount > 0 GROUP BY partner_id
                                        ) bought ON bought.partner_id = customer.id
                           ) counted
                   ) placed
            """,
            **{
                "from": self.month_from,
                "to": self.month_to,
                "yearly": self.is_yearly,
                "count": count,
                "years": years,
                "customers": customers,
                "purchases": purchases,
                "edge": SQL("MIN") if self.purchase_of == "first" else SQL("MAX"),
                # There is but one first purchase, even when an older one is found later.
                "cause": SQL("'first:'") if self.purchase_of == "first" else SQL("'last:' || anchor || ':'"),
            },
        )

    def _get_due_frequency(self, part, customers):
        """So many days after the last contact, or the day of the grade, or a call of the rule that failed."""
        return SQL(
            """
            SELECT customer.id, found.anchor, grade.contact_interval_days AS days, found.since, grade.code AS extra,
                   found.anchor + grade.contact_interval_days AS date_from, NULL::date AS date_until,
                   found.anchor || ':' || COALESCE(try.count, 0) AS cause
              FROM (%(customers)s) customer
              JOIN res_partner partner ON partner.id = customer.id
              LEFT JOIN customer_grade grade ON grade.id = partner.care_grade_id AND grade.contact_interval_days > 0
              LEFT JOIN (%(contacts)s) contact ON contact.id = customer.id
              LEFT JOIN (%(tries)s) try ON try.id = customer.id
              LEFT JOIN LATERAL (
                    SELECT GREATEST(COALESCE(contact.day, partner.care_grade_date, partner.create_date::date), try.day)
                           AS anchor,
                           CASE WHEN try.day > COALESCE(contact.day, '-infinity') THEN 'call'
                                WHEN contact.day IS NOT NULL THEN 'contact' ELSE 'grade' END AS since
                   ) found ON grade.id IS NOT NULL
            """,
            customers=customers,
            contacts=self._get_contacts_sql(part),
            tries=self._get_tries_sql(part),
        )

    def _get_due_dormant(self, part, customers):
        """So many days after the last sign of life, or after the rule's last call that brought none."""
        scope = Scope(date=part.today, company_ids=tuple(self.company_id.ids), has_amounts=False)
        purchases = SQL(" UNION ALL ").join(self.env["customer.metric"].sudo()._get_purchase_parts(scope))
        contact, bought = SQL("contact.day"), SQL("bought.day")
        sign = {
            "any": SQL("COALESCE(GREATEST(%s, %s), partner.create_date::date)", contact, bought),
            "contact": SQL("COALESCE(%s, partner.create_date::date)", contact),
            "purchase": bought,
        }[self.dormant_of]
        return SQL(
            """
            SELECT customer.id, found.anchor, %(days)s AS days, found.since, NULL AS extra,
                   found.anchor + %(days)s AS date_from, NULL::date AS date_until,
                   found.anchor || ':' || COALESCE(try.count, 0) AS cause
              FROM (%(customers)s) customer
              JOIN res_partner partner ON partner.id = customer.id
              LEFT JOIN (%(contacts)s) contact ON contact.id = customer.id
              LEFT JOIN (SELECT partner_id AS id, MAX(date) AS day FROM (%(purchases)s) row
                          WHERE amount > 0 GROUP BY partner_id) bought ON bought.id = customer.id
              LEFT JOIN (%(tries)s) try ON try.id = customer.id
              CROSS JOIN LATERAL (SELECT %(sign)s AS day) sign
              CROSS JOIN LATERAL (
                    SELECT CASE WHEN sign.day IS NOT NULL THEN GREATEST(sign.day, try.day) END AS anchor,
                           CASE WHEN try.day > sign.day THEN 'call' WHEN sign.day = bought.day THEN 'purchase'
                                WHEN sign.day = contact.day THEN 'contact' ELSE 'record' END AS since
                   ) found
            """,
            days=self.dormant_days,
            customers=customers,
            contacts=self._get_contacts_sql(part),
            purchases=purchases,
            tries=self._get_tries_sql(part),
            sign=sign,
        )

    def _get_due_filter(self, part, customers):
        """Now; again so many days after the rule's last call."""
        return SQL(
            """
            SELECT customer.id, COALESCE(try.day, %(today)s) AS anchor, %(days)s AS days,
                   CASE WHEN try.day IS NOT NULL THEN 'call' END AS since, NULL AS extra,
                   COALESCE(try.day + %(days)s, %(begin)s) AS date_from, NULL::date AS date_until,
                   COALESCE(try.count, 0)::text AS cause
              FROM (%(customers)s) customer
              LEFT JOIN (%(tries)s) try ON try.id = customer.id AND %(days)s > 0
            """,
            customers=customers,
            tries=self._get_tries_sql(part),
            today=part.today,
            begin=self._get_date_planned(part.company, self.delay_days) if self.delay_days else part.today,
            days=self.repeat_days,
        )

    def _get_contacts_sql(self, part):
        """Return the SELECT of ``id, day``: the last contact of each customer, as a local day."""
        self.env["customer.contact.log"].flush_model(["commercial_partner_id", "date_start", "is_counted"])
        return SQL(
            """
            SELECT commercial_partner_id AS id, %s AS day
              FROM customer_contact_log WHERE is_counted
             GROUP BY commercial_partner_id
            """,
            get_day_sql(SQL("MAX(date_start)"), part.zone),
        )

    def _get_tries_sql(self, part):
        """Return the SELECT of ``id, day, count``: when the rule's last call to each customer ended, however it did.

        The number makes a cause of each call, also of several on one day.
        """
        self.env["customer.callback"].flush_model()
        return SQL(
            """
            SELECT commercial_partner_id AS id, %s AS day, COUNT(*) AS count
              FROM customer_callback
             WHERE rule_id = %s AND state <> 'planned' AND key IS NOT NULL
             GROUP BY commercial_partner_id
            """,
            get_day_sql(SQL("MAX(done_datetime)"), part.zone),
            self.id,
        )
