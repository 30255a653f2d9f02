"""Find out whether settings may be deleted."""


def find_used(records, uses):
    """Return those of ``records`` that other records name, as superuser: of whatever company, also archived.

    >>> find_used(teams, [("customer.callback.rule", "team_id"), ("customer.callback", "team_id")])

    :param uses: [(model, name of a many2one or many2many field)]
    """
    everything = records.sudo().with_context(active_test=False)
    used = everything.browse()
    for model, name in uses:
        groups = everything.env[model]._read_group([(name, "in", records.ids)], [name])
        used = used.union(*(record for (record,) in groups))
    return used & everything
