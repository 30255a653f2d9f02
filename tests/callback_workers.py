"""A run of a callback rule by worker processes, some of which are killed (modes: prepare, quiet, killed)."""

from workers import plan_in_slices, read, run_script, work_to_the_end

CUSTOMERS, SLICE = 2000, 100
# Each pair of workers dies, both within a transaction, in the method at its call with this number.
DEATHS = [
    ("customer.callback.run", *place) for place in (("_find", 1), ("_make", 3), ("_insert", 4), ("_end", 1))
]
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


def find(database, mode):
    ended = work_to_the_end(
        database, mode, lambda env: plan_in_slices(env, "customer.callback.rule", SLICE), DEATHS
    )
    return {**ended, "state": read(database, STATE)}


run_script(env, MODE, OUTPUT, prepare, find)  # noqa: F821
