"""The next dates of many yearly days in two statements, whatever the number of rows."""

from odoo.tools import SQL

from .lunar import LunarDay, LunarRangeError, next_lunar

# Every day a lunar year can have, leap months included: 720 rows.
LUNAR_DAYS = [
    LunarDay(month, day, is_leap)
    for is_leap in (False, True)
    for month in range(1, 13)
    for day in range(1, 31)
]


def build_gregorian_update(table, date, lunar_key, next_date, today):
    """Return the UPDATE that renews the next dates of the Gregorian days that passed or have none.

    As ``lunar.next_gregorian``: adding years to 29 February gives 28 February in PostgreSQL too.
    """
    date, lunar_key, next_date = (SQL.identifier(name) for name in (date, lunar_key, next_date))
    years = SQL(
        "(GREATEST(%s, EXTRACT(YEAR FROM %s))::int - EXTRACT(YEAR FROM %s)::int)", today.year, date, date
    )
    kept = SQL("(%s + make_interval(years => %s))::date", date, years)
    following = SQL("(%s + make_interval(years => %s + 1))::date", date, years)
    value = SQL("CASE WHEN %s >= %s THEN %s ELSE %s END", kept, today, kept, following)
    return SQL(
        """
        UPDATE %(table)s SET %(next)s = %(value)s
         WHERE %(date)s IS NOT NULL AND COALESCE(%(key)s, 0) = 0
           AND (%(next)s IS NULL OR %(next)s < %(today)s)
        """,
        table=SQL.identifier(table),
        next=next_date,
        value=value,
        date=date,
        key=lunar_key,
        today=today,
    )


def build_lunar_update(table, lunar_key, next_date, today):
    """Return the UPDATE that renews the next dates of lunar days that passed or have none.

    :return: None when the tables of the lunar calendar end before the next dates
    """
    rows = []
    for lunar in LUNAR_DAYS:
        try:
            rows.append(SQL("(%s, %s::date)", lunar.key, next_lunar(lunar, today)))
        except LunarRangeError:
            continue
    if not rows:
        return None
    lunar_key, next_date = SQL.identifier(lunar_key), SQL.identifier(next_date)
    return SQL(
        """
        UPDATE %(table)s SET %(next)s = kept.date
          FROM (VALUES %(rows)s) kept (key, date)
         WHERE %(key)s = kept.key AND %(key)s > 0 AND (%(next)s IS NULL OR %(next)s < %(today)s)
        """,
        table=SQL.identifier(table),
        next=next_date,
        rows=SQL(", ").join(rows),
        key=lunar_key,
        today=today,
    )
