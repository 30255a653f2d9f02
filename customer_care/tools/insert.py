"""Insert rows into tables that only the program writes."""

from odoo.tools import SQL, split_every

ROWS_AT_ONCE = 1000


def insert(model, vals_list):
    """Insert rows in one statement and return them as records.

    For logs and stored results, written in passing with each document: the values go to the database as they
    are, with the checks of the fields' types and of the database, but without defaults, computed fields and
    overrides of ``create``. Rights are the caller's affair.

    >>> insert(env["customer.care.event"], [{"partner_id": 7, "kind": "note", "date": now}])

    :param model: an empty recordset, in whose environment the rows are made
    :param vals_list: dicts with the same keys: stored fields with a column
    """
    cr, uid = model.env.cr, model.env.uid
    ids = []
    for part in split_every(ROWS_AT_ONCE, vals_list):
        fields = [model._fields[name] for name in part[0]]
        logged = (uid, cr.now(), uid, cr.now())
        rows = [
            (*(field.convert_to_column_insert(vals[field.name], model, vals) for field in fields), *logged)
            for vals in part
        ]
        names = [*part[0], "create_uid", "create_date", "write_uid", "write_date"]
        cr.execute(
            SQL(
                "INSERT INTO %s (%s) VALUES %s RETURNING id",
                SQL.identifier(model._table),
                SQL(", ").join(map(SQL.identifier, names)),
                SQL(", ").join(rows),
            )
        )
        ids.extend(row[0] for row in cr.fetchall())
    return model.browse(ids)
