"""Days of moments that the database keeps in UTC."""

from odoo.tools import SQL


def get_day_sql(moment, zone):
    """Return the date in a time zone at a moment.

    >>> get_day_sql(SQL("done_datetime"), "Asia/Shanghai").code
    "(done_datetime AT TIME ZONE 'UTC' AT TIME ZONE %s)::date"

    :param moment: SQL of a timestamp in UTC
    :param zone: name of the time zone, or SQL that gives it
    """
    return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", moment, zone)
