"""Insert rows into tables that only the program writes."""

import functools

from odoo.tools import SQL, split_every

ROWS_AT_ONCE = 1000


def insert(model, vals_list, skip_taken=False):
    """Insert rows in one statement and return them as records.

    For logs and stored results, written in passing with each document: the values go to the database as they
    are, with the checks of the fields' types and of the database, but without defaults, computed fields and
    overrides of ``create``. Rights are the caller's affair.

    >>> insert(env["customer.care.event"], [{"partner_id": 7, "kind": "note", "date": now}])

    :param model: an empty recordset of a model with ``_log_access = False``
    :param vals_list: dicts with the same keys: stored fields with a column
    :param skip_taken: leave out rows of which a unique key is taken, instead of failing
    """
    cr = model.env.cr
    ids = []
    for part in split_every(ROWS_AT_ONCE, vals_list):
        fields = [model._fields[name] for name in part[0]]
        rows = [
            tuple(field.convert_to_column_insert(vals[field.name], model, vals) for field in fields)
            for vals in part
        ]
        head, tail = _get_statement(model._table, tuple(part[0]), skip_taken)
        cr.execute(f"{head} {', '.join(['%s'] * len(rows))} {tail}", rows)
        ids.extend(row[0] for row in cr.fetchall())
    return model.browse(ids)


@functools.lru_cache
def _get_statement(table, names, skip_taken):
    """Return what stands before and after the rows: quoting each name again costs as much as the conversion."""
    columns = SQL(", ").join(map(SQL.identifier, names))
    head = SQL("INSERT INTO %s (%s) VALUES", SQL.identifier(table), columns)
    return head.code, f"{'ON CONFLICT DO NOTHING' if skip_taken else ''} RETURNING id"


def add_defaults(model, columns):
    """Return ``{column: SQL}`` of a new row, completed by the defaults of the stored fields that are not given.

    For ``INSERT .. SELECT`` into a table with fields that other addons may add.

    :param model: the empty recordset, with the user and the context of the defaults
    """
    model = model.sudo()
    missing = [name for name, field in model._fields.items() if field.store and field.column_type]
    missing = [name for name in missing if name not in columns and name != "id"]
    values = model.default_get(missing)
    defaults = {
        name: SQL("%s", model._fields[name].convert_to_column_insert(value, model))
        for name, value in values.items()
    }
    return {**defaults, **columns}
