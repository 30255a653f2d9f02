"""Texts that documents keep as they were."""

from odoo.tools import SQL


def keep_texts(records, name, link):
    """Give the records the text ``name`` of what ``link`` leads to as it is now, in all its languages.

    What is only written down, ``{"name": rule.name}``, would be in the language of who did it for all readers.

    >>> keep_texts(lines, "name", "rule_id")

    :param name: a translated field of both models
    :param link: many2one; records without it keep the text they have
    """
    model = records.browse()
    source = model[link]
    records.flush_recordset([name, link])
    source.flush_model([name])
    model.env.cr.execute(
        SQL(
            "UPDATE %(table)s kept SET %(name)s = source.%(name)s"
            " FROM %(source)s source WHERE source.id = kept.%(link)s AND kept.id = ANY(%(ids)s)",
            table=SQL.identifier(model._table),
            source=SQL.identifier(source._table),
            name=SQL.identifier(name),
            link=SQL.identifier(link),
            ids=records.ids,
        )
    )
    records.invalidate_recordset([name], flush=False)
