"""Many customers with many purchases, made by SQL; for benchmarks of grading.

>>> customers = fill_customers(env, 100_000)
>>> fill_transactions(env, customers, 1_000_000)
"""


def fill_customers(env, count, name="Grading", mailbox="grading"):
    """Create so many customers, every second a company; return (first id, last id), which are without gaps.

    Their addresses are the mailbox with a number.

    All are copies of one that Odoo made, so that columns of whatever addon are filled. Nothing else must
    create partners meanwhile.
    """
    model = env["res.partner"].create({"name": f"{name} 0"})
    env.flush_all()
    own = {
        "id": "nextval('res_partner_id_seq')",
        "name": "%(name)s || ' ' || n",
        "complete_name": "%(name)s || ' ' || n",
        "email": "%(mailbox)s || n || '@bench.example'",
        "email_normalized": "%(mailbox)s || n || '@bench.example'",
        "is_company": "n %% 2 = 0",
        "commercial_partner_id": "currval('res_partner_id_seq')",
    }
    env.cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'res_partner'")
    columns = [row[0] for row in env.cr.fetchall()]
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(own.get(column, f'model."{column}"') for column in columns)
    env.cr.execute(
        f"""
        INSERT INTO res_partner ({names})
        SELECT {values} FROM generate_series(1, %(count)s) n, res_partner model WHERE model.id = %(model)s
        """,
        {"name": name, "mailbox": mailbox, "count": count, "model": model.id},
    )
    env.cr.execute("SELECT currval('res_partner_id_seq')")
    last = env.cr.fetchone()[0]
    env.invalidate_all()
    return last - count + 1, last


def fill_transactions(env, customers, count, last_day="2026-03-31", years=3):
    """Create so many purchases of the current company, the same in each run.

    One customer in 20 buys nothing, a few buy much; one row in 25 is a refund; days are spread over ``years``
    before ``last_day``.

    :param customers: (first id, last id), without gaps
    """
    first, last = customers
    company = env.company
    # Five foreign keys of a million rows take longer than all the rest; the rows are known to be good.
    env.cr.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    is_superuser = env.cr.fetchone()[0]
    if is_superuser:
        env.cr.execute("SET LOCAL session_replication_role = replica")
    env.cr.execute(
        """
        INSERT INTO customer_transaction
            (partner_id, commercial_partner_id, date, amount, currency_id, company_id, amount_company,
             reference, create_date, write_date, create_uid, write_uid)
        SELECT partner, partner, %(last_day)s::date - (n * 7919 %% (%(years)s * 365))::int, amount,
               %(currency)s, %(company)s, amount, 'BENCH' || %(first)s || '/' || n, now(), now(), 1, 1
          FROM (SELECT n,
                       -- The first customers buy most; a twentieth at the end buys nothing.
                       %(first)s + floor(power((n * 104729 %% 1000003) / 1000003.0, 1.5)
                                         * (%(last)s - %(first)s + 1) * 0.95)::int AS partner,
                       CASE WHEN n %% 25 = 0 THEN -1 ELSE 1 END
                       * ((n * 31 %% 49999) + 100)::numeric / 100 AS amount
                  FROM generate_series(1::bigint, %(count)s) n) source
        """,
        {
            "first": first,
            "last": last,
            "count": count,
            "years": years,
            "last_day": last_day,
            "company": company.id,
            "currency": company.currency_id.id,
        },
    )
    if is_superuser:
        env.cr.execute("SET LOCAL session_replication_role = DEFAULT")
    env.cr.execute("ANALYZE res_partner, customer_transaction")
    env.invalidate_all()
