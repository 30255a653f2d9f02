from datetime import timedelta

from odoo import models
from odoo.addons.customer_care.tools.days import get_day_sql
from odoo.addons.customer_care.tools.figures import Scope
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

# Nobody is asked about what happened longer ago, nor on an anniversary after it.
LATE_DAYS = 30
# A preview of a rule that waits for something shows what happened within so many days.
PREVIEW_DAYS = 30


class CustomerSurveyRule(models.Model):
    """Whom a rule looks at, and when they are due: one SELECT for each trigger.

    Its columns: ``id`` of the customer; ``person_id``, the contact of the document, or NULL; ``anchor``, the day from
    which it is counted, NULL when there is nothing to count from; ``date_from`` and ``date_until``, when it makes
    sense to ask; ``res_model`` and ``res_id``, what it is about; ``cause``, which with them makes the key.
    """

    _inherit = "customer.survey.rule"

    def _get_due_sql(self, part):
        """Return the SELECT of the trigger, see above. Addons with a periodic trigger add ``_get_due_<trigger>``."""
        if self.trigger in self._get_trigger_documents():
            return self._get_due_documents(part)
        return getattr(self, f"_get_due_{self.trigger}")(part, self._get_customers_sql(part))

    def _get_due_purchase(self, part, customers):
        """So many days after the last or the first purchase."""
        edge = SQL("MIN") if self.purchase_of == "first" else SQL("MAX")
        earliest = part.today - timedelta(days=LATE_DAYS + 3 * self.delay_days)
        days = self._get_due_days(part.company, earliest, part.today)
        return SQL(
            """
            SELECT customer.id, NULL::int AS person_id, bought.anchor,
                   COALESCE(calendar.due, bought.anchor + %(delay)s) AS date_from,
                   COALESCE(calendar.due, bought.anchor + %(delay)s) + %(late)s AS date_until,
                   'res.partner' AS res_model, customer.id AS res_id,
                   %(cause)s AS cause
              FROM (%(customers)s) customer
              LEFT JOIN (%(bought)s) bought ON bought.id = customer.id
              LEFT JOIN unnest(%(days)s::date[], %(due)s::date[]) AS calendar (day, due) ON calendar.day = bought.anchor
            """,
            delay=self.delay_days,
            late=LATE_DAYS,
            cause=SQL("'first'") if self.purchase_of == "first" else SQL("bought.anchor::text"),
            customers=customers,
            bought=self._get_purchases_sql(part, edge),
            days=list(days),
            due=list(days.values()),
        )

    def _get_due_grade(self, part, customers):
        """So many months after the rule's last request, by grade; at once where there is none."""
        return SQL(
            """
            SELECT customer.id, NULL::int AS person_id,
                   CASE WHEN line.months IS NOT NULL THEN COALESCE(last.day, %(today)s) END AS anchor,
                   COALESCE((last.day + make_interval(months => line.months))::date, %(today)s) AS date_from,
                   NULL::date AS date_until, 'res.partner' AS res_model, customer.id AS res_id,
                   COALESCE(last.count, 0)::text AS cause
              FROM (%(customers)s) customer
              JOIN res_partner partner ON partner.id = customer.id
              LEFT JOIN customer_survey_rule_grade line
                     ON line.rule_id = %(rule)s AND line.grade_id = partner.care_grade_id
              LEFT JOIN (%(last)s) last ON last.id = customer.id
            """,
            today=part.today,
            customers=customers,
            rule=self.id,
            last=self._get_last_sql(),
        )

    def _get_due_filter(self, part, customers):
        """Now and again so many months after the rule's last request, or on the anniversary of each year."""
        if self.is_anniversary:
            return self._get_due_anniversary(part, customers)
        return SQL(
            """
            SELECT customer.id, NULL::int AS person_id, COALESCE(last.day, %(today)s) AS anchor,
                   CASE WHEN last.day IS NULL THEN %(today)s
                        ELSE (last.day + make_interval(months => %(months)s))::date END AS date_from,
                   NULL::date AS date_until, 'res.partner' AS res_model, customer.id AS res_id,
                   COALESCE(last.count, 0)::text AS cause
              FROM (%(customers)s) customer
              LEFT JOIN (%(last)s) last ON last.id = customer.id AND %(months)s > 0
            """,
            today=part.today,
            months=self.interval_months,
            customers=customers,
            last=self._get_last_sql(),
        )

    def _get_due_anniversary(self, part, customers):
        return SQL(
            """
            SELECT id, NULL::int AS person_id, anchor,
                   (anchor + make_interval(years => GREATEST(years, 1)))::date AS date_from,
                   (anchor + make_interval(years => GREATEST(years, 1)))::date + %(late)s AS date_until,
                   'res.partner' AS res_model, id AS res_id, 'year:' || GREATEST(years, 1) AS cause
              FROM (SELECT customer.id, found.anchor,
                           EXTRACT(YEAR FROM age(%(today)s::date, found.anchor))::int AS years
                      FROM (%(customers)s) customer
                      JOIN res_partner partner ON partner.id = customer.id
                      LEFT JOIN (%(bought)s) bought ON bought.id = customer.id
                      CROSS JOIN LATERAL (SELECT COALESCE(bought.anchor, %(created)s) AS anchor) found
                   ) counted
            """,
            late=LATE_DAYS,
            today=part.today,
            created=get_day_sql(SQL("partner.create_date"), part.company._care_get_tz()),
            customers=customers,
            bought=self._get_purchases_sql(part, SQL("MIN")),
        )

    def _get_purchases_sql(self, part, edge):
        """Return the SELECT of ``id, anchor``: the first or last purchase of each customer."""
        scope = Scope(date=part.today, company_ids=tuple(self.company_id.ids), has_amounts=False)
        purchases = SQL(" UNION ALL ").join(self.env["customer.metric"].sudo()._get_purchase_parts(scope))
        return SQL(
            "SELECT partner_id AS id, %s(date) AS anchor FROM (%s) row WHERE amount > 0 GROUP BY partner_id",
            edge,
            purchases,
        )

    def _get_last_sql(self):
        """Return the SELECT of ``id, day, count``: the requests of the rule to each customer, however they ended."""
        self.env["customer.survey.request"].flush_model()
        return SQL(
            "SELECT commercial_partner_id AS id, MAX(date_send) AS day, COUNT(*) AS count"
            " FROM customer_survey_request WHERE rule_id = %s GROUP BY commercial_partner_id",
            self.id,
        )

    def _get_due_documents(self, part):
        """What happened of late, for the preview of a rule that waits for it.

        :raises UserError: the filter of the documents cannot be used any more
        """
        name, date_field, domain = self._get_trigger_documents()[self.trigger]
        Model = self.env[name].sudo().with_context(active_test=False, lang=None)
        since = part.today - timedelta(days=PREVIEW_DAYS)
        try:
            query = Model._search(
                domain & self._get_document_domain() & Domain(date_field, ">=", since), order=None
            )
            documents = query.select()
        except Exception as error:
            raise UserError(
                self.env._(
                    "The filter of rule %(rule)s cannot be used: %(error)s",
                    rule=self.name,
                    error=str(error).split("\n")[0],
                )
            ) from error
        anchor = SQL("document.%s", SQL.identifier(date_field))
        if Model._fields[date_field].type == "datetime":
            anchor = get_day_sql(anchor, part.company._care_get_tz())
        companies = [SQL("partner.company_id")]
        if "company_id" in Model._fields:
            companies.insert(0, SQL("document.company_id"))
        return SQL(
            """
            SELECT partner.commercial_partner_id AS id, partner.id AS person_id, %(anchor)s AS anchor,
                   %(today)s AS date_from, NULL::date AS date_until, %(model)s AS res_model, document.id AS res_id,
                   'preview' AS cause
              FROM %(table)s document
              JOIN res_partner partner ON partner.id = document.%(partner)s
             WHERE document.id IN (%(documents)s) AND COALESCE(%(companies)s, %(home)s) = %(company)s
               AND partner.commercial_partner_id IN (%(customers)s)
            """,
            anchor=anchor,
            today=part.today,
            model=name,
            table=SQL.identifier(Model._table),
            partner=SQL.identifier(Model._care_partner_field),
            documents=documents,
            companies=SQL(", ").join(companies),
            home=part.company.id if part.is_home else None,
            company=part.company.id,
            customers=self._get_customer_query(Domain.TRUE).select(),
        )
