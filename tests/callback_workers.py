"""A run of a callback rule by worker processes, some of which are killed: a script for ``odoo shell``.

The caller puts MODE (``prepare``, ``quiet`` or ``killed``), ROOT and OUTPUT before it. The workers are forked, so that
the registry is loaded once.
"""

import json
import os
import signal
import sys
from unittest.mock import patch

import odoo
from odoo import SUPERUSER_ID, api

sys.path.insert(0, ROOT)  # noqa: F821
CUSTOMERS, SLICE = 2000, 100
# Each pair of workers dies, both within a transaction, in the method at its call with this number.
DEATHS = (("_find", 1), ("_make", 3), ("_insert", 4), ("_end", 1))
STATE = {
    "run": "SELECT state, count_customers, count_due, count_new, counts::text, error FROM customer_callback_run"
    " WHERE state <> 'failed'",
    "callbacks": "SELECT partner_id, key, user_id, team_id, date_planned::text, state, attempt FROM customer_callback"
    " WHERE rule_id IS NOT NULL ORDER BY partner_id, id",
    "story": "SELECT partner_id, kind, count(*) FROM customer_care_event WHERE kind = 'callback_planned'"
    " GROUP BY 1, 2 ORDER BY 1, 2",
    "candidates": "SELECT count(*) FROM customer_callback_candidate",
    "slices": "SELECT count(*) FROM customer_callback_slice",
}


def prepare(env):
    """Make a rule over many customers, some of whom want no calls, and a team that shares them."""
    from tools.bench.figures import fill_customers

    first, last = fill_customers(env, CUSTOMERS)
    env.cr.execute(
        "UPDATE res_partner SET care_do_not_call = TRUE WHERE id BETWEEN %s AND %s AND id %% 10 = 0",
        (first, last),
    )
    env["customer.callback.rule"].search([]).write({"active": False})
    group = env.ref("customer_care.group_care_user")
    users = env["res.users"].create(
        [{"name": f"Caller {n}", "login": f"crash{n}", "group_ids": [(4, group.id)]} for n in range(3)]
    )
    team = env["customer.care.team"].create({"name": "Crash", "member_ids": [(6, 0, users.ids)]})
    env["customer.callback.rule"].create(
        {
            "name": "Crash",
            "trigger": "filter",
            "partner_domain": f"[('id', '>=', {first}), ('id', '<=', {last})]",
            "assign_to": "turn",
            "team_id": team.id,
        }
    )
    env.company.care_callback_limit = 0
    env.cr.commit()


def die(cls, name, number):
    """Let the process kill itself when the method of that name ends for the n-th time, before anything is committed."""
    original, calls = getattr(cls, name), []

    def method(self, *args, **kwargs):
        result = original(self, *args, **kwargs)
        calls.append(name)
        if len(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(cls, name, method)


def fork_worker(database, death):
    """Return the process id of a new worker."""
    from odoo.addons.customer_care.models import customer_callback_run_engine

    process = os.fork()
    if process:
        return process
    code = 1
    try:
        registry = odoo.modules.registry.Registry(database)
        if death:
            die(registry["customer.callback.run"], *death)
        with (
            patch.object(customer_callback_run_engine, "SLICE", SLICE),
            patch.object(customer_callback_run_engine, "RUN_AT_ONCE", 0),
            registry.cursor() as cr,
        ):
            api.Environment(cr, SUPERUSER_ID, {})["customer.callback.rule"]._cron_plan()
        code = 0
    finally:
        os._exit(code)


def work(database, count, death=None):
    """Let so many workers work at once; return by which signal or code each of them ended."""
    processes = [fork_worker(database, death) for _n in range(count)]
    return sorted(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in processes)


def read(database):
    with odoo.sql_db.db_connect(database).cursor() as cr:
        found = {}
        for name, query in STATE.items():
            cr.execute(query)
            found[name] = cr.fetchall()
        return found


def main(env):
    database = env.cr.dbname
    if MODE == "prepare":  # noqa: F821
        prepare(env)
        return
    env.cr.commit()
    odoo.sql_db.close_all()
    ends = []
    if MODE == "killed":  # noqa: F821
        ends = [work(database, 2, death) for death in DEATHS]
    last = work(database, 1 if MODE == "quiet" else 2)  # noqa: F821
    again = work(database, 2)
    with open(OUTPUT, "w", encoding="utf-8") as file:  # noqa: F821
        json.dump({"ends": ends, "last": last, "again": again, "state": read(database)}, file, default=str)
    # The shell's own cursor was closed under its hands.
    os._exit(0)


main(env)  # noqa: F821
