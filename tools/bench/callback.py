"""Speed and memory of planning callbacks by a rule against one INSERT .. SELECT of the same rows.

Run inside ``odoo shell`` (it gives ``env``). Settings come as environment variables: BENCH_ROWS (customers,
100,000) and BENCH_ROUNDS (5). The floor makes the rows of the callbacks in one statement, with nothing asked and
nobody told. Ours finds who is due, asks the gate, divides the work among twenty people, makes the rows in slices
and tells the timeline.
"""

import os
import sys
import time

sys.path.insert(0, os.environ.get("BENCH_FOLDER") or os.path.join(os.getcwd(), "tools", "bench"))

from figures import fill_customers  # noqa: E402
from harness import compare, get_peak, print_table, vacuum  # noqa: E402

ROWS = int(os.environ.get("BENCH_ROWS") or 100_000)
ROUNDS = int(os.environ.get("BENCH_ROUNDS") or 5)
FLOOR = """
    INSERT INTO customer_callback (subject, partner_id, commercial_partner_id, company_id, rule_id, team_id, user_id,
                                   date_planned, priority, key, state, attempt, create_uid, write_uid, create_date,
                                   write_date)
    SELECT 'Bench', id, commercial_partner_id, %(company)s, %(rule)s, %(team)s, (%(users)s)[1 + id %% %(count)s], now(),
           '0', 'bench:' || id, 'planned', 1, 1, 1, now(), now()
      FROM res_partner WHERE id BETWEEN %(first)s AND %(last)s
"""


def make_rule(env, customers):
    """Create a team of twenty and a rule that calls all customers of the benchmark."""
    users = env["res.users"].create(
        [
            {
                "name": f"Caller {number}",
                "login": f"caller{number}",
                "group_ids": [(4, env.ref("customer_care.group_care_user").id)],
            }
            for number in range(20)
        ]
    )
    team = env["customer.care.team"].create({"name": "Bench", "member_ids": [(6, 0, users.ids)]})
    first, last = customers
    return env["customer.callback.rule"].create(
        {
            "name": "Bench",
            "trigger": "filter",
            "partner_domain": f"[('id', '>=', {first}), ('id', '<=', {last})]",
            "team_id": team.id,
            "assign_to": "load",
        }
    )


def plan(env, rule):
    """Do a whole run in this process, as a worker does it slice by slice; return it."""
    Run = env["customer.callback.run"].sudo()
    run = Run._start(rule.with_env(env), "manual").sudo()
    if run.state == "running":
        run._work_at_once()
    if run.state != "done":
        raise SystemExit(run.error or run.state)
    return run


def preview(env, rule):
    """Find out what a run would do, and read the first pages of both lists."""
    run = env["customer.callback.run"].sudo()._start(rule.with_env(env), "preview")
    for domain in ([("code", "=", False)], [("code", "!=", False)]):
        env["customer.callback.candidate"].web_search_read(
            [("run_id", "=", run.id), *domain],
            {"customer_id": {"fields": {"display_name": {}}}, "reason_text": {}, "left_out_text": {}},
            limit=80,
            count_limit=10001,
        )


def main(env):
    """Print medians of alternated rounds; return the ratios of the first and of the second run to the floor."""
    env = env(user=env.ref("base.user_admin"))
    customers = fill_customers(env, ROWS, name="Callback", mailbox="callback")
    env.company.care_callback_limit = 0
    rule = make_rule(env, customers)
    vacuum(env, "res_partner", "customer_callback", "customer_care_event")
    users = rule.team_id.member_ids
    values = {
        "company": env.company.id,
        "rule": rule.id,
        "team": rule.team_id.id,
        "users": users.ids,
        "count": len(users),
        "first": customers[0],
        "last": customers[1],
    }
    pieces = {
        "floor": lambda env: env.cr.execute(FLOOR, values),
        "preview": lambda env: preview(env, rule),
        "first run": lambda env: plan(env, rule),
    }
    before = get_peak()
    print(f"{ROWS:,} customers; medians of {ROUNDS} alternated rounds")
    first = compare(env, pieces, ROUNDS)
    begin = time.perf_counter()
    run = plan(env, rule)
    print(f"    kept run: {run.count_new:,} callbacks in {time.perf_counter() - begin:.1f} s")
    if run.count_new != ROWS:
        raise SystemExit("Not all callbacks were made")
    vacuum(env, "res_partner", "customer_callback", "customer_care_event")
    again = compare(env, {"second run": lambda env: plan(env, rule)}, ROUNDS)
    if plan(env, rule).count_new:
        raise SystemExit("The second run made callbacks")
    ratios = print_table(
        "callbacks of one rule", {**first, **again}, floor="floor", goal="first <= 2 x, second <= 0.5 x"
    )
    print(f"    memory of the runs: +{get_peak() - before:.0f} MiB")
    env.cr.rollback()
    return ratios["first run"], ratios["second run"]


if "env" in globals():
    main(env)  # noqa: F821
