"""Figures of customers as SQL, without an ORM: what they are about, and what a row of purchases is worth.

A **scope** says of whom, when and in whose books. Who is either a list of customers or a range of their ids:

>>> from datetime import date
>>> scope = Scope(date=date(2026, 3, 31), ids=(7, 9))
>>> scope.limit(SQL("partner_id"))
SQL('(partner_id IN %s)', (7, 9))
>>> Scope(date(2026, 3, 31), first_id=1000, last_id=1999).limit(SQL("partner_id"))
SQL('(partner_id BETWEEN %s AND %s)', 1000, 1999)
>>> Scope(date(2026, 3, 31), ids=()).limit(SQL("partner_id"))
SQL('FALSE')
>>> Scope(date(2026, 3, 31)).limit(SQL("partner_id"))
SQL('TRUE')

No companies are all companies:

>>> scope.limit_company(SQL("company_id"))
SQL('TRUE')
>>> Scope(date(2026, 3, 31), company_ids=(1, 2)).limit_company(SQL("company_id"))
SQL('(company_id IN %s)', (1, 2))

The **window** of N months ends with the day of the scope and begins after the same day N months before, or
after the last day of that month; no months are all time:

>>> scope.get_start(12), scope.get_start(1), scope.get_start(0)
(datetime.date(2025, 3, 31), datetime.date(2026, 2, 28), None)
>>> scope.after(SQL("date"), 12)
SQL('(date > %s)', datetime.date(2025, 3, 31))
>>> scope.after(SQL("date"), 0)
SQL('TRUE')

A **purchase** is a row with an amount above zero; other rows are refunds: they lower amounts and are no
purchase. What is asked of one customer's purchases is an aggregate over the columns ``date`` and ``amount``:

>>> purchase_value("recency", scope, 0)
SQL('(%s::date - MAX(date) FILTER (WHERE amount > 0))', datetime.date(2026, 3, 31))
>>> sorted(PURCHASE_VALUES)[:4]
['amount', 'average_order', 'first_purchase', 'growth']
"""

from dataclasses import dataclass
from datetime import date as Date

from dateutil.relativedelta import relativedelta
from odoo.tools import SQL

# Mean length of a year of the Gregorian calendar, in days.
DAYS_OF_YEAR = 365.2425
TRUE = SQL("TRUE")
FALSE = SQL("FALSE")


@dataclass(frozen=True)
class Scope:
    """Of whom (``ids``, or ``first_id`` to ``last_id``, else all), up to which day, in whose books.

    :param date: the figures are those known at the end of this day
    :param company_ids: tuple; empty means all companies
    :param currency_id: of amounts; without it that of the first company
    :param has_amounts: whether amounts are compared; else they only tell a purchase from a refund, and need no rates
    :param since: the day after which the window begins, where it is not so many months before ``date``
    """

    date: Date
    company_ids: tuple = ()
    currency_id: int | None = None
    first_id: int | None = None
    last_id: int | None = None
    ids: tuple | None = None
    since: Date | None = None
    has_amounts: bool = True

    def limit(self, column):
        """Return the condition that ``column`` (SQL, id of a commercial partner) is in the scope."""
        if self.ids is not None:
            return SQL("(%s IN %s)", column, tuple(self.ids)) if self.ids else FALSE
        if self.first_id is None and self.last_id is None:
            return TRUE
        return SQL("(%s BETWEEN %s AND %s)", column, self.first_id or 0, self.last_id or 2**31 - 1)

    def limit_company(self, column):
        """Return the condition that ``column`` (SQL, id of a company) is in the scope."""
        return SQL("(%s IN %s)", column, tuple(self.company_ids)) if self.company_ids else TRUE

    def get_start(self, months):
        """Return the day after which a window of so many months begins, ``None`` for all time."""
        if not months:
            return None
        return self.since or self.date - relativedelta(months=months)

    def after(self, column, months):
        """Return the condition that ``column`` (SQL, a date) lies in the window; the rows end with it."""
        return SQL("(%s > %s)", column, self.get_start(months)) if months else TRUE


BOUGHT = SQL("COUNT(*) FILTER (WHERE amount > 0) > 0")
FIRST = SQL("MIN(date) FILTER (WHERE amount > 0)")
LAST = SQL("MAX(date) FILTER (WHERE amount > 0)")


def _in_window(scope, months):
    return scope.after(SQL("date"), months)


def _recency(scope, months):
    return SQL("(%s::date - %s)", scope.date, LAST)


def _first_purchase(scope, months):
    return SQL("(%s::date - %s)", scope.date, FIRST)


def _years(scope, months):
    return SQL("(%s / %s)", _first_purchase(scope, months), DAYS_OF_YEAR)


def _count(scope, months):
    return SQL("COUNT(*) FILTER (WHERE amount > 0 AND %s)", _in_window(scope, months))


def _sum(scope, months):
    return SQL("COALESCE(SUM(amount) FILTER (WHERE %s), 0)", _in_window(scope, months))


def _purchases(scope, months):
    return SQL("CASE WHEN %s THEN %s END", BOUGHT, _count(scope, months))


def _amount(scope, months):
    return SQL("CASE WHEN %s THEN %s END", BOUGHT, _sum(scope, months))


def _average_order(scope, months):
    return SQL("(%s / NULLIF(%s, 0))", _sum(scope, months), _count(scope, months))


def _growth(scope, months):
    """Percent by which the amount of the window is above that of the window before; unknown without one."""
    if not months:
        return SQL("NULL")
    before = SQL(
        "SUM(amount) FILTER (WHERE date > %s AND date <= %s)",
        scope.get_start(2 * months),
        scope.get_start(months),
    )
    return SQL("CASE WHEN %s > 0 THEN (%s / %s - 1) * 100 END", before, _sum(scope, months), before)


def _highest(scope, months):
    return SQL("MAX(amount) FILTER (WHERE amount > 0 AND %s)", _in_window(scope, months))


def _monthly(scope, months):
    """Amount of the window by month; of all time by the months since the first purchase, at least one."""
    if months:
        return SQL("CASE WHEN %s THEN %s / %s END", BOUGHT, _sum(scope, months), months)
    return SQL(
        "(%s / GREATEST(%s / %s, 1))", _sum(scope, months), _first_purchase(scope, months), DAYS_OF_YEAR / 12
    )


# {provider of a metric: function of (scope, months) that gives an aggregate}
PURCHASE_VALUES = {
    "recency": _recency,
    "first_purchase": _first_purchase,
    "years_with_us": _years,
    "purchases": _purchases,
    "amount": _amount,
    "average_order": _average_order,
    "growth": _growth,
    "highest_purchase": _highest,
    "monthly_purchase": _monthly,
}


def purchase_value(name, scope, months):
    """Return the aggregate (SQL over ``date`` and ``amount``) that is called ``name`` in PURCHASE_VALUES.

    All are unknown (NULL) for who never bought. Numeric amounts are added exactly, so that the order of rows
    does not matter.

    :param months: length of the window, 0 for all time
    """
    return PURCHASE_VALUES[name](scope, months)
