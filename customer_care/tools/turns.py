"""Have those who decide on the same documents at the same moment do so one after the other."""

from odoo.tools import SQL


def take_turns(records):
    """Let of several transactions that decide on the same records at once each see what the one before did.

    For a decision that rests on other rows than those it writes: a document is closed because nothing that belongs to
    it is open, while somebody else adds something to it. PostgreSQL lets both go through, as they write different
    rows. When both call this for the document, the second is begun anew by the server, after the first. A mere lock
    would not do: the second would get it, and still see the rows as they were before.

    >>> take_turns(measure.plan_id)

    :param records: records with ids, in any environment; nothing of them is changed
    """
    ids = sorted(id_ for id_ in records._ids if isinstance(id_, int))
    if ids:
        table = SQL.identifier(records._table)
        records.env.cr.execute(SQL("UPDATE %s SET id = id WHERE id IN %s", table, tuple(ids)))
