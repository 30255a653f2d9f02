"""Speed and memory of asking all customers by a survey rule against what Odoo's own invitation does.

Run inside ``odoo shell`` (it gives ``env``). Settings come as environment variables: BENCH_ROWS (customers,
100,000) and BENCH_ROUNDS (5). The floor makes the rows of the invitations, with their questions, in one statement.
The peer is the part of ``survey.invite`` that makes the answers, for one in 200 customers (it makes them one by
one); the mails are left out on both sides. Ours finds who is due, chooses the contact, asks the gate and the quiet
period, takes the turns, and makes requests, invitations and their questions in slices.
"""

import os
import sys
import time

sys.path.insert(0, os.environ.get("BENCH_FOLDER") or os.path.join(os.getcwd(), "tools", "bench"))

from figures import fill_customers  # noqa: E402
from harness import compare, get_peak, print_table, vacuum  # noqa: E402

ROWS = int(os.environ.get("BENCH_ROWS") or 100_000)
ROUNDS = int(os.environ.get("BENCH_ROUNDS") or 5)
PEER_SHARE = 200
FLOOR = """
    WITH answer AS (
        INSERT INTO survey_user_input (survey_id, partner_id, email, nickname, state, access_token, care_key,
                                       create_uid, write_uid, create_date, write_date)
        SELECT %(survey)s, id, email, name, 'new', gen_random_uuid()::text, 'bench:' || id, 1, 1, now(), now()
          FROM res_partner WHERE id BETWEEN %(first)s AND %(last)s
     RETURNING id
    )
    INSERT INTO survey_question_survey_user_input_rel (survey_user_input_id, survey_question_id)
    SELECT id, question FROM answer CROSS JOIN unnest(%(questions)s) question
"""


def make_rule(env, customers):
    """Create a rule that asks all customers of the benchmark, with a quiet period."""
    first, last = customers
    return env["customer.survey.rule"].create(
        {
            "name": "Bench",
            "trigger": "filter",
            "partner_domain": f"[('id', '>=', {first}), ('id', '<=', {last})]",
            "survey_id": env.ref("customer_survey.survey_satisfaction").id,
            "quiet_mode": "own",
            "quiet_days": 30,
        }
    )


def run(env, rule):
    """Do a whole run in this process, as a worker does it slice by slice; return it."""
    found = env["customer.survey.run"].sudo()._start(rule.with_env(env), "manual").sudo()
    while found._is_under_way() and (found._work_slice() or found._end_when_done()):
        pass
    if found.state != "done":
        raise SystemExit(found.error or found.state)
    return found


def invite(env, rule, customers):
    """Make the answers as Odoo's own invitation does, for a part of the customers."""
    # Odoo's own survey managers may not touch surveys of our type.
    wizard = env["survey.invite"].sudo().create({"survey_id": rule.survey_id.id})
    first, last = customers
    part = range(first, first + max((last - first + 1) // PEER_SHARE, 1))
    wizard._prepare_answers(env["res.partner"].browse(part), [])


def main(env):
    """Print medians of alternated rounds; return the ratios of the first and of the second run to the floor."""
    env = env(user=env.ref("base.user_admin"))
    customers = fill_customers(env, ROWS, name="Survey", mailbox="survey")
    env.company.care_survey_limit = 0
    rule = make_rule(env, customers)
    tables = ("res_partner", "survey_user_input", "customer_survey_request", "customer_survey_turn")
    vacuum(env, *tables)
    values = {
        "survey": rule.survey_id.id,
        "questions": rule.survey_id.question_ids.ids,
        "first": customers[0],
        "last": customers[1],
    }
    relation = env["survey.user_input"]._fields["predefined_question_ids"]
    floor = FLOOR.replace("survey_question_survey_user_input_rel", relation.relation)
    floor = floor.replace(
        "(survey_user_input_id, survey_question_id)", f"({relation.column1}, {relation.column2})"
    )
    pieces = {
        "floor": lambda env: env.cr.execute(floor, values),
        "preview": lambda env: env["customer.survey.run"].sudo()._start(rule.with_env(env), "preview"),
        "first run": lambda env: run(env, rule),
    }
    print(f"{ROWS:,} customers; medians of {ROUNDS} alternated rounds")
    before = get_peak()
    first = compare(env, pieces, ROUNDS)
    print(f"    memory of the runs: +{get_peak() - before:.0f} MiB")
    peer = compare(env, {"survey.invite": lambda env: invite(env, rule, customers)}, 1)
    begin = time.perf_counter()
    kept = run(env, rule)
    seconds = time.perf_counter() - begin
    if kept.count_new != ROWS:
        raise SystemExit(f"Not all customers were asked: {kept.count_new:,}")
    vacuum(env, *tables)
    again = compare(env, {"second run": lambda env: run(env, rule)}, ROUNDS)
    if run(env, rule).count_new:
        raise SystemExit("The second run asked somebody")
    ratios = print_table("invitations of one rule", {**first, **again}, floor="floor", goal="second <= 0.5 x")
    own = ROWS / first["first run"][0]
    peers = ROWS / PEER_SHARE / peer["survey.invite"][0]
    print(f"    kept run: {kept.count_new:,} invitations in {seconds:.1f} s")
    print(f"    invitations a second: {own:,.0f}; survey.invite {peers:,.0f}; ratio {own / peers:.0f} x")
    env.cr.rollback()
    return ratios["first run"], ratios["second run"]


if "env" in globals():
    main(env)  # noqa: F821
