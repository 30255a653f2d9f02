"""A run of a callback rule by worker processes, some of which are killed (modes: prepare, quiet, killed)."""

from unittest.mock import patch

from workers import die, finish, fork, inside, read

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


def plan(env, death=None):
    """Do what the nightly job does, and die on the way."""
    from odoo.addons.customer_care.models import customer_callback_run_engine

    if death:
        die(env.registry["customer.callback.run"], *death)
    with (
        patch.object(customer_callback_run_engine, "SLICE", SLICE),
        patch.object(customer_callback_run_engine, "RUN_AT_ONCE", 0),
    ):
        env["customer.callback.rule"]._cron_plan()


def work(database, count, death=None):
    """Let so many workers plan at once; return how each of them ended."""
    return sorted(fork([lambda: inside(database, lambda env: plan(env, death))] * count))


def main(env):
    database = env.cr.dbname
    if MODE == "prepare":  # noqa: F821
        prepare(env)
        return
    env.cr.commit()
    ends = []
    if MODE == "killed":  # noqa: F821
        ends = [work(database, 2, death) for death in DEATHS]
    last = work(database, 1 if MODE == "quiet" else 2)  # noqa: F821
    again = work(database, 2)
    finish(OUTPUT, {"ends": ends, "last": last, "again": again, "state": read(database, STATE)})  # noqa: F821


main(env)  # noqa: F821
